package parse

import (
	"errors"
	"strconv"
)

// Number reads a cell as a number. Infinity counts as a number here, so
// that it can be refused by its place.
func Number(cell string) (float64, bool) {
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

// FormatNumber writes a number as the name of a class or in a message.
func FormatNumber(v float64) string { return strconv.FormatFloat(v+0, 'g', -1, 64) }
