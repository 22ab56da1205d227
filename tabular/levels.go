package tabular

import (
	"fmt"
	"strings"

	"descent/data"
	"descent/nn"
	"descent/nn/initial"
)

// A level of a column of many levels stands in few rows. A vector for each, of which
// the first layer learns what to make with all rows, says more than an input for each,
// and takes less time.
const (
	manyLevels   = 50 // more are many
	vectorLength = 8
	vectorFactor = 16 // of the rate of vectors, which start at the size of inputs, not of weights over 256 of them
)

// learned takes the columns of many levels out of those that stay as they are.
func (t *Table) learned(plain []int, length int) (columns [][]int, rest []int) {
	for len(plain) > 0 {
		n := 1
		for n < len(plain) && t.Columns[plain[n]].Column == t.Columns[plain[0]].Column {
			n++
		}
		if length > 0 && n > manyLevels && t.Columns[plain[0]].Kind == data.LevelFeature {
			columns = append(columns, plain[:n:n])
		} else {
			rest = append(rest, plain[:n]...)
		}
		plain = plain[n:]
	}
	return columns, rest
}

// vectors gives each level of a column a learned vector. A level that training did not
// have is 0.
func vectors(column []int, length int) nn.Layer {
	return nn.Sequential{nn.Select{Columns: column}, nn.Dense{Units: length, NoBias: true, Init: initial.Normal{Std: 1}}}
}

// vectorWeights matches the names of the vectors' parameters.
const vectorWeights = "0.*.dense.weight"

// inVectors says of which columns levels are vectors; nothing if there are none.
func (t *Table) inVectors(front nn.Concat) string {
	var list []string
	length := 0
	for _, branch := range front {
		if columns, units := vectorsOf(branch); units > 0 && columns[0] < len(t.Columns) {
			list, length = append(list, fmt.Sprintf("%s (%d)", t.Columns[columns[0]].Column, len(columns))), units
		}
	}
	if list == nil {
		return ""
	}
	return fmt.Sprintf("%s of many levels, each a learned vector of %d numbers: %s", count(len(list), "column"), length, strings.Join(list, ", "))
}

// vectorsOf returns the levels that a branch makes vectors of so many units of; 0 if
// it does something else.
func vectorsOf(branch nn.Layer) (columns []int, units int) {
	layers, _ := branch.(nn.Sequential)
	if len(layers) != 2 {
		return nil, 0
	}
	selected, ok := layers[0].(nn.Select)
	dense, vectors := layers[1].(nn.Dense)
	if !ok || !vectors {
		return nil, 0
	}
	return selected.Columns, dense.Units
}
