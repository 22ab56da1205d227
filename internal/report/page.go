// Package report writes what was measured as pages for a browser: one HTML
// file that holds its data, styles and scripts, and asks no network for more.
//
//	page := report.Page{Title: "Two runs", Sections: []report.Section{{
//		Group: "Curves", Title: "Loss", Source: "metrics.csv",
//		Body: report.Chart{
//			X: report.Axis{Label: "update"}, Y: report.Axis{Label: "loss", Log: true},
//			Series: []report.Series{{Name: "train", X: steps, Y: losses}},
//		},
//	}}}
//	err := page.WriteHTML(w)
//
// A [Page] is plain data: JSON that one hand-written script draws, in a file or,
// by [Live], while it still changes.
package report

import (
	"encoding/json"
	"fmt"
)

// Page is one document.
type Page struct {
	Title    string    `json:"title"`
	Note     string    `json:"note,omitempty"` // a sentence under the title
	Sections []Section `json:"sections"`
}

// Section is one thing to look at, and where its numbers are from.
type Section struct {
	Group  string // heading of this section and those after it with the same
	Title  string // unique in the group
	Note   string // a sentence or two under the title
	Source string // files that hold the numbers, as their reader finds them
	Wide   bool   // takes the whole width, where charts else stand side by side
	Body   Body
}

// Body is what a section shows: [Facts], [Chart], [Layers], [Bars], [Table],
// [Histograms], [Confusion], [Images], [Text], [Marked] or [Commands].
type Body interface{ kind() string }

func (Facts) kind() string      { return "facts" }
func (Chart) kind() string      { return "chart" }
func (Layers) kind() string     { return "layers" }
func (Table) kind() string      { return "table" }
func (Histograms) kind() string { return "histograms" }
func (Confusion) kind() string  { return "confusion" }
func (Images) kind() string     { return "images" }
func (Text) kind() string       { return "text" }
func (Commands) kind() string   { return "commands" }

// MarshalJSON implements [json.Marshaler]: the body beside the name of its kind.
func (s Section) MarshalJSON() ([]byte, error) {
	if s.Body == nil {
		return nil, fmt.Errorf("report: section %q has no body", s.Title)
	}
	return json.Marshal(struct {
		Group  string `json:"group,omitempty"`
		Title  string `json:"title"`
		Note   string `json:"note,omitempty"`
		Source string `json:"source,omitempty"`
		Wide   bool   `json:"wide,omitempty"`
		Kind   string `json:"kind"`
		Body   Body   `json:"body"`
	}{s.Group, s.Title, s.Note, s.Source, s.Wide, s.Body.kind(), s.Body})
}

// Facts are a few values to see first.
type Facts []Fact

// Fact is one of them.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Note  string `json:"note,omitempty"` // beside the value, such as a baseline
}

// Table is rows of text and numbers, to be sorted by any column.
type Table struct {
	Columns []string `json:"columns"`
	Rows    []Row    `json:"rows"`
}

// Row is a row of a table. Its cells are string, bool, int, float64, [Quantity]
// or nil for none; numbers stand to the right.
type Row []any

// MarshalJSON implements [json.Marshaler]; numbers that are not finite, which
// JSON lacks, become text.
func (r Row) MarshalJSON() ([]byte, error) {
	cells := make([]any, len(r))
	for i, c := range r {
		cells[i] = c
		if v, ok := c.(float64); ok && v-v != 0 {
			cells[i] = fmt.Sprint(v)
		}
	}
	return json.Marshal(cells)
}

// Quantity is a finite number in a table that is read as Text, such as 97.50 %,
// and sorted and copied as Value.
type Quantity struct {
	Value float64 `json:"value"`
	Text  string  `json:"text"`
}

// Histograms shows how values are spread, and how that changes.
type Histograms struct {
	X      string         `json:"x"` // what Spread.At counts, such as "update"
	Layers []Distribution `json:"layers"`
}

// Distribution is the history of one set of values.
type Distribution struct {
	Name    string   `json:"name"`
	Spreads []Spread `json:"spreads"`
}

// Spread is a histogram of bins of equal width between Low and High.
type Spread struct {
	At     float64 `json:"at"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Counts []int   `json:"counts"`
}

// Confusion counts rows by class and prediction: Counts[actual][predicted].
type Confusion struct {
	Classes []string `json:"classes"`
	Counts  [][]int  `json:"counts"`
}

// Images is pictures with a few words each.
type Images []Image

// Image is one of them. Lines are its caption; the first is the foremost.
type Image struct {
	PNG   []byte   `json:"png"` // base64 in JSON
	Lines []string `json:"lines"`
}

// Text is a text of fixed width, such as a file of settings, to be copied.
type Text string

// Commands are command lines, to be copied one by one.
type Commands []string
