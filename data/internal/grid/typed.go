package grid

import (
	"fmt"

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

// LeaveOut leaves columns out: those that are there are dropped by the schema, and on
// others there is a note.
func (g *Grid) LeaveOut(columns []LeftOut) {
	for _, c := range columns {
		g.LeftOut = append(g.LeftOut, c)
		if g.Index(c.Name) < 0 {
			g.Notes = append(g.Notes, fmt.Sprintf("column %q is left out: it %s", c.Name, c.Why))
		}
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
