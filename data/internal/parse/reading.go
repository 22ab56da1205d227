// Package parse says what a cell means: a number in a notation, a date in a form,
// one of known texts, or nothing.
package parse

import (
	"fmt"
	"math"
	"slices"
)

// The kinds of columns.
const (
	NumberKind   = "number"
	CategoryKind = "category"
	DateKind     = "date"
	TextKind     = "text"
	DroppedKind  = "dropped"
)

// Reading is how the cells of a column are read: as numbers, dates or text.
type Reading struct {
	Kind     string   // numberKind, dateKind or "", which is text
	Notation Notation // of numbers
	Form     string   // of dates
	Absent   []string // words that mean missing in this column, sorted
}

// Missing reports whether a cell of the column has no value.
func (r *Reading) Missing(cell string) bool {
	return Missing(cell) || r.Kind != "" && LooseWord(cell) || len(r.Absent) > 0 && slices.Contains(r.Absent, cell)
}

// Parse reads a cell: a date in days since 1970.
func (r *Reading) Parse(cell string) (float64, bool) {
	switch r.Form {
	case "":
		return r.Notation.parse(cell)
	case UnixForm:
		v, ok := Number(cell)
		return fromUnix(v), ok
	}
	m, ok := Date(cell, r.Form)
	return m.Days, ok && Coarse(m.Form) == Coarse(r.Form)
}

// Value reads the cell of a column of numbers or dates: NaN where it is missing.
// Numbers are plain where a program wrote the table.
func (r *Reading) Value(cell string, plain bool) (float64, error) {
	if plain && r.Form == "" {
		if v, ok := Number(cell); ok && !math.IsInf(v, 0) {
			return v, nil
		}
	}
	v, ok := r.Parse(cell)
	switch {
	case ok && !math.IsInf(v, 0):
		return v, nil
	case r.Missing(cell):
		return math.NaN(), nil
	case !ok:
		return 0, fmt.Errorf("%q is not a %s, as the column holds; leave the cell empty where a value is missing", cell, r.what())
	}
	return 0, fmt.Errorf("%s is infinite; leave the cell empty where a value is missing", cell)
}

// what names what the column holds, in a message.
func (r *Reading) what() string {
	switch {
	case r.Form != "":
		return fmt.Sprintf("date (%s)", FormNames[r.Form])
	case !r.Notation.Plain():
		return "number such as " + r.Notation.String()
	}
	return "number"
}

// FormNames are the forms of dates as people say them.
var FormNames = map[string]string{
	YearFirst: "year-month-day", DayFirst: "day/month/year", MonthFirst: "month/day/year",
	MonthForm: "months of years", TimeForm: "times of day", UnixForm: "seconds since 1970",
}
