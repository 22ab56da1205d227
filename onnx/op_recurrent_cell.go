package onnx

import (
	"strings"

	"descent/graph"
)

// gates is one direction of a recurrent node.
type gates struct {
	n      *call
	units  int
	weight graph.Tensor // [gates·units, width]
	given  graph.Tensor // the bias of its product; none: there is none
	acts   []func(graph.Tensor) graph.Tensor
	recur  graph.Tensor // [gates·units, units]
	bias   graph.Tensor // of the recurrent product, [gates·units]; none: there is none
	peep   []graph.Tensor
	before bool // linear_before_reset
}

// part returns the numbers of gate i of x [batch, gates·units] or [gates·units].
func (g *gates) part(x graph.Tensor, i int) graph.Tensor {
	return x.Slice(-1, i*g.units, (i+1)*g.units)
}

// product returns h times the recurrent weight of gates [from, to), with their bias.
func (g *gates) product(h graph.Tensor, from, to int) graph.Tensor {
	y := h.MatMul(g.recur.Slice(0, from*g.units, to*g.units).Transpose())
	if g.bias.Valid() {
		y = y.Add(g.bias.Slice(0, from*g.units, to*g.units))
	}
	return y
}

// lstm steps by the standard's equations, with σ, g and k the activations of the node, by
// default sigmoid and twice tanh, and P the weights by which gates look at the state:
//
//	i = σ(W_i·x + R_i·h' + P_i∘c' + b_i)    o = σ(W_o·x + R_o·h' + P_o∘c + b_o)
//	f = σ(W_f·x + R_f·h' + P_f∘c' + b_f)    c = f∘c' + i∘g(W_c·x + R_c·h' + b_c)    y = o∘k(c)
//
// Source: the operator LSTM of the standard, versions 7 and 14.
var lstm = recurrent{gates: 4, states: 2, acts: []string{"Sigmoid", "Tanh", "Tanh"}, step: func(g *gates, x graph.Tensor, s []graph.Tensor) []graph.Tensor {
	// Gates stand in the order i, o, f, c.
	h, c := s[0], s[1]
	all := x.Add(g.product(h, 0, 4))
	gate := func(i int) graph.Tensor { return g.part(all, i) }
	look := func(x graph.Tensor, i int, c graph.Tensor) graph.Tensor {
		if g.peep == nil {
			return x
		}
		return x.Add(g.peep[i].Mul(c))
	}
	f, act, out := g.acts[0], g.acts[1], g.acts[2]
	in, forget := f(look(gate(0), 0, c)), f(look(gate(2), 2, c))
	c = forget.Mul(c).Add(in.Mul(act(gate(3))))
	o := f(look(gate(1), 1, c))
	return []graph.Tensor{o.Mul(out(c)), c}
}, order: []int{0, 2, 3, 1}, whole: func(x, u, bias graph.Tensor, s []graph.Tensor, r graph.Recurrence) []graph.Tensor {
	y, cells := x.Add(bias).LSTM(u, s[0], s[1], r)
	return []graph.Tensor{y, cells}
}}

// gru steps by the standard's equations, with f and g the activations of the node, by default
// sigmoid and tanh, and b and d the biases of x and of the state before, h':
//
//	z = f(W_z·x + R_z·h' + b_z + d_z)    r = f(W_r·x + R_r·h' + b_r + d_r)
//	n = g(W_h·x + R_h·(r∘h') + b_h + d_h), or g(W_h·x + r∘(R_h·h' + d_h) + b_h) with
//	linear_before_reset
//	y = (1-z)∘n + z∘h'
//
// Source: the operator GRU of the standard, versions 7 and 14.
var gru = recurrent{gates: 3, states: 1, acts: []string{"Sigmoid", "Tanh"}, step: func(g *gates, x graph.Tensor, s []graph.Tensor) []graph.Tensor {
	// Gates stand in the order z, r, h.
	h := s[0]
	both := g.product(h, 0, 2)
	z, r := g.acts[0](g.part(x, 0).Add(g.part(both, 0))), g.acts[0](g.part(x, 1).Add(g.part(both, 1)))
	var inner graph.Tensor
	if g.before {
		inner = r.Mul(g.product(h, 2, 3))
	} else {
		inner = g.product(r.Mul(h), 2, 3)
	}
	candidate := g.acts[1](g.part(x, 2).Add(inner))
	return []graph.Tensor{candidate.Add(z.Mul(h.Sub(candidate)))}
}, order: []int{1, 0, 2}, whole: func(x, u, bias graph.Tensor, s []graph.Tensor, r graph.Recurrence) []graph.Tensor {
	units := u.Dim(0)
	both := bias.Slice(0, 0, 2*units).Pad(0, 0, units)
	return []graph.Tensor{x.Add(both).GRU(u, bias.Slice(0, 2*units, 3*units), s[0], r)}
}}

// rnn steps by y = f(W·x + R·h' + b), with f the activation of the node, by default tanh.
//
// Source: the operator RNN of the standard, versions 7 and 14.
var rnn = recurrent{gates: 1, states: 1, acts: []string{"Tanh"}, step: func(g *gates, x graph.Tensor, s []graph.Tensor) []graph.Tensor {
	return []graph.Tensor{g.acts[0](x.Add(g.product(s[0], 0, 1)))}
}}

// activation returns the function that a node names.
func (n *call) activation(name string, alpha, beta *[]Number) func(graph.Tensor) graph.Tensor {
	next := func(list *[]Number, or float64) float64 {
		if len(*list) == 0 {
			return or
		}
		v := (*list)[0]
		*list = (*list)[1:]
		return float64(v)
	}
	switch strings.ToLower(name) {
	case "sigmoid":
		return graph.Tensor.Sigmoid
	case "tanh":
		return graph.Tensor.Tanh
	case "relu":
		return graph.Tensor.ReLU
	case "softplus":
		return softplus
	case "softsign":
		return func(x graph.Tensor) graph.Tensor { return x.Div(x.Abs().AddScalar(1)) }
	case "elu":
		a := next(alpha, 1)
		return func(x graph.Tensor) graph.Tensor { return elu(x, a) }
	case "leakyrelu":
		a := next(alpha, 0.01)
		return func(x graph.Tensor) graph.Tensor { return x.Less(x.Const(0)).Select(x.Scale(a), x) }
	case "thresholdedrelu":
		a := next(alpha, 1)
		return func(x graph.Tensor) graph.Tensor { return x.Const(a).Less(x).Select(x, x.Const(0)) }
	case "hardsigmoid":
		a, b := next(alpha, 0.2), next(beta, 0.5)
		return func(x graph.Tensor) graph.Tensor { return hardSigmoid(x, a, b) }
	case "affine":
		a, b := next(alpha, 1), next(beta, 0)
		return func(x graph.Tensor) graph.Tensor { return x.Affine(a, b) }
	case "scaledtanh":
		a, b := next(alpha, 1), next(beta, 1)
		return func(x graph.Tensor) graph.Tensor { return x.Scale(b).Tanh().Scale(a) }
	}
	n.failf("activation %q is not known", name)
	return graph.Tensor.Tanh
}
