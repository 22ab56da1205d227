package nn

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
	"descent/nn/initial"
)

// Select takes columns of its input, the last axis, in the given order:
//
//	x [n, ..., d] → y [n, ..., len(Columns)], y[j] = x[Columns[j]]
//
// A column may be taken several times.
type Select struct {
	Columns []int // in [0, d), at least 1
}

// Scale multiplies each column by a learned factor:
//
//	y = x ⊙ scale
//
//	x [n, ..., d] → y like x    params: scale [d]
//
// In front of the first [Dense], with a rate of its own of some hundred times
// that of weights, it lets training choose how much each input counts. The
// factors start at 1 unless Init says otherwise, and do not decay.
//
// Source: Holzmüller, Grinsztajn and Steinwart, "Better by Default: Strong
// Pre-Tuned MLPs and Boosted Trees on Tabular Data", NeurIPS 2024,
// arXiv:2407.04491, section 3.
type Scale struct {
	Init initial.Initializer // of scale; nil: ones
}

// Parametric lets training choose between an activation and the identity, for
// each unit:
//
//	y = x + alpha ⊙ (activation(x) - x)
//
//	x [n, ..., d] → y like x    params: alpha [d]
//
// alpha starts at 1, where y is the activation, and does not decay.
//
// Source: as of [Scale].
type Parametric struct {
	Activation Activation
}

// Temperature divides what a network gives by T, so that probabilities are less
// sure of themselves, or more so where T is below 1, with the same order:
//
//	y = x/T
//
//	x [n, ...] → y like x
//
// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017,
// arXiv:1706.04599.
type Temperature struct {
	T float64 // above 0
}

// Clamp bounds each column, the last axis:
//
//	y = min(max(x, Low), High)
//
//	x [n, ..., d] → y like x
//
// Low and High have one number for each column, or one for all. The gradient is
// that of x between them, 0 outside, and half of it on a bound.
type Clamp struct {
	Low, High  []float64 // Low below High
	Predicting bool      // in training, x passes as it is, so that what lies outside can come back
}

// Forward implements [Layer].
func (s Select) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case t.Rank() < 2:
		return c.fail("Select", errors.New("takes [n, ..., columns]"), t)
	case len(s.Columns) == 0:
		return c.fail("Select", errors.New("no columns; want the numbers of at least 1"), t)
	}
	run := true
	for i, column := range s.Columns {
		if column < 0 || column >= t.Dim(-1) {
			return c.fail("Select", fmt.Errorf("there is no column %d; there are %d, from 0", column, t.Dim(-1)), t)
		}
		run = run && column == s.Columns[0]+i
	}
	if run {
		return x.Slice(-1, s.Columns[0], s.Columns[0]+len(s.Columns))
	}
	return x.Take(s.Columns)
}

// Forward implements [Layer].
func (s Scale) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if x.Type().Rank() < 2 {
		return c.fail("Scale", errors.New("takes [n, ..., columns]"), x.Type())
	}
	init := s.Init
	if init == nil {
		init = initial.Ones{}
	}
	return x.Mul(c.norm("scale", init, x.Dim(-1)))
}

// Forward implements [Layer].
func (p Parametric) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if x.Type().Rank() < 2 {
		return c.fail("Parametric", errors.New("takes [n, ..., units]"), x.Type())
	}
	alpha := c.norm("alpha", initial.Ones{}, x.Dim(-1))
	return x.Add(p.Activation.Apply(x).Sub(x).Mul(alpha))
}

// Forward implements [Layer].
func (l Temperature) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if !(l.T > 0) || math.IsInf(l.T, 0) || math.IsInf(1/float64(float32(l.T)), 0) {
		return c.fail("Temperature", fmt.Errorf("temperature %v; want a number above 0, such as 1.5", l.T), x.Type())
	}
	return x.Scale(1 / l.T)
}

// Forward implements [Layer].
func (l Clamp) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if t.Rank() < 2 {
		return c.fail("Clamp", errors.New("takes [n, ..., columns]"), t)
	}
	low, err := forColumns("Low", l.Low, t)
	if err != nil {
		return c.fail("Clamp", err, t)
	}
	high, err := forColumns("High", l.High, t)
	if err != nil {
		return c.fail("Clamp", err, t)
	}
	for i := range max(len(low), len(high)) {
		if lo, hi := low[i%len(low)], high[i%len(high)]; !(lo < hi) {
			return c.fail("Clamp", fmt.Errorf("column %d lies between %v and %v; Low must be below High", i, lo, hi), t)
		}
	}
	if l.Predicting && c.Training() {
		return x
	}
	return x.Max(c.graph.Vector(low)).Min(c.graph.Vector(high))
}

// forColumns returns the numbers of a field that has one for each column of t, or
// one for all, or what is wrong with them.
func forColumns(field string, values []float64, t graph.Type) ([]float64, error) {
	if d := t.Dim(-1); len(values) != d && len(values) != 1 {
		return nil, fmt.Errorf("%s has %d numbers; want %d, one for each column, or one for all", field, len(values), d)
	}
	for i, v := range values {
		if err := finite(v); err != nil {
			return nil, fmt.Errorf("%s of column %d: %w", field, i, err)
		}
	}
	return values, nil
}

// finite returns an error unless v is a number that float32 holds.
func finite(v float64) error {
	if v != v || math.IsInf(float64(float32(v)), 0) {
		return fmt.Errorf("%v is no number that float32 holds", v)
	}
	return nil
}
