package onnx

import (
	"strings"

	"descent/graph"
	"descent/internal/onnxproto"
)

// recurrent is what LSTM, GRU and RNN share: steps over time in one direction or both, as
// one operation of the graph where that knows the node's kind, and else unrolled.
type recurrent struct {
	gates  int
	states int
	acts   []string // of one direction, unless the node says others
	step   func(g *gates, x graph.Tensor, s []graph.Tensor) []graph.Tensor
	order  []int // of gates in the operation; none: there is none
	whole  func(x, u, bias graph.Tensor, s []graph.Tensor, r graph.Recurrence) []graph.Tensor
}

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

func (r recurrent) apply(n *call) []value {
	x, w, u := n.arg(0), n.arg(1), n.arg(2)
	if n.failed() {
		return nil
	}
	if x.rank() != 3 || w.rank() != 3 || u.rank() != 3 {
		n.failf("X, W and R have %d, %d and %d axes; want 3 each", x.rank(), w.rank(), u.rank())
		return nil
	}
	if clip := n.float("clip", 0); clip != 0 || n.int("input_forget", 0) != 0 {
		n.failf("clip %v, input_forget %d; neither is known here", clip, n.int("input_forget", 0))
		return nil
	}
	layout := n.int("layout", 0) // 1: rows before time
	if layout != 0 {
		x = value{typ: x.typ, t: n.lay(x, []int{1, 0, 2}), order: natural(3)}
	}
	in := n.plain(x)
	if n.failed() {
		return nil
	}
	steps, rows, width := in.Dim(0), in.Dim(1), in.Dim(2)
	units := u.dims()[2]
	direction := n.text("direction", "forward")
	directions := 1
	if direction == "bidirectional" {
		directions = 2
	}
	switch {
	case direction != "forward" && direction != "reverse" && directions == 1:
		n.failf("direction %q", direction)
	case n.int("hidden_size", units) != units || w.dims()[0] != directions || w.dims()[1] != r.gates*units || w.dims()[2] != width || u.dims()[0] != directions || u.dims()[1] != r.gates*units:
		n.failf("W %v and R %v do not fit an input of %d numbers and hidden_size %d in %d directions", w.dims(), u.dims(), width, n.int("hidden_size", units), directions)
	}
	if n.failed() {
		return nil
	}
	names := n.list("activations")
	if len(names) == 0 {
		for range directions {
			names = append(names, r.acts...)
		}
	}
	if len(names) != directions*len(r.acts) {
		n.failf("%d activations; want %d", len(names), directions*len(r.acts))
		return nil
	}
	whole := r.whole != nil && !n.has(7) && (r.states == 2 || n.int("linear_before_reset", 0) != 0)
	for i, name := range names {
		whole = whole && strings.EqualFold(name, r.acts[i%len(r.acts)])
	}
	if !whole && steps > 4096 {
		n.failf("%d steps of time, which are unrolled; at most 4096 are", steps)
		return nil
	}
	alpha, _ := n.attribute("activation_alpha")
	beta, _ := n.attribute("activation_beta")
	wt, ut := n.plain(w), n.plain(u)
	lengths := n.lengths(rows, steps)
	var all []graph.Tensor // by direction, [steps, 1, rows, units]
	ends := make([][]graph.Tensor, r.states)
	for d := range directions {
		g := &gates{n: n, units: units, before: n.int("linear_before_reset", 0) != 0}
		for _, name := range names[d*len(r.acts) : (d+1)*len(r.acts)] {
			g.acts = append(g.acts, n.activation(name, &alpha.Floats, &beta.Floats))
		}
		one := func(t graph.Tensor, dims ...int) graph.Tensor { return t.Slice(0, d, d+1).Reshape(dims...) }
		g.weight, g.recur = one(wt, r.gates*units, width), one(ut, r.gates*units, units)
		if n.has(3) {
			b := one(n.plain(n.in[3]), -1)
			g.given, g.bias = b.Slice(0, 0, r.gates*units), b.Slice(0, r.gates*units, 2*r.gates*units)
		}
		if r.states == 2 && n.has(7) {
			p := one(n.plain(n.in[7]), 3*units)
			for i := range 3 {
				g.peep = append(g.peep, p.Slice(0, i*units, (i+1)*units))
			}
		}
		states := make([]graph.Tensor, r.states)
		for i := range states {
			states[i] = n.c.Graph().Const(0).BroadcastTo(graph.Shape(rows, units))
			if at := 5 + i; n.has(at) {
				first := n.in[at]
				if layout != 0 {
					first = value{typ: first.typ, t: n.lay(first, []int{1, 0, 2}), order: natural(3)}
				}
				states[i] = n.plain(first).Slice(0, d, d+1).Reshape(rows, units)
			}
		}
		through := r.unrolled
		if whole {
			through = r.fused
		}
		y, last := through(g, in, states, lengths, d == 1 || direction == "reverse")
		all = append(all, y.Reshape(steps, 1, rows, units))
		for i, end := range last {
			ends[i] = append(ends[i], end.Reshape(1, rows, units))
		}
	}
	if n.failed() {
		return nil
	}
	y := all[0].Concat(1, all[1:]...)
	out := []value{of(onnxproto.Float32, y)}
	if layout != 0 {
		out[0] = of(onnxproto.Float32, y.Transpose(2, 0, 1, 3))
	}
	for _, list := range ends {
		last := list[0].Concat(0, list[1:]...)
		if layout != 0 {
			last = last.Transpose(1, 0, 2)
		}
		out = append(out, of(onnxproto.Float32, last))
	}
	return out
}

