package feature

import (
	"math"
	"slices"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
	"descent/data/internal/scratch"
)

// sample is the numbers of some rows of a column, in order. They are in memory where
// they are few, and else read again each time.
type sample struct {
	grid    *grid.Grid
	col     int
	runs    []grid.Run
	reading parse.Reading
	reader  *grid.Reader
	values  []float64 // nil: too many
	n       int       // that are there
	missing int
}

// valueBytes is how much memory values take that are not read again.
const valueBytes = 1 << 24

// sampleOf takes the numbers of the given rows; nil means all. It fails where a cell
// is none.
func sampleOf(g *grid.Grid, col int, rows []int, r parse.Reading) (*sample, error) {
	s := &sample{grid: g, col: col, runs: g.Runs(rows), reading: r, reader: grid.NewReader(g)}
	n := 0
	if len(s.runs) > 0 {
		n = s.runs[len(s.runs)-1].To
	}
	if int64(n) <= scratch.Budget(valueBytes, 32)/8 {
		s.values = make([]float64, 0, n)
	}
	for _, run := range s.runs {
		values, err := s.reader.Floats(run, col, &s.reading)
		if err != nil {
			return nil, err
		}
		there := present(values)
		s.n += len(there)
		s.missing += run.To - run.From - len(there)
		if s.values != nil {
			s.values = append(s.values, there...)
		}
	}
	return s, nil
}

// present moves the values that are there to the front and returns them.
func present(values []float64) []float64 {
	return slices.DeleteFunc(values, func(v float64) bool { return v != v })
}

// each visits the values that are there, in order, some at a time.
func (s *sample) each(visit func(values []float64)) error {
	if s.values != nil {
		visit(s.values)
		return nil
	}
	for _, run := range s.runs {
		values, err := s.reader.Floats(run, s.col, &s.reading)
		if err != nil {
			return err
		}
		visit(present(values))
	}
	return nil
}

// first returns the first value that is there.
func (s *sample) first() (first float64, err error) {
	if s.values != nil {
		return s.values[0], nil
	}
	met := false
	err = s.each(func(values []float64) {
		if !met && len(values) > 0 {
			first, met = values[0], true
		}
	})
	return first, err
}

// median returns the middle of the values, or between the two in the middle.
func (s *sample) median() (float64, error) {
	half := s.n / 2
	if s.n%2 == 1 {
		return s.smallest(half)
	}
	low, err := s.smallest(half - 1)
	if err != nil {
		return 0, err
	}
	upTo, high := 0, math.Inf(1) // how many are no more than low, and the least of the others
	err = s.each(func(values []float64) {
		for _, v := range values {
			if v <= low {
				upTo++
			} else {
				high = min(high, v)
			}
		}
	})
	if upTo > half {
		high = low
	}
	return float64(low/2) + float64(high/2), err
}

// fewSorted is how many values are sorted to find one among them.
const fewSorted = 1 << 12

// smallest returns the value that k others come before in order. Values are numbered
// in their order by 64 bits, which are found sixteen at a time: how many values share
// those that are known is counted for each value of the next.
func (s *sample) smallest(k int) (v float64, err error) {
	counts := make([]uint32, 1<<16)
	known, bits := uint64(0), 0
	for bits < 64 {
		clear(counts)
		err := s.each(func(values []float64) {
			for _, v := range values {
				if key := ordered(v); key>>(64-bits) == known {
					counts[key>>(48-bits)&0xffff]++
				}
			}
		})
		if err != nil {
			return 0, err
		}
		next := 0
		for ; k >= int(counts[next]); next++ {
			k -= int(counts[next])
		}
		known, bits = known<<16|uint64(next), bits+16
		if counts[next] <= fewSorted && bits < 64 {
			break
		}
	}
	if bits == 64 {
		return valueOf(known), nil
	}
	var few []float64
	err = s.each(func(values []float64) {
		for _, v := range values {
			if ordered(v)>>(64-bits) == known {
				few = append(few, v+0)
			}
		}
	})
	slices.Sort(few)
	return few[k], err
}

// ordered numbers values in their order; -0 is 0.
func ordered(v float64) uint64 {
	b := math.Float64bits(v + 0)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// valueOf returns the value of a number in their order.
func valueOf(key uint64) float64 {
	if key>>63 != 0 {
		return math.Float64frombits(key &^ (1 << 63))
	}
	return math.Float64frombits(^key)
}
