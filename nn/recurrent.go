package nn

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/nn/initial"
)

// GRU goes through a sequence with gated recurrent units, whose state h starts at
// zero:
//
//	r = σ(xWr + br + hUr)    z = σ(xWz + bz + hUz)
//	n = tanh(xWn + bn + r ∘ (hUn + cn))
//	h ← (1 - z) ∘ n + z ∘ h
//
//	x [n, t, in] → y [n, t, Units], all states; with Last [n, Units], the last
//	params: weight [in, 3·Units], recurrent [Units, 3·Units], bias [3·Units], in the
//	order r, z, n; recurrent_bias [Units]
//
// Weights start uniformly on ±1/√Units unless Init says otherwise, biases at zero.
// Equal to PyTorch's GRU, which has a second bias for r and z that adds nothing.
//
// Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder",
// EMNLP 2014, arXiv:1406.1078, with the reset behind the product, as in cuDNN.
type GRU struct {
	Units int  // numbers of the state, at least 1
	Last  bool // the last state instead of all
	Init  initial.Initializer
}

// LSTM goes through a sequence with long short-term memory, whose state h and cell c
// start at zero:
//
//	i, f, o = σ(xW + b + hU)    g = tanh(xWg + bg + hUg)
//	c ← f ∘ c + i ∘ g           h ← o ∘ tanh(c)
//
//	x [n, t, in] → y [n, t, Units], all states; with Last [n, Units], the last
//	params: weight [in, 4·Units], recurrent [Units, 4·Units], bias [4·Units], in the
//	order i, f, g, o
//
// Weights start uniformly on ±1/√Units unless Init says otherwise, the bias at zero.
// Equal to PyTorch's LSTM, whose two biases are one here.
//
// Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9,
// 1997, with the forget gate of Gers et al., 2000.
type LSTM struct {
	Units int  // numbers of the state, at least 1
	Last  bool // the last state instead of all
	Init  initial.Initializer
}

// Forward implements [Layer].
func (l GRU) Forward(c *Context, x graph.Tensor) graph.Tensor {
	r := recurrence{Context: c, name: "GRU", units: l.Units, gates: 3, init: l.Init}
	gates, u, ok := r.inputs(x)
	if !ok {
		return c.none()
	}
	bias, before := c.Bias("recurrent_bias", l.Units), r.before(x, "state")
	y := gates.GRU(u, bias, before, graph.Recurrence{})
	r.remember(before, y)
	return r.result(y, l.Last)
}

// Forward implements [Layer].
func (l LSTM) Forward(c *Context, x graph.Tensor) graph.Tensor {
	r := recurrence{Context: c, name: "LSTM", units: l.Units, gates: 4, init: l.Init}
	gates, u, ok := r.inputs(x)
	if !ok {
		return c.none()
	}
	before, cell := r.before(x, "state"), r.before(x, "cell")
	y, cells := gates.LSTM(u, before, cell, graph.Recurrence{})
	r.remember(before, y)
	r.remember(cell, cells)
	return r.result(y, l.Last)
}

// recurrence is what recurrent layers share.
type recurrence struct {
	*Context
	name         string
	units, gates int
	init         initial.Initializer
}

// inputs declares the parameters that all have, and returns what x gives the gates of
// all positions and the recurrent weight.
func (r recurrence) inputs(x graph.Tensor) (gates, u graph.Tensor, ok bool) {
	t := x.Type()
	if err := sequences(t); err != nil {
		r.fail(r.name, err, t)
		return gates, u, false
	}
	if r.units < 1 {
		r.fail(r.name, fmt.Errorf("%d units; want at least 1", r.units), t)
		return gates, u, false
	}
	n, length, in := t.Dim(0), t.Dim(1), t.Dim(2)
	init := r.init
	if init == nil {
		init = initial.Uniform{Bound: 1 / math.Sqrt(float64(r.units))}
	}
	w := r.Param("weight", init, in, r.gates*r.units)
	u = r.Param("recurrent", init, r.units, r.gates*r.units)
	b := r.Bias("bias", r.gates*r.units)
	return x.Reshape(-1, in).MatMul(w).Add(b).Reshape(n, length, r.gates*r.units), u, true
}

// before returns a state before the first position of x.
func (r recurrence) before(x graph.Tensor, name string) graph.Tensor {
	if r.continues != nil {
		return r.State(name, x.Dim(0), r.units)
	}
	return r.graph.Const(0).BroadcastTo(graph.Shape(x.Dim(0), r.units))
}

// remember keeps the last of all states for a trace that goes on.
func (r recurrence) remember(before, all graph.Tensor) {
	if r.continues != nil {
		r.SetState(before, r.result(all, true))
	}
}

// result returns all states, or the last.
func (r recurrence) result(all graph.Tensor, last bool) graph.Tensor {
	if t := all.Type(); last && t.Rank() == 3 {
		return all.Slice(1, t.Dim(1)-1, t.Dim(1)).Reshape(t.Dim(0), r.units)
	}
	return all
}
