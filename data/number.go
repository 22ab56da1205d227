package data

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// parseNumber reads a cell as a number. Infinity counts as a number here, so
// that it can be refused by its place.
func parseNumber(cell string) (float64, bool) {
	if cell == "" {
		return 0, false
	}
	if c := cell[0]; c > '9' && c != 'i' && c != 'I' { // most text, without the cost of an error
		return 0, false
	}
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return v, v == v
}

// number reads the cell of a column of numbers: NaN where it is missing.
func (g *grid) number(row, col int) (float64, error) {
	cell := g.cell(row, col)
	if isMissing(cell) {
		return math.NaN(), nil
	}
	v, ok := parseNumber(cell)
	switch {
	case !ok:
		return 0, fmt.Errorf("%s: %q is not a number, as the column holds; leave the cell empty where a value is missing", g.at(row, col), cell)
	case math.IsInf(v, 0):
		return 0, fmt.Errorf("%s: %s is infinite; leave the cell empty where a value is missing", g.at(row, col), cell)
	}
	return v, nil
}

// numberText writes a number as the name of a class or in a message.
func numberText(v float64) string { return strconv.FormatFloat(v+0, 'g', -1, 64) }
