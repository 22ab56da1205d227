package data

import (
	"errors"
	"fmt"
	"math"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
	"descent/data/internal/schema"
)

// The kinds of encoders.
const (
	tableKind = "table"
	imageKind = "image"

	pictureKind = "table with images" // of rows that have an image each

	seriesKind = "series" // of rows that follow one another
	textKind   = "text"   // of a text, whose samples are tokens
)

// Encoder says how raw rows become samples, with statistics of training rows.
// It is plain data: JSON keeps it exactly.
//
// A number x becomes (x - Mean)/Std, where a missing one counts as Median and
// sets an indicator beside it. A category becomes one-hot; what training did
// not have is all zeros, or a rare level if there are some. A date becomes its
// days since 1970, as a number, and the sine and cosine of each of its Parts. A text
// becomes its n-grams, see [NGrams]. A
// pixel p becomes (p - Mean)/Std, with one Mean and Std a channel for all
// pixels, which are 0 to 255, or 0 to 65535 where Bits is 16.
//
// Of a table with images, the image of a row is x, and what the other columns
// become is the field [RowField], unless there are none. Of a [Series] all columns are
// numbers, and a sample is a window of rows. A text becomes tokens, and has neither a task
// nor targets: see [Text].
type Encoder struct {
	Kind    string   `json:"kind"` // "table", "image", "table with images", "series" or "text"
	Task    Task     `json:"task"`
	Reason  string   `json:"reason,omitempty"` // of the task
	Columns []Column `json:"columns,omitempty"`
	Targets []Target `json:"targets"`
	Classes []string `json:"classes,omitempty"`
	Shape   []int    `json:"shape,omitempty"` // of an image: height, width, channels
	Bits    int      `json:"bits,omitempty"`  // of a pixel: 16; 0 stands for 8
	Mean    float64  `json:"mean,omitempty"`  // of all pixels of grey images
	Std     float64  `json:"std,omitempty"`

	Means []float64 `json:"means,omitempty"` // of each channel of other images
	Stds  []float64 `json:"stds,omitempty"`

	LabelColumn *LabelColumn `json:"label_column,omitempty"` // where one holds all labels of a row
	Image       string       `json:"image,omitempty"`        // the column of a table that holds paths of images
	Weight      *Weight      `json:"weight,omitempty"`       // the column of how much rows count

	Series *SeriesEncoder `json:"series,omitempty"` // of a series
	Text   *TextEncoder   `json:"text,omitempty"`   // of a text
}

// Target is what is predicted; for regression y = (value - Mean)/Std, and for labels
// y is 1 where it holds, and else 0.
type Target struct {
	Name string  `json:"name"`
	Mean float64 `json:"mean,omitempty"`
	Std  float64 `json:"std,omitempty"`

	Notation string   `json:"notation,omitempty"` // as of a [Column]
	Absent   []string `json:"absent,omitempty"`   // likewise
	Blank    bool     `json:"blank,omitempty"`    // of a label: an empty cell says that it does not hold
}

// Features returns the names of all features of a table, in order.
func (e *Encoder) Features() []string {
	var names []string
	for _, c := range e.Columns {
		names = append(names, c.Features()...)
	}
	return names
}

// Units returns the mean and the standard deviation of a target in its own
// units: value = y·std + mean. For classes they are 0 and 1.
func (e *Encoder) Units(target int) (mean, std float64) {
	if e.Task != Regression || target < 0 || target >= len(e.Targets) {
		return 0, 1
	}
	return e.Targets[target].Mean, e.Targets[target].Std
}

// DecodeTarget returns rows of standardized targets in their own units, row
// after row.
func (e *Encoder) DecodeTarget(y []float32) []float64 {
	return e.AppendTarget(make([]float64, 0, len(y)), y)
}

// AppendTarget appends what [Encoder.DecodeTarget] returns to dst.
func (e *Encoder) AppendTarget(dst []float64, y []float32) []float64 {
	for i, v := range y {
		mean, std := e.Units(i % max(1, len(e.Targets)))
		dst = append(dst, float64(float64(v)*std)+mean)
	}
	return dst
}