// unrolled goes through time position by position, and returns the states at all
// positions [steps, rows, units] and those at the end.
func (r recurrent) unrolled(g *gates, in graph.Tensor, states []graph.Tensor, lengths graph.Tensor, reverse bool) (all graph.Tensor, ends []graph.Tensor) {
	steps, rows, width := in.Dim(0), in.Dim(1), in.Dim(2)
	given := in.Reshape(-1, width).MatMul(g.weight.Transpose())
	if g.given.Valid() {
		given = given.Add(g.given)
	}
	given = given.Reshape(steps, rows, r.gates*g.units)
	list := make([]graph.Tensor, steps)
	for k := range steps {
		t := k
		if reverse {
			t = steps - 1 - k
		}
		now := r.step(g, given.Slice(0, t, t+1).Reshape(rows, -1), states)
		out := now[0]
		if lengths.Valid() {
			going := lengths.Const(float64(t)).Less(lengths)
			for i := range now {
				now[i] = going.Select(now[i], states[i])
			}
			out = going.Select(out, out.Const(0))
		}
		states = now
		list[t] = out.Reshape(1, rows, g.units)
	}
	return list[0].Concat(0, list[1:]...), states
}

// fused is unrolled as one operation.
func (r recurrent) fused(g *gates, in graph.Tensor, states []graph.Tensor, lengths graph.Tensor, reverse bool) (all graph.Tensor, ends []graph.Tensor) {
	steps, rows, width := in.Dim(0), in.Dim(1), in.Dim(2)
	ordered := func(x graph.Tensor) graph.Tensor { // gates of x, along its first axis
		var parts []graph.Tensor
		for _, i := range r.order {
			parts = append(parts, x.Slice(0, i*g.units, (i+1)*g.units))
		}
		return parts[0].Concat(0, parts[1:]...)
	}
	given := in.Transpose(1, 0, 2).Reshape(-1, width).MatMul(ordered(g.weight).Transpose())
	bias := given.Const(0).BroadcastTo(graph.Shape(r.gates * g.units))
	if g.given.Valid() {
		given, bias = given.Add(ordered(g.given)), ordered(g.bias)
	}
	how := graph.Recurrence{Reverse: reverse}
	if lengths.Valid() {
		how.Lengths = lengths.Reshape(rows)
	}
	for i, states := range r.whole(given.Reshape(rows, steps, -1), ordered(g.recur).Transpose(), bias, states, how) {
		end := steps - 1
		if reverse {
			end = 0
		}
		ends = append(ends, states.Slice(1, end, end+1).Reshape(rows, g.units))
		if i == 0 {
			all = states
		}
	}
	if lengths.Valid() { // behind the end are zeros
		inside := lengths.Graph().Count(steps).Reshape(1, steps, 1).Less(lengths.Reshape(rows, 1, 1))
		all = inside.Select(all, all.Const(0))
	}
	return all.Transpose(1, 0, 2), ends
}

// lengths returns how many steps of each row count, [rows, 1]; none if all do.
func (n *call) lengths(rows, steps int) graph.Tensor {
	if !n.has(4) {
		return graph.Tensor{}
	}
	if a := n.in[4].host; a != nil {
		full := true
		for _, l := range a.values() {
			full = full && l == float64(steps)
		}
		if full {
			return graph.Tensor{}
		}
	}
	return n.plain(n.in[4]).Reshape(rows, 1)
}

func (n *Node) list(name string) []string {
	a, _ := n.attribute(name)
	return a.Texts
}
