package onnx

import (
	"slices"
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

// sequences are what a recurrent node goes through, and how.
type sequences struct {
	*call
	recurrent
	in                 graph.Tensor // [steps, rows, width]
	weight, recur      graph.Tensor // [directions, gates·units, width] and [directions, gates·units, units]
	lengths            graph.Tensor // of rows; see call.lengths
	units              int
	directions         int
	reverse, rowsFirst bool     // of time in one direction; of axes, the node's layout
	acts               []string // of all directions
}

// sequences reads the node, and records what does not fit.
func (r recurrent) sequences(n *call) (s sequences) {
	x, w, u := n.arg(0), n.arg(1), n.arg(2)
	if n.failed() {
		return s
	}
	if x.rank() != 3 || w.rank() != 3 || u.rank() != 3 {
		n.failf("X, W and R have %d, %d and %d axes; want 3 each", x.rank(), w.rank(), u.rank())
		return s
	}
	if clip := n.float("clip", 0); clip != 0 || n.int("input_forget", 0) != 0 {
		n.failf("clip %v, input_forget %d; neither is known here", clip, n.int("input_forget", 0))
		return s
	}
	s = sequences{call: n, recurrent: r, units: u.dims()[2], directions: 1, rowsFirst: n.int("layout", 0) != 0}
	if s.in = s.timeFirst(x); n.failed() {
		return s
	}
	direction := n.text("direction", "forward")
	switch direction {
	case "bidirectional":
		s.directions = 2
	case "reverse":
		s.reverse = true
	case "forward":
	default:
		n.failf("direction %q", direction)
	}
	size, width := r.gates*s.units, s.in.Dim(2)
	if n.int("hidden_size", s.units) != s.units || !slices.Equal(w.dims(), []int{s.directions, size, width}) || !slices.Equal(u.dims(), []int{s.directions, size, s.units}) {
		n.failf("W %v and R %v do not fit an input of %d numbers and hidden_size %d in %d directions", w.dims(), u.dims(), width, n.int("hidden_size", s.units), s.directions)
	}
	if n.failed() {
		return s
	}
	if s.acts = n.list("activations"); len(s.acts) == 0 {
		s.acts = slices.Repeat(r.acts, s.directions)
	}
	if len(s.acts) != s.directions*len(r.acts) {
		n.failf("%d activations; want %d", len(s.acts), s.directions*len(r.acts))
		return s
	}
	if steps := s.in.Dim(0); steps > 4096 && !s.fuses() {
		n.failf("%d steps of time, which are unrolled; at most 4096 are", steps)
		return s
	}
	s.weight, s.recur, s.lengths = n.plain(w), n.plain(u), n.lengths(s.in.Dim(1), s.in.Dim(0))
	return s
}

// timeFirst returns x [steps, rows, ...], or states [directions, rows, units], whatever the node's layout.
func (s *sequences) timeFirst(x value) graph.Tensor {
	if s.rowsFirst {
		x = value{typ: x.typ, t: s.lay(x, []int{1, 0, 2}), order: natural(3)}
	}
	return s.plain(x)
}

// fuses reports whether the graph's operation does what the node says.
func (s *sequences) fuses() bool {
	if s.recurrent.whole == nil || s.has(7) || s.states == 1 && s.int("linear_before_reset", 0) == 0 {
		return false
	}
	for i, name := range s.acts {
		if usual := s.recurrent.acts; !strings.EqualFold(name, usual[i%len(usual)]) {
			return false
		}
	}
	return true
}

// gatesOf returns direction d, whose activations take their parameters off the lists.
func (s *sequences) gatesOf(d int, alpha, beta *[]Number) *gates {
	g := &gates{n: s.call, units: s.units, before: s.int("linear_before_reset", 0) != 0}
	each, size := len(s.recurrent.acts), s.gates*s.units
	for _, name := range s.acts[d*each : (d+1)*each] {
		g.acts = append(g.acts, s.activation(name, alpha, beta))
	}
	one := func(t graph.Tensor, dims ...int) graph.Tensor { return t.Slice(0, d, d+1).Reshape(dims...) }
	g.weight, g.recur = one(s.weight, size, s.in.Dim(2)), one(s.recur, size, s.units)
	if s.has(3) {
		b := one(s.plain(s.call.in[3]), -1)
		g.given, g.bias = b.Slice(0, 0, size), b.Slice(0, size, 2*size)
	}
	if s.states == 2 && s.has(7) {
		p := one(s.plain(s.call.in[7]), 3*s.units)
		for i := range 3 {
			g.peep = append(g.peep, p.Slice(0, i*s.units, (i+1)*s.units))
		}
	}
	return g
}

// first returns the states before the first position of direction d.
func (s *sequences) first(d int) []graph.Tensor {
	states, shape := make([]graph.Tensor, s.states), graph.Shape(s.in.Dim(1), s.units)
	for i := range states {
		states[i] = s.c.Graph().Const(0).BroadcastTo(shape)
		if at := 5 + i; s.has(at) {
			states[i] = s.timeFirst(s.call.in[at]).Slice(0, d, d+1).Reshape(shape.Dims()...)
		}
	}
	return states
}

func (r recurrent) apply(n *call) []value {
	s := r.sequences(n)
	if n.failed() {
		return nil
	}
	through := r.unrolled
	if s.fuses() {
		through = r.fused
	}
	alpha, _ := n.attribute("activation_alpha")
	beta, _ := n.attribute("activation_beta")
	steps, rows := s.in.Dim(0), s.in.Dim(1)
	var all []graph.Tensor // by direction, [steps, 1, rows, units]
	ends := make([][]graph.Tensor, r.states)
	for d := range s.directions {
		y, last := through(s.gatesOf(d, &alpha.Floats, &beta.Floats), s.in, s.first(d), s.lengths, d == 1 || s.reverse)
		all = append(all, y.Reshape(steps, 1, rows, s.units))
		for i, end := range last {
			ends[i] = append(ends[i], end.Reshape(1, rows, s.units))
		}
	}
	if n.failed() {
		return nil
	}
	y := all[0].Concat(1, all[1:]...)
	if s.rowsFirst {
		y = y.Transpose(2, 0, 1, 3)
	}
	out := []value{of(onnxproto.Float32, y)}
	for _, list := range ends {
		last := list[0].Concat(0, list[1:]...)
		if s.rowsFirst {
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
