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
	r := recurrence{units: l.Units, gates: 3, states: []string{"state"}, init: l.Init, last: l.Last}
	var bias graph.Tensor
	return r.forward(c, "GRU", x, func() { bias = c.Bias("recurrent_bias", l.Units) }, func(x, u []graph.Tensor, h []graph.Tensor) []graph.Tensor {
		reset, z := x[0].Add(u[0]).Sigmoid(), x[1].Add(u[1]).Sigmoid()
		n := x[2].Add(reset.Mul(u[2].Add(bias))).Tanh()
		return []graph.Tensor{n.Add(z.Mul(h[0].Sub(n)))}
	})
}

// Forward implements [Layer].
func (l LSTM) Forward(c *Context, x graph.Tensor) graph.Tensor {
	r := recurrence{units: l.Units, gates: 4, states: []string{"state", "cell"}, init: l.Init, last: l.Last}
	return r.forward(c, "LSTM", x, func() {}, func(x, u []graph.Tensor, h []graph.Tensor) []graph.Tensor {
		gate := func(i int) graph.Tensor { return x[i].Add(u[i]) }
		cell := gate(1).Sigmoid().Mul(h[1]).Add(gate(0).Sigmoid().Mul(gate(2).Tanh()))
		return []graph.Tensor{gate(3).Sigmoid().Mul(cell.Tanh()), cell}
	})
}

// recurrence is what recurrent layers share. Time is unrolled in the graph.
type recurrence struct {
	units, gates int
	states       []string // the first is what the layer returns
	init         initial.Initializer
	last         bool
}

// forward goes through x. step makes the new states of what inputs and the first
// state give each gate, and of the states before; declare adds parameters to those
// that all have.
func (r recurrence) forward(c *Context, name string, x graph.Tensor, declare func(), step func(x, u, states []graph.Tensor) []graph.Tensor) graph.Tensor {
	t := x.Type()
	if err := sequences(t); err != nil {
		return c.fail(name, err, t)
	}
	if r.units < 1 {
		return c.fail(name, fmt.Errorf("%d units; want at least 1", r.units), t)
	}
	n, length, in := t.Dim(0), t.Dim(1), t.Dim(2)
	init := r.init
	if init == nil {
		init = initial.Uniform{Bound: 1 / math.Sqrt(float64(r.units))}
	}
	w, u := c.Param("weight", init, in, r.gates*r.units), c.Param("recurrent", init, r.units, r.gates*r.units)
	b := c.Bias("bias", r.gates*r.units)
	declare()
	inputs := x.Reshape(-1, in).MatMul(w).Add(b).Reshape(n, length, r.gates*r.units)
	states := make([]graph.Tensor, len(r.states))
	for i, state := range r.states {
		states[i] = c.graph.Const(0).BroadcastTo(graph.Shape(n, r.units))
		if c.continues != nil {
			states[i] = c.State(state, n, r.units)
		}
	}
	before := states
	var all []graph.Tensor
	for i := range length {
		at := inputs.Slice(1, i, i+1).Reshape(n, -1)
		states = step(r.split(at), r.split(states[0].MatMul(u)), states)
		all = append(all, states[0].Reshape(n, 1, r.units))
	}
	if c.continues != nil {
		for i := range states {
			c.SetState(before[i], states[i])
		}
	}
	if r.last {
		return states[0]
	}
	return all[0].Concat(1, all[1:]...)
}

// split returns the parts of x [n, gates·units] that belong to each gate.
func (r recurrence) split(x graph.Tensor) []graph.Tensor {
	gates := make([]graph.Tensor, r.gates)
	for i := range gates {
		gates[i] = x.Slice(1, i*r.units, (i+1)*r.units)
	}
	return gates
}
