package onnx

import (
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
)

// value is a tensor of an ONNX graph: known numbers, or a tensor of the traced graph
// with the order in which its axes lie there.
type value struct {
	typ   onnxproto.DataType
	host  *array
	t     graph.Tensor
	order []int // axis i of t is the value's axis order[i]
}

func (v value) valid() bool { return v.host != nil || v.t.Valid() }

// dims are the sizes as the file sees them.
func (v value) dims() []int {
	if v.host != nil {
		return v.host.dims
	}
	dims := make([]int, len(v.order))
	for i, axis := range v.order {
		dims[axis] = v.t.Dim(i)
	}
	return dims
}

func (v value) rank() int {
	if v.host != nil {
		return len(v.host.dims)
	}
	return len(v.order)
}

func hosted(a *array) value { return value{typ: a.typ, host: a} }

// of returns t as a value whose axes lie in their own order.
func of(typ onnxproto.DataType, t graph.Tensor) value {
	return value{typ: typ, t: t, order: natural(t.Type().Rank())}
}

// natural is the order 0, 1, 2, ...
func natural(rank int) []int {
	order := make([]int, rank)
	for i := range order {
		order[i] = i
	}
	return order
}

// channelsLast is the order of images here: 0, 2, 3, ..., 1.
func channelsLast(rank int) []int {
	order := append([]int{0}, natural(rank)[min(2, rank):]...)
	return append(order, 1)[:rank]
}

// dense returns v as a tensor of the graph.
func (tr *tracer) dense(v value) value {
	if v.host == nil {
		return v
	}
	a := v.host
	g := tr.c.Graph()
	if a.typ == onnxproto.String {
		tr.failf("texts where numbers are computed")
		return value{typ: v.typ, t: g.Const(0)}
	}
	if a.size() == 0 {
		tr.failf("a tensor of shape %v has no elements, and is used where numbers are computed", a.dims)
		return value{typ: v.typ, t: g.Const(0)}
	}
	numbers := a.values()
	same := !slices.ContainsFunc(numbers, func(x float64) bool { return x != numbers[0] })
	if same {
		t := g.Const(numbers[0])
		if len(a.dims) > 0 {
			t = t.BroadcastTo(graph.Shape(a.dims...))
		}
		return of(v.typ, t)
	}
	return of(v.typ, g.Vector(numbers).Reshape(a.dims...))
}

// lay returns v as a tensor whose axes lie in the given order. Where only axes of
// size 1 change places nothing is moved.
func (tr *tracer) lay(v value, order []int) graph.Tensor {
	v = tr.dense(v)
	if slices.Equal(v.order, order) || !v.t.Valid() {
		return v.t
	}
	turn, dims := make([]int, len(order)), make([]int, len(order))
	last, same := -1, true
	for i, axis := range order {
		turn[i] = slices.Index(v.order, axis)
		dims[i] = v.t.Dim(turn[i])
		if dims[i] > 1 {
			same = same && turn[i] > last
			last = turn[i]
		}
	}
	if same {
		return v.t.Reshape(dims...)
	}
	return v.t.Transpose(turn...)
}

// plain returns v as a tensor whose axes lie in their own order.
func (tr *tracer) plain(v value) graph.Tensor { return tr.lay(v, natural(v.rank())) }

// lift returns v with leading axes of size 1, up to the rank.
func (tr *tracer) lift(v value, rank int) value {
	v = tr.dense(v)
	lead := rank - v.rank()
	if lead <= 0 || !v.t.Valid() {
		return v
	}
	order := natural(lead)
	for _, axis := range v.order {
		order = append(order, axis+lead)
	}
	return value{typ: v.typ, t: v.t.Reshape(append(slices.Repeat([]int{1}, lead), v.t.Type().Dims()...)...), order: order}
}

// align returns the operands of an elementwise operation in one order of axes: that
// of the largest, which stays where it lies.
func (tr *tracer) align(list ...value) (out []graph.Tensor, order []int) {
	rank, largest := 0, -1
	for _, v := range list {
		rank = max(rank, v.rank())
	}
	order = natural(rank)
	for _, v := range list {
		if n := size(v.dims()); v.host == nil && v.rank() == rank && n > largest {
			largest, order = n, v.order
		}
	}
	for _, v := range list {
		if v.host != nil && v.host.size() == 1 && v.typ != onnxproto.String {
			out = append(out, tr.c.Graph().Const(v.host.at(0)))
			continue
		}
		out = append(out, tr.lay(tr.lift(v, rank), order))
	}
	return out, order
}

// result returns t, computed from operands that lay in order. Operands that are all
// of one element give a tensor without axes.
func (tr *tracer) result(typ onnxproto.DataType, t graph.Tensor, order []int) value {
	if n := len(order) - t.Type().Rank(); n > 0 && t.Valid() {
		t = t.Reshape(append(slices.Repeat([]int{1}, n), t.Type().Dims()...)...)
	}
	return value{typ: typ, t: t, order: order}
}

// where is the axis of t that is axis of v.
func (v value) where(axis int) int { return slices.Index(v.order, axis) }

// with returns v with other numbers in the same order of axes.
func (v value) with(t graph.Tensor) value { return value{typ: v.typ, t: t, order: v.order} }