// Validate reports what makes an Encoder unusable, as when its file was
// changed by hand.
func (e *Encoder) Validate() error {
	if e == nil {
		return errors.New("data: there is no encoder; the model takes samples as they are")
	}
	if (e.Kind == textKind) != (e.Text != nil) {
		return errors.New("data: encoder: a text has its tokens, and nothing else has")
	}
	if e.Kind == textKind {
		return e.Text.validate()
	}
	switch {
	case e.Kind != tableKind && e.Kind != imageKind && e.Kind != pictureKind && e.Kind != seriesKind:
		return fmt.Errorf("data: encoder: there is no kind %q; it is table, image, table with images, series or text", e.Kind)
	case (e.Kind == seriesKind) != (e.Series != nil):
		return fmt.Errorf("data: encoder: a %s, and what it says of a series does not fit that", e.Kind)
	case (e.Kind == pictureKind) != (e.Image != ""):
		return fmt.Errorf("data: encoder: a %s whose images are in column %q", e.Kind, e.Image)
	case !e.Task.Valid():
		return errors.New("data: encoder: the task is neither classification nor regression nor multilabel")
	case len(e.Targets) == 0 || e.Task == Classification && len(e.Targets) > 1:
		return fmt.Errorf("data: encoder: %d targets for %s", len(e.Targets), e.Task)
	case e.Task == Classification && len(e.Classes) == 0:
		return errors.New("data: encoder: classification without classes")
	}
	if e.Kind == seriesKind {
		if err := e.Series.validate(e); err != nil {
			return err
		}
	} else if e.Kind != tableKind {
		if err := e.validateImage(); err != nil || e.Kind == imageKind {
			return err
		}
	}
	if err := e.validateColumns(); err != nil {
		return err
	}
	if err := e.Weight.validate(); err != nil {
		return err
	}
	if e.width() == 0 && e.Kind == tableKind {
		return errors.New("data: encoder: no column is left to predict from")
	}
	if e.Task == MultiLabel {
		return e.validateLabels()
	}
	if e.Task == Regression {
		for _, t := range e.Targets {
			if _, err := t.readsAs(); err != nil {
				return err
			}
			if err := checkSpread("target "+t.Name, t.Mean, t.Std); err != nil {
				return err
			}
		}
	}
	return nil
}

// validateColumns checks what encodes the columns of a table.
func (e *Encoder) validateColumns() error {
	for _, c := range e.Columns {
		if _, err := c.readsAs(); err != nil {
			return err
		}
		switch c.Kind {
		case parse.NumberKind, parse.DateKind:
			if err := checkSpread("column "+c.Name, c.Mean, c.Std); err != nil {
				return err
			}
			if c.Median-c.Median != 0 {
				return fmt.Errorf("data: encoder: column %q has median %v; it must be finite", c.Name, c.Median)
			}
			if err := c.checkDate(); err != nil {
				return err
			}
		case parse.CategoryKind:
			if err := c.checkLevels(); err != nil {
				return err
			}
		case parse.TextKind:
			if err := c.checkText(); err != nil {
				return err
			}
		case parse.DroppedKind:
		default:
			return fmt.Errorf("data: encoder: column %q has kind %q; it is number, category, date, text or dropped", c.Name, c.Kind)
		}
	}
	return nil
}

// checkSpread checks what standardizes a value.
func checkSpread(what string, mean, std float64) error {
	if !(std > 0) || math.IsInf(std, 0) || mean-mean != 0 {
		return fmt.Errorf("data: encoder: %s has mean %v and standard deviation %v; both must be finite, the second positive", what, mean, std)
	}
	return nil
}

// Notes names the columns that were left out, unless that was asked for, and
// those that say nothing.
func (e *Encoder) Notes() []string {
	var out []grid.LeftOut
	for _, c := range e.Columns {
		if c.Kind == parse.DroppedKind && c.Why != schema.Asked {
			out = append(out, grid.LeftOut{Name: c.Name, Why: c.Why})
		}
	}
	notes := grid.NotesOn(out)
	for _, c := range e.Columns {
		if c.Kind == parse.CategoryKind && len(c.Levels) == 0 && c.Hashed == 0 && !c.Missing {
			notes = append(notes, fmt.Sprintf("column %q says nothing: each of its %d levels stands in too few rows; levels keeps rarer ones, as in %q", c.Name, len(c.Rare), c.Name+":1000/2"))
		}
	}
	return notes
}

// Spec describes the samples that the encoder makes.
func (e *Encoder) Spec() Spec { return e.spec("") }

func (e *Encoder) spec(name string) Spec {
	if e.Kind == textKind {
		return e.Text.spec(name, e)
	}
	s := Spec{Name: name, Task: e.Task, Classes: e.Classes, Encoder: e}
	for _, t := range e.Targets {
		s.Targets = append(s.Targets, t.Name)
	}
	width := e.width()
	switch {
	case e.Kind == seriesKind:
		e.Series.describe(e, &s)
	case e.Kind == tableKind:
		s.Input = []int{width}
	case width > 0:
		s.More = []Field{{Name: RowField, Shape: []int{width}}}
		fallthrough
	default:
		s.Input = e.Shape
	}
	if e.Weight != nil {
		s.More = append(s.More, Field{Name: WeightField, Role: TargetRole})
	}
	return s
}

// width is the number of features that columns become.
func (e *Encoder) width() int {
	width := 0
	for i := range e.Columns {
		width += e.Columns[i].width()
	}
	return width
}

// inputNames returns the columns that a table must have to be encoded.
func (e *Encoder) inputNames() []string {
	var names []string
	if e.Kind == pictureKind {
		names = append(names, e.Image)
	}
	for _, c := range e.Columns {
		if c.Kind != parse.DroppedKind {
			names = append(names, c.Name)
		}
	}
	return names
}

// besides returns the columns that a model takes beside an image.
func (e *Encoder) besides() []string {
	if e.Kind != pictureKind {
		return nil
	}
	return e.inputNames()[1:]
}

// OfImages reports whether samples are images alone, and not rows of a table.
func (e *Encoder) OfImages() bool { return e.Kind == imageKind }
