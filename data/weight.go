package data

import (
	"fmt"
	"math"

	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// WeightField is the field that says how much a row of a table counts, where a column
// does: its number over the mean of the training rows, so that the weights of these
// have the mean 1. Losses are multiplied by it. Of rows without that column all are 1.
const WeightField = "sample_weight"

// Weight is the column that says how much a row counts.
type Weight struct {
	Name string  `json:"name"`
	Mean float64 `json:"mean"` // of the training rows, above 0

	Notation string   `json:"notation,omitempty"` // as of a [Column]
	Absent   []string `json:"absent,omitempty"`   // likewise
}

// fitWeight measures the weights of the given rows, nil for all.
func fitWeight(g *grid.Grid, col int, r parse.Reading, rows []int) (*Weight, error) {
	w := &Weight{Name: g.Columns[col], Notation: r.Notation.String(), Absent: r.Absent}
	sum, n := 0.0, g.Rows()
	if rows != nil {
		n = len(rows)
	}
	for i := range n {
		row := i
		if rows != nil {
			row = rows[i]
		}
		v, err := weightAt(g, row, col, &r)
		if err != nil {
			return nil, err
		}
		sum += v
	}
	if w.Mean = sum / float64(n); !(w.Mean > 0) || math.IsInf(w.Mean, 0) {
		return nil, fmt.Errorf("data: %s: the weights in column %q have the mean %v over the %d rows to learn from; some must be above 0, and their sum finite", g.File, w.Name, w.Mean, n)
	}
	return w, nil
}

// weightAt returns the weight of a row, or what is wrong with it.
func weightAt(g *grid.Grid, row, col int, r *parse.Reading) (float64, error) {
	v, err := g.Value(row, col, r)
	if err != nil {
		return 0, err
	}
	switch {
	case v != v:
		return 0, cellError(g.At(row, col), fmt.Errorf("the weight is missing (%q); want a number of at least 0, and 0 for a row that does not count", g.Cell(row, col)))
	case v < 0:
		return 0, cellError(g.At(row, col), fmt.Errorf("the weight is %v; want a number of at least 0", v))
	}
	return v, nil
}

// validate returns what makes a weight unusable; nil is none.
func (w *Weight) validate() error {
	if w == nil {
		return nil
	}
	if !(w.Mean > 0) || math.IsInf(w.Mean, 0) {
		return fmt.Errorf("data: encoder: the weights in column %q have the mean %v; it must be above 0 and finite", w.Name, w.Mean)
	}
	_, err := w.readsAs()
	return err
}

func (w *Weight) readsAs() (parse.Reading, error) {
	return learned(w.Name, parse.NumberKind, w.Notation, "", w.Absent)
}

// encodeWeights encodes the weights where they are. Rows to predict need none.
func (e *Encoder) encodeWeights(s *encodedTable, g *grid.Grid) error {
	if e.Weight == nil || s.spec.Unlabeled {
		return nil
	}
	col := g.Find(e.Weight.Name)
	if col < 0 {
		s.notes = append(s.notes[:len(s.notes):len(s.notes)], fmt.Sprintf("there is no column %q, which said how much a row counts: all count alike", e.Weight.Name))
		return nil
	}
	r, err := e.Weight.readsAs()
	if err != nil {
		return err
	}
	s.weights = make([]float32, g.Rows())
	for row := range s.weights {
		v, err := weightAt(g, row, col, &r)
		if err != nil {
			return err
		}
		if s.weights[row], err = feature.Standardize(v, 0, e.Weight.Mean); err != nil {
			return cellError(g.At(row, col), err)
		}
	}
	return nil
}

func (s *encodedTable) readWeights(rows []int, dst []float32) error {
	if err := checkRead(s.Len(), 1, 0, rows, dst, nil); err != nil {
		return err
	}
	for i, row := range rows {
		dst[i] = 1
		if s.weights != nil {
			dst[i] = s.weights[row]
		}
	}
	return nil
}
