package data

import (
	"fmt"
	"math"
	"slices"
)

// reading is how the cells of a column are read: as numbers, dates or text.
type reading struct {
	kind     string   // numberKind, dateKind or "", which is text
	notation notation // of numbers
	form     string   // of dates
	absent   []string // words that mean missing in this column, sorted
}

// missing reports whether a cell of the column has no value.
func (r *reading) missing(cell string) bool {
	return isMissing(cell) || r.kind != "" && isLooseWord(cell) || len(r.absent) > 0 && slices.Contains(r.absent, cell)
}

// parse reads a cell: a date in days since 1970.
func (r *reading) parse(cell string) (float64, bool) {
	switch r.form {
	case "":
		return r.notation.parse(cell)
	case unixForm:
		v, ok := parseNumber(cell)
		return fromUnix(v), ok
	}
	m, ok := parseMoment(cell, r.form)
	return m.days, ok && coarse(m.form) == coarse(r.form)
}

// value reads the cell of a column of numbers or dates: NaN where it is missing.
// Numbers are plain where a program wrote the table.
func (r *reading) value(cell string, plain bool) (float64, error) {
	if plain && r.form == "" {
		if v, ok := parseNumber(cell); ok && !math.IsInf(v, 0) {
			return v, nil
		}
	}
	v, ok := r.parse(cell)
	switch {
	case ok && !math.IsInf(v, 0):
		return v, nil
	case r.missing(cell):
		return math.NaN(), nil
	case !ok:
		return 0, fmt.Errorf("%q is not a %s, as the column holds; leave the cell empty where a value is missing", cell, r.what())
	}
	return 0, fmt.Errorf("%s is infinite; leave the cell empty where a value is missing", cell)
}

// what names what the column holds, in a message.
func (r *reading) what() string {
	switch {
	case r.form != "":
		return fmt.Sprintf("date (%s)", formNames[r.form])
	case !r.notation.plain():
		return "number such as " + r.notation.String()
	}
	return "number"
}

// formNames are the forms of dates as people say them.
var formNames = map[string]string{
	yearFirst: "year-month-day", dayFirst: "day/month/year", monthFirst: "month/day/year",
	monthForm: "months of years", timeForm: "times of day", unixForm: "seconds since 1970",
}
