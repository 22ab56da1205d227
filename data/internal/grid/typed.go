package grid

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/naming"
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
	g.LeftOut = append(g.LeftOut, columns...)
	g.Notes = append(g.Notes, NotesOn(slices.DeleteFunc(slices.Clone(columns), func(c LeftOut) bool { return g.Index(c.Name) >= 0 }))...)
}

// mostNotes is of how many columns, left out for one reason, each has a note of its own.
const mostNotes = 4

// NotesOn says which columns are left out and why: of many for one reason in one note,
// without what ends a reason in brackets, of each column by itself.
func NotesOn(columns []LeftOut) (notes []string) {
	reason := func(c LeftOut) string {
		if why, _, ok := strings.Cut(c.Why, " ("); ok && strings.HasSuffix(c.Why, ")") {
			return why
		}
		return c.Why
	}
	like := make(map[string][]string)
	for _, c := range columns {
		like[reason(c)] = append(like[reason(c)], c.Name)
	}
	for _, c := range columns {
		switch names := like[reason(c)]; {
		case len(names) <= mostNotes:
			notes = append(notes, fmt.Sprintf("column %q is left out: it %s", c.Name, c.Why))
		case names[0] == c.Name:
			notes = append(notes, fmt.Sprintf("%d columns are left out: each of %s %s", len(names), naming.List(names), reason(c)))
		}
	}
	return notes
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
