package feature

import (
	"fmt"
	"math"
	"sort"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
	"descent/internal/human"
)

// Number standardizes the numbers of a column. A missing one counts as the median
// and sets an indicator beside it, if training missed some.
type Number struct {
	Median, Mean, Std float64
	Missing           bool
	Reading           parse.Reading
}

// FitNumber measures a column of numbers, or of dates in days, on the given rows;
// nil means all.
func FitNumber(g *grid.Grid, col int, rows []int, r parse.Reading) (n Number, dropped Dropped, err error) {
	values, missing, err := numbersAt(g, col, rows, r)
	if err != nil {
		return n, "", err
	}
	if len(values) == 0 {
		return n, holdsNothing, nil
	}
	n = Number{Missing: missing > 0, Reading: r}
	if n.Mean, n.Std, err = spread(g, col, values); err != nil {
		return n, "", err
	}
	sort.Float64s(values)
	half := len(values) / 2
	n.Median = values[half]
	if len(values)%2 == 0 {
		n.Median = values[half-1]/2 + values[half]/2
	}
	if values[0] == values[len(values)-1] && !n.Missing {
		return n, constant(parse.FormatNumber(values[0])), nil
	}
	return n, "", nil
}

// Spread returns the mean and the standard deviation of a column's numbers in the
// given rows; nil means all.
func Spread(g *grid.Grid, col int, rows []int, r parse.Reading) (mean, std float64, err error) {
	values, _, err := numbersAt(g, col, rows, r)
	if err != nil {
		return 0, 0, err
	}
	return spread(g, col, values)
}

// numbersAt returns the numbers of the given rows that are there.
func numbersAt(g *grid.Grid, col int, rows []int, r parse.Reading) (values []float64, missing int, err error) {
	n := len(rows)
	if rows == nil {
		n = g.Rows()
	}
	values = make([]float64, 0, n)
	for row := range g.Among(rows) {
		v, err := g.Value(row, col, &r)
		if err != nil {
			return nil, 0, err
		}
		if v != v {
			missing++
			continue
		}
		values = append(values, v)
	}
	return values, missing, nil
}

// spread returns the mean and the standard deviation of the population, in
// two passes; 1 for values that are all equal.
func spread(g *grid.Grid, col int, values []float64) (mean, std float64, err error) {
	same := true
	for _, v := range values {
		mean += v
		same = same && v == values[0]
	}
	mean /= float64(len(values))
	if same {
		return values[0], 1, nil
	}
	for _, v := range values {
		std += float64((v - mean) * (v - mean)) // rounded, on every machine
	}
	std = math.Sqrt(std / float64(len(values)))
	if !(std > 0) || math.IsInf(std, 0) {
		return 0, 0, fmt.Errorf("data: %s, column %q: its numbers cannot be standardized: mean %v, standard deviation %v; rescale the column",
			g.File, g.Columns[col], mean, std)
	}
	return mean, std, nil
}

// Width returns 1, and one more for the indicator.
func (n *Number) Width() int {
	if n.Missing {
		return 2
	}
	return 1
}

// Encode writes (v - mean)/std and the indicator.
func (n *Number) Encode(to []float32, cell string, plain bool) (Fate, error) {
	v, err := n.Reading.Value(cell, plain)
	if err != nil {
		return Known, err
	}
	return n.Put(to, v)
}

// Put is Encode of a number; NaN is a missing one.
func (n *Number) Put(to []float32, v float64) (fate Fate, err error) {
	fate = Known
	if v != v {
		v = n.Median
		if n.Missing {
			to[1] = 1
		} else {
			fate = AsMedian
		}
	}
	to[0], err = Standardize(v, n.Mean, n.Std)
	return fate, err
}

// Decode returns a number in the digits that standardizing in float32 keeps.
func (n *Number) Decode(x []float32) string {
	if n.Missing && x[1] != 0 {
		return ""
	}
	return human.Decoded(float64(x[0])*n.Std+n.Mean, n.Mean, n.Std)
}
