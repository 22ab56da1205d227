package onnxwrite

import (
	"fmt"
	"slices"
	"strings"

	"descent/graph"
	"descent/internal/onnxproto"
)

// gateOrder says which of our gates each of ONNX's is: z, r, h of r, z, n, and i, o, f, c
// of i, f, g, o.
var gateOrder = map[string][]int{"GRU": {1, 0, 2}, "LSTM": {0, 3, 1, 2}}

// byTime is the order of sequences whose positions come first.
var byTime = []int{1, 0, 2}

// recurrence is a GRU or an LSTM that is one node.
type recurrence struct {
	ends    []string // its results: all states [t, 1, n, units], the last state and the last cell [1, n, units]
	first   []string // state and cell before the first position, [1, n, units]; "" for zeros
	lengths string   // [1, n, 1]; "" if all positions count
}

// recurrent writes all states of a GRU or an LSTM.
func (w *writer) recurrent(p pair) (value, error) {
	r, err := w.recurrence(p)
	if err != nil {
		return value{}, err
	}
	if r == nil {
		return w.plain(p)
	}
	out, err := w.shape(p)
	if err != nil {
		return value{}, err
	}
	y := r.ends[0]
	if r.lengths != "" { // behind a sequence the node has zeros, and we the state as it is
		positions := make([]float32, out[1].n)
		for i := range positions {
			positions[i] = float32(i)
		}
		at := w.hold(onnxproto.NewFloat32("positions", []int64{int64(len(positions)), 1, 1, 1}, positions))
		inside := w.node("Less", label(p, "inside"), []string{at, r.lengths})
		behind := w.orZero(r.first[0])
		if !graph.AttributesOf(p.a.Op()).Reverse {
			behind = w.end(p, r, 0)
		}
		y = w.node("Where", label(p, "states"), []string{inside, y, behind})
	}
	y = w.node("Squeeze", label(p, "squeeze"), []string{y, w.ints("axes", 1)})
	return value{name: y, typ: onnxproto.Float32, dims: out, order: byTime}, nil
}

// end returns the last state, number 0, or the last cell, number 1: of a sequence without
// positions the first.
func (w *writer) end(p pair, r *recurrence, i int) string {
	last := r.ends[1+i]
	if r.lengths == "" {
		return last
	}
	some := w.node("Less", label(p, "some"), []string{w.number(0).name, r.lengths})
	return w.node("Where", label(p, "end"), []string{some, last, w.orZero(r.first[i])})
}

// orZero returns a state, of which "" stands for zeros.
func (w *writer) orZero(state string) string {
	if state == "" {
		return w.number(0).name
	}
	return state
}

// last writes the state or the cell behind the last position in time, if p is that of a
// recurrence that is a node.
func (w *writer) last(p pair) (v value, ok bool, err error) {
	a, i := lastOf(p.a)
	b, _ := lastOf(p.b)
	if !a.Valid() || !b.Valid() {
		return v, false, nil
	}
	of := pair{a, b}
	r, err := w.recurrence(of)
	if r == nil || err != nil {
		return v, false, err
	}
	out, err := w.shape(p)
	return value{name: w.end(of, r, i), typ: onnxproto.Float32, dims: out, order: byTime}, true, err
}

// lastOf recognizes a slice of all states of a recurrence, or of all cells of an LSTM, see
// [graph.Tensor.LSTM], that is the last in time. It returns the result of the recurrence
// that the slice is a part of, and 0 or 1.
func lastOf(y graph.Tensor) (result graph.Tensor, i int) {
	is := func(x graph.Tensor, axis, from, to int) bool {
		a := graph.AttributesOf(x.Op())
		return x.Op().Name() == "Slice" && a.Axes[0] == axis && a.From == from && a.To == to
	}
	x := y.Inputs()[0]
	end := x.Type().Dim(1) - 1
	if x.Op().Name() == "Transpose" && slices.Equal(graph.AttributesOf(x.Op()).Axes, byTime) {
		part := x.Inputs()[0]
		if units := part.Dim(2); !is(part, 2, 4*units, 5*units) {
			return result, 0
		}
		x, i = part.Inputs()[0], 1
	}
	if !slices.Contains([][]string{{"GRU", "LSTM"}, {"LSTMGates"}}[i], x.Op().Name()) {
		return result, 0
	}
	if graph.AttributesOf(x.Op()).Reverse {
		end = 0
	}
	if !is(y, 1, end, end+1) {
		return result, 0
	}
	return x, i
}

