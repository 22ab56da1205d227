package grid

import (
	"fmt"
	"slices"

	"descent/data/internal/parse"
)

// Type is what a column is known to hold where a table says so itself. The zero Type
// is text, which may be anything.
type Type struct {
	Kind string // a kind of [parse], or Empty
	Form string // of dates
}

// Empty is the kind of a column that has no value in any row.
const Empty = "empty"

// LeftOut is a column that a file has and that cannot be read.
type LeftOut struct{ Name, Why string }

// String names what a column holds.
func (t Type) String() string {
	switch t.Kind {
	case parse.NumberKind:
		return "numbers"
	case parse.DateKind:
		if t.Form == parse.TimeForm {
			return "times of day"
		}
		return "dates"
	case parse.CategoryKind:
		return "levels"
	case Empty:
		return "no values"
	}
	return "text"
}

// Type returns what a column is known to hold.
func (g *Grid) Type(col int) Type {
	if g.Types == nil {
		return Type{}
	}
	return g.Types[col]
}

// LeaveOut notes columns that are not read, and takes those of them out that are
// there.
func (g *Grid) LeaveOut(columns []LeftOut) {
	for _, c := range columns {
		g.LeftOut = append(g.LeftOut, c)
		g.Notes = append(g.Notes, fmt.Sprintf("column %q is left out: it %s", c.Name, c.Why))
		if col := g.Index(c.Name); col >= 0 {
			g.remove(col)
		}
	}
}

// remove takes a column out.
func (g *Grid) remove(col int) {
	g.Columns = slices.Delete(g.Columns, col, col+1)
	g.cells = slices.Delete(g.cells, col, col+1)
	if g.Types != nil {
		g.Types = slices.Delete(g.Types, col, col+1)
	}
	g.named = make(map[string]int)
	for i, name := range g.Columns {
		g.named[name] = i
	}
}

// WhyLeftOut says why a column is not read; "" where there is none.
func (g *Grid) WhyLeftOut(name string) string {
	for _, c := range g.LeftOut {
		if c.Name == name {
			return c.Why
		}
	}
	return ""
}
