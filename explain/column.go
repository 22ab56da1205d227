package explain

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/data"
)

// The kinds of columns.
const (
	numberKind   = "number"
	categoryKind = "category"
	dateKind     = "date"
	textKind     = "text"
)

// Column is a column of a table and where its features stand in a sample.
type Column struct {
	Name  string
	Kind  string // "number", "category", "date" or "text"
	First int    // its first feature
	Width int    // features

	of *data.Column // nil: a number as it is
}

// HasCurve reports whether there is a [Dependence] on the column: not on one of text.
func (c Column) HasCurve() bool { return c.Kind != textKind }

// Suits returns an error if samples are not rows of a table, as images are not.
func Suits(spec data.Spec) error {
	for _, f := range spec.More {
		if f.Name != data.WeightField || f.Role != data.TargetRole {
			return fmt.Errorf("explain: the samples have field %q beside x; rows of a table alone are explained", f.Name)
		}
	}
	_, err := columnsOf(spec)
	return err
}

// columnsOf returns the columns of samples.
func columnsOf(spec data.Spec) ([]Column, error) {
	if spec.Encoder != nil {
		return tableColumns(spec)
	}
	if len(spec.Input) != 1 {
		return nil, fmt.Errorf("explain: the model takes samples of shape %v; rows of a table are explained", spec.Input)
	}
	var columns []Column
	for i := range spec.Input[0] {
		columns = append(columns, Column{Name: "x" + strconv.Itoa(i), Kind: numberKind, First: i, Width: 1})
	}
	return columns, nil
}

func tableColumns(spec data.Spec) ([]Column, error) {
	if spec.Encoder.OfImages() || spec.Encoder.Image != "" {
		return nil, fmt.Errorf("explain: the model reads images; rows of a table are explained, and descent report shows the images on which it does worst")
	}
	if spec.Encoder.Series != nil {
		return nil, fmt.Errorf("explain: the model reads windows of a series; rows of a table are explained")
	}
	var columns []Column
	at := 0
	for i := range spec.Encoder.Columns {
		c := &spec.Encoder.Columns[i]
		if width := len(c.Features()); width > 0 {
			columns = append(columns, Column{c.Name, c.Kind, at, width, c})
			at += width
		}
	}
	if at != spec.Size() {
		return nil, fmt.Errorf("explain: the columns have %d features, and a sample has %d values", at, spec.Size())
	}
	return columns, nil
}

// find returns the place of the column of a name.
func find(columns []Column, name string) (int, error) {
	var names []string
	for i, c := range columns {
		if c.Name == name {
			return i, nil
		}
		names = append(names, c.Name)
	}
	return 0, fmt.Errorf("explain: the model reads no column %q; it reads %s", name, strings.Join(names, ", "))
}

// in returns what the column became in a sample.
func (c *Column) in(x []float32) []float32 { return x[c.First : c.First+c.Width] }

// put makes the column of a sample what it is in another.
func (c *Column) put(to, from []float32) { copy(c.in(to), c.in(from)) }

// text returns the cell that a sample stands for; "" is a missing one.
func (c *Column) text(x []float32) string {
	if c.of == nil {
		return strconv.FormatFloat(float64(x[c.First]), 'g', -1, 32)
	}
	return c.of.Decode(c.in(x))
}

// number returns the number of a sample in its own unit, days since 1970 of a date,
// how many n-grams a text has that training had; NaN of a missing one.
func (c *Column) number(x []float32) float64 {
	f := c.in(x)
	switch {
	case c.of == nil:
		return float64(f[0])
	case c.Kind == textKind:
		n := slices.IndexFunc(f[:c.of.Text.Length], func(v float32) bool { return v < 0 })
		if n < 0 {
			n = c.of.Text.Length
		}
		return float64(n)
	case c.of.Missing && f[len(f)-1] != 0:
		return math.NaN()
	}
	return float64(f[0])*c.of.Std + c.of.Mean
}

// textOf writes a number in the column's form, such as a date.
func (c *Column) textOf(v float64) string {
	if c.Kind == textKind {
		return fmt.Sprintf("%g n-grams", v)
	}
	x := make([]float32, c.First+c.Width)
	x[c.First] = float32(v)
	if c.of != nil {
		x[c.First] = float32((v - c.of.Mean) / c.of.Std)
	}
	return c.text(x)
}

// none is the slot of a category that no feature is set for.
const none = -1

// slot returns which feature of a category is set.
func (c *Column) slot(x []float32) int {
	return slices.IndexFunc(c.in(x), func(v float32) bool { return v != 0 })
}

// level names a slot: a level, "<rare>", "<missing>" or "<unk>".
func (c *Column) level(slot int) string {
	names := c.levels()
	if slot == none {
		slot = len(names) - 1
	}
	return names[slot]
}

// levels names the slots of a category.
func (c *Column) levels() []string {
	names := c.of.Features()
	for i, name := range names {
		names[i] = strings.TrimPrefix(name, c.Name+"=")
	}
	return names
}