// recurrence writes the node of a result of a GRU or an LSTM, once for all of its results;
// nil if that cannot be, or is not wanted.
func (w *writer) recurrence(p pair) (*recurrence, error) {
	a, okA := w.given(p.a)
	b, okB := w.given(p.b)
	if !okA || !okB || w.unrolled {
		return nil, nil
	}
	cell, attributes := strings.TrimSuffix(p.a.Op().Name(), "Gates"), graph.AttributesOf(p.a.Op())
	key := fmt.Sprint(cell, attributes.Reverse)
	for _, operand := range p.a.Inputs() {
		key += fmt.Sprint(" ", operand.ID())
	}
	if r, ok := w.recurrences[key]; ok {
		return r, nil
	}
	x, err := w.full(pair{a.x, b.x})
	if err != nil {
		return nil, err
	}
	u, other := p.a.Inputs()[1], p.a.Inputs()[3]
	units, bias := u.Dim(0), sorted(a.bias, cell)
	attrs := []attr{{"hidden_size", units}}
	if cell == "GRU" {
		bias = bias.Concat(0, other.Pad(0, 2*units, 0))
		attrs = append(attrs, attr{"linear_before_reset", 1})
	} else {
		bias = bias.Pad(0, 0, 4*units)
	}
	if attributes.Reverse {
		attrs = append(attrs, attr{"direction", "reverse"})
	}
	in := []string{w.ordered(w.float(x), byTime).name}
	for _, t := range []graph.Tensor{sorted(a.weight, cell).Transpose(), sorted(u, cell).Transpose(), bias} {
		t = t.Reshape(append([]int{1}, t.Type().Dims()...)...)
		v, err := w.computed(pair{t, t}, firstWeight(t))
		if err != nil {
			return nil, err
		}
		in = append(in, v.name)
	}
	r := &recurrence{}
	count, err := w.counts(p, r)
	if err != nil {
		return nil, err
	}
	if r.first, err = w.firstStates(p, cell); err != nil {
		return nil, err
	}
	in = append(append(in, count), r.first...)
	for in[len(in)-1] == "" {
		in = in[:len(in)-1]
	}
	y := w.node(cell, label(p, cell), in, attrs...)
	r.ends = []string{y, w.unique(y + ".state")}
	if cell == "LSTM" {
		r.ends = append(r.ends, w.unique(y+".cell"))
	}
	w.nodes[y].Outputs = r.ends
	w.recurrences[key] = r
	return r, nil
}

// counts writes how many positions of each sample a node goes through, which are at least
// one, [n]; "" if all are.
func (w *writer) counts(p pair, r *recurrence) (string, error) {
	if len(p.a.Inputs()) < 5 {
		return "", nil
	}
	v, err := w.full(p.input(4))
	if err != nil {
		return "", err
	}
	v = w.float(v)
	r.lengths = w.reshaped(v, []size{{n: 1}, v.dims[0], {n: 1}})
	positions := w.number(float32(p.a.Inputs()[0].Dim(1))).name
	count := w.node("Clip", label(p, "clip"), []string{w.node("Ceil", label(p, "ceil"), []string{v.name}), w.number(1).name, positions})
	return w.node("Cast", label(p, "lengths"), []string{count}, attr{"to", int(onnxproto.Int32)}), nil
}

// firstStates writes the state, and the cell of an LSTM, before the first position.
func (w *writer) firstStates(p pair, cell string) (list []string, err error) {
	for i := range map[string]int{"GRU": 1, "LSTM": 2}[cell] {
		name, of := "", p.input(2+i)
		if !zero(of.a) {
			v, err := w.full(of)
			if err != nil {
				return nil, err
			}
			v = w.ordered(w.float(v), nil)
			name = w.reshaped(v, append(fixed(1), v.dims...))
		}
		list = append(list, name)
	}
	return list, nil
}

// sorted returns x, whose last axis has gates in our order, with them in ONNX's.
func sorted(x graph.Tensor, cell string) graph.Tensor {
	var parts []graph.Tensor
	units := x.Dim(-1) / len(gateOrder[cell])
	for _, i := range gateOrder[cell] {
		parts = append(parts, x.Slice(-1, i*units, (i+1)*units))
	}
	return parts[0].Concat(-1, parts[1:]...)
}

// firstWeight returns the name of the first weight that a tensor is computed from.
func firstWeight(x graph.Tensor) string {
	for _, t := range graph.Sorted(x) {
		if v, ok := t.Op().(graph.Variable); ok {
			return v.Key
		}
	}
	return "weight"
}
