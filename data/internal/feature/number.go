package feature

import (
	"fmt"
	"math"

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
	s, err := sampleOf(g, col, rows, r)
	if err != nil {
		return n, "", err
	}
	return fitNumber(s)
}

// fitNumber measures numbers.
func fitNumber(s *sample) (n Number, dropped Dropped, err error) {
	if s.n == 0 {
		return n, holdsNothing, nil
	}
	n = Number{Missing: s.missing > 0, Reading: s.reading}
	var same bool
	if n.Mean, n.Std, same, err = s.spread(); err != nil {
		return n, "", err
	}
	if same && !n.Missing {
		return n, constant(parse.FormatNumber(n.Mean)), nil
	}
	n.Median, err = s.median()
	return n, "", err
}

// Spread returns the mean and the standard deviation of a column's numbers in the
// given rows; nil means all.
func Spread(g *grid.Grid, col int, rows []int, r parse.Reading) (mean, std float64, err error) {
	s, err := sampleOf(g, col, rows, r)
	if err != nil {
		return 0, 0, err
	}
	mean, std, _, err = s.spread()
	return mean, std, err
}

// spread returns the mean and the standard deviation of the population, in
// two passes; 1 for values that are all equal.
func (s *sample) spread() (mean, std float64, same bool, err error) {
	same = true
	first, err := s.first()
	if err != nil {
		return 0, 0, false, err
	}
	err = s.each(func(values []float64) {
		for _, v := range values {
			mean += v
			same = same && v == first
		}
	})
	mean /= float64(s.n)
	if same || err != nil {
		return first, 1, true, err
	}
	err = s.each(func(values []float64) {
		for _, v := range values {
			std += float64((v - mean) * (v - mean)) // rounded, on every machine
		}
	})
	if err != nil {
		return 0, 0, false, err
	}
	std = math.Sqrt(std / float64(s.n))
	if !(std > 0) || math.IsInf(std, 0) {
		return 0, 0, false, fmt.Errorf("data: %s, column %q: its numbers cannot be standardized: mean %v, standard deviation %v; rescale the column",
			s.grid.File, s.grid.Columns[s.col], mean, std)
	}
	return mean, std, false, nil
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
	return human.Decoded(float64(float64(x[0])*n.Std)+n.Mean, n.Mean, n.Std)
}
