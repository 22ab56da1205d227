// Package feature says what a column of a table becomes in a sample: how it is
// measured on training rows, and how a cell is encoded and decoded. Cells of files
// and values of memory take the same way.
package feature

import (
	"fmt"

	"descent/data/internal/fault"
)

// Feature encodes the cells of a column.
type Feature interface {
	// Width returns the number of values that a cell becomes.
	Width() int
	// Encode writes a cell to to, which is of that width and zero. Numbers are plain
	// where a program wrote the cell. The error does not say where the cell is.
	Encode(to []float32, cell string, plain bool) (Fate, error)
	// Decode returns the cell that values stand for; "" is a missing one.
	Decode(x []float32) string
}

// Fate is how a cell counts whose like training did not have.
type Fate int

// The fates of cells.
const (
	AsNone    Fate = iota // a level, as none of the known ones
	AsRare                // a level, as a rare one
	AsNoLevel             // a missing level where training missed none
	AsMedian              // a missing number, likewise
	fates
	Known Fate = -1 // training had its like
)

// Dropped says why a column has no features, as it follows the column's name; "" is
// none.
type Dropped string

const holdsNothing Dropped = "holds no values in the training part"

func constant(value string) Dropped {
	return Dropped(fmt.Sprintf("is constant in the training part (%s)", value))
}

// Standardize returns (v - mean)/std as a float32 that is finite.
func Standardize(v, mean, std float64) (float32, error) {
	z := float32((v - mean) / std)
	if z-z != 0 {
		return 0, fault.Errorf(fault.ErrCell, "%v is too far from the training part's mean %v, standard deviation %v", v, mean, std)
	}
	return z, nil
}
