package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// AlongTime is a [Dense] along the axis before the last, the same for each column: of
// each column of a series, what its last steps make of the next ones.
//
//	y[u] = activation(Σₜ W[t, u]·x[t] + b[u])
//
//	x [n, t, c] → y [n, Units, c]    params: weight [t, Units], bias [Units]
//
// weight starts as that of a Dense unless Init says otherwise, bias at zero.
type AlongTime struct {
	Units      int // steps that it makes, at least 1
	Activation Activation
	Init       initial.Initializer // nil: chosen by Activation
	NoBias     bool
}

// Reversible takes the level of each column of a series away, applies Layers, and puts
// it back, so that they see what is new in a window whatever its level is:
//
//	m = mean of x over time, or with Last its last value
//	s = 1, or with Spread √(variance of x over time + 10⁻⁵)
//	y = s·Layers((x - m)/s) + m
//
//	x [n, t, c] → y [n, h, k] where Layers give that, k ≤ c: levels are those of the first k columns
//
// Source: with the mean and Spread: Kim et al., "Reversible Instance Normalization for
// Accurate Time-Series Forecasting against Distribution Shift", ICLR 2022, without its
// affine map; with the last value: Zeng et al., "Are Transformers Effective for Time
// Series Forecasting?", AAAI 2023, arXiv:2205.13504, NLinear.
type Reversible struct {
	Layers Sequential
	Last   bool
	Spread bool
}

// AddField adds what the network Layers make of an input field of the samples:
//
//	x [n, ...] → y = x + Layers(field) [n, ...]
type AddField struct {
	Field  string
	Layers Sequential
}

// SeasonalNaive forecasts that each column is what it was a season before: the simplest
// forecast there is, beside which others are measured. Without weights.
//
//	y[h] = x[t - Season + (h mod Season)]
//
//	x [n, t, c] → y [n, Horizon, Columns]
//
// Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd
// edition, 2021, section 5.2.
type SeasonalNaive struct {
	Season  int // in steps, from 1, which repeats the last value, to t
	Horizon int // steps ahead
	Columns int // the first so many
}

// Forward implements [Layer].
func (a AlongTime) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case a.Units < 1:
		return c.fail("AlongTime", fmt.Errorf("%d units; want at least 1", a.Units), t)
	case t.Rank() != 3:
		return c.fail("AlongTime", errors.New("takes a series [n, time, columns]"), t)
	}
	init := a.Init
	if init == nil {
		init = a.Activation.Initializer()
	}
	n, steps, columns := t.Dim(0), t.Dim(1), t.Dim(2)
	w := c.Param("weight", init, steps, a.Units)
	y := x.Transpose(0, 2, 1).Reshape(n*columns, steps).MatMul(w)
	if !a.NoBias {
		y = y.Add(c.Bias("bias", a.Units))
	}
	return a.Activation.Apply(y).Reshape(n, columns, a.Units).Transpose(0, 2, 1)
}

// Forward implements [Layer].
func (r Reversible) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if t.Rank() != 3 {
		return c.fail("Reversible", errors.New("takes a series [n, time, columns]"), t)
	}
	level := x.Slice(1, t.Dim(1)-1, t.Dim(1))
	if !r.Last {
		level = x.MeanKeep(1)
	}
	z := x.Sub(level)
	var spread graph.Tensor
	if r.Spread {
		spread = x.Sub(x.MeanKeep(1)).Square().MeanKeep(1).AddScalar(1e-5).Sqrt()
		z = z.Div(spread)
	}
	y := r.Layers.Forward(c, z)
	if c.graph.Err() != nil {
		return c.none()
	}
	k := y.Dim(-1)
	if y.Type().Rank() != 3 || y.Dim(0) != t.Dim(0) || k > t.Dim(2) {
		return c.fail("Reversible", fmt.Errorf("its layers give %v; want [%d, steps, at most %d columns]", y.Type(), t.Dim(0), t.Dim(2)), t)
	}
	if r.Spread {
		y = y.Mul(spread.Slice(2, 0, k))
	}
	return y.Add(level.Slice(2, 0, k))
}

// Forward implements [Layer].
func (a AddField) Forward(c *Context, x graph.Tensor) graph.Tensor {
	y := a.Layers.Forward(c, c.Input(a.Field))
	if c.graph.Err() != nil {
		return c.none()
	}
	if y.Type() != x.Type() {
		return c.fail("AddField", fmt.Errorf("the layers make %v of field %q", y.Type(), a.Field), x.Type())
	}
	return x.Add(y)
}

// Forward implements [Layer].
func (s SeasonalNaive) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case t.Rank() != 3:
		return c.fail("SeasonalNaive", errors.New("takes a series [n, time, columns]"), t)
	case s.Season < 1 || s.Season > t.Dim(1) || s.Horizon < 1 || s.Columns < 1 || s.Columns > t.Dim(2):
		return c.fail("SeasonalNaive", fmt.Errorf("%+v; want a season of 1 to %d steps, a horizon, and 1 to %d columns", s, t.Dim(1), t.Dim(2)), t)
	}
	season := x.Slice(1, t.Dim(1)-s.Season, t.Dim(1)).Slice(2, 0, s.Columns)
	var more []graph.Tensor
	for steps := s.Season; steps < s.Horizon; steps += s.Season {
		more = append(more, season)
	}
	if more == nil {
		return season.Slice(1, 0, s.Horizon)
	}
	return season.Concat(1, more...).Slice(1, 0, s.Horizon)
}
