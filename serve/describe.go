package serve

import (
	"encoding/json"
	"fmt"
	"net/http"

	"descent/data"
	"descent/internal/human"
)

// description is what a model takes and gives.
type description struct {
	Name       string   `json:"name"`
	Version    string   `json:"version"`
	Kind       string   `json:"kind"` // of a sample: table, image, table with images, series, text or numbers
	Task       string   `json:"task"`
	Targets    []string `json:"targets,omitempty"` // or labels
	Classes    []string `json:"classes,omitempty"`
	Columns    []column `json:"columns,omitempty"`
	Image      *picture `json:"image,omitempty"`
	Context    int      `json:"context,omitempty"` // tokens that a model of text sees
	Tokens     int      `json:"tokens,omitempty"`
	Shape      []int    `json:"shape"` // of a sample
	Intervals  bool     `json:"intervals"`
	Parameters int      `json:"parameters"`
	Layers     []layer  `json:"layers"`
}

// column is a column that a row has to have; of a series its time and its targets, too.
type column struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`             // number, category, date or text
	Levels  []string `json:"levels,omitempty"` // that training had, the rare ones last
	Typical string   `json:"typical,omitempty"`
	Form    string   `json:"form,omitempty"` // of a date
}

// picture is the image that a model takes, or that stands in a column.
type picture struct {
	Column string `json:"column,omitempty"`
	Height int    `json:"height"`
	Width  int    `json:"width"`
	Colors int    `json:"channels"`
	Dark   bool   `json:"dark"` // the usual pixel is
}

type layer struct {
	Path       string `json:"path"`
	Kind       string `json:"kind"`
	Output     string `json:"output"`
	Parameters int    `json:"parameters"`
}

// describe describes the model, but for its name.
func (v *version) describe() (description, error) {
	m, e := v.model, v.spec.Encoder
	d := description{
		Version: v.id, Kind: "numbers", Task: v.task(), Targets: v.spec.Targets, Classes: v.spec.Classes, Shape: v.spec.Input,
		Intervals: m.Residuals() != nil, Parameters: m.Parameters(), Layers: []layer{},
	}
	rows, err := m.Layers()
	if err != nil {
		return d, err
	}
	for _, r := range rows {
		d.Layers = append(d.Layers, layer{r.Path, r.Kind, human.Shape(r.Output), r.Params})
	}
	if e == nil {
		return d, nil
	}
	d.Kind = e.Kind
	if e.OfText() {
		d.Context, d.Tokens = e.Text.Context, e.Text.Tokens.Size()
		return d, nil
	}
	if len(e.Shape) == 3 {
		bits, mean := max(8, e.Bits), e.Mean
		if len(e.Means) > 0 {
			mean = e.Means[0]
		}
		d.Image = &picture{e.Image, e.Shape[0], e.Shape[1], e.Shape[2], mean < float64(int(1)<<(bits-1))}
	}
	if e.Series != nil {
		if when := (column{Name: e.Series.Time, Kind: "number", Form: e.Series.Form}); when.Name != "" {
			if when.Form != "" {
				when.Kind = "date"
			}
			d.Columns = append(d.Columns, when)
		}
		for i, t := range e.Targets {
			mean, std := e.Units(i)
			d.Columns = append(d.Columns, column{Name: t.Name, Kind: "number", Typical: human.Decoded(mean, mean, std)})
		}
	}
	for _, c := range e.Columns {
		if c.Kind == "dropped" {
			continue
		}
		of := column{Name: c.Name, Kind: c.Kind, Levels: append(append([]string(nil), c.Levels...), c.Rare...), Form: c.Form}
		if c.Kind == "number" {
			of.Typical = human.Decoded(c.Median, c.Mean, c.Std)
		}
		d.Columns = append(d.Columns, of)
	}
	return d, nil
}

// describes returns the descriptions of all models.
func (s *Server) describes() []description {
	list := []description{}
	for _, e := range *s.models.Load() {
		list = append(list, e.describe())
	}
	return list
}

func (e *served) describe() description {
	d := e.now.Load().about
	d.Name = e.name
	return d
}

// list answers GET /models.
func (s *Server) list(w http.ResponseWriter, _ *http.Request) error {
	return s.sendJSON(w, s.describes())
}

// describe answers GET /models/NAME.
func (s *Server) describe(w http.ResponseWriter, r *http.Request) error {
	e, err := s.find(r, nil)
	if err != nil {
		return err
	}
	return s.sendJSON(w, e.describe())
}

func (s *Server) sendJSON(w http.ResponseWriter, v any) error {
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	s.send(w, http.StatusOK, append(out, '\n'))
	return nil
}

// ofNumbers reports whether the model predicts numbers, and not classes or labels.
func (v *version) ofNumbers() bool { return v.spec.Task == data.Regression }
