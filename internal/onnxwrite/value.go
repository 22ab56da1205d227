package onnxwrite

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/onnxproto"
)

// size is how long an axis is: n, or n for each row of the batch.
type size struct {
	n     int
	batch bool
}

func fixed(dims ...int) []size {
	list := make([]size, len(dims))
	for i, d := range dims {
		list[i] = size{n: d}
	}
	return list
}

// rowsOf is the shape of a batch of rows.
func rowsOf(dims ...int) []size { return append([]size{{1, true}}, fixed(dims...)...) }

// value is a tensor of the ONNX graph. It stands for one of ours, which it may differ
// from in that axes are of size 1, or not there, along which all is the same, and in the
// order of its axes: axis i of ours is axis order[i] of it, nil being the same order.
type value struct {
	name  string
	typ   onnxproto.DataType
	dims  []size // in our order
	order []int
}

// identity is the order of so many axes that turns nothing.
func identity(rank int) []int {
	order := make([]int, rank)
	for i := range order {
		order[i] = i
	}
	return order
}

func (v value) orderOr() []int {
	if v.order == nil {
		return identity(len(v.dims))
	}
	return v.order
}

// stored returns the shape of v as it lies.
func (v value) stored() []size {
	dims := make([]size, len(v.dims))
	for i, at := range v.orderOr() {
		dims[at] = v.dims[i]
	}
	return dims
}

// ranked returns v with so many axes, those that are not there before the others.
func (b *builder) ranked(v value, rank int) value {
	missing := rank - len(v.dims)
	if missing <= 0 {
		return v
	}
	v = b.ordered(v, nil)
	dims := append(slices.Repeat(fixed(1), missing), v.dims...)
	v.name, v.dims = b.reshaped(v, dims), dims
	return v
}

// ordered returns v with its axes in an order, nil being ours.
func (b *builder) ordered(v value, order []int) value {
	if order != nil {
		v = b.ranked(v, len(order))
	}
	from, to := v.orderOr(), order
	if to == nil {
		to = identity(len(v.dims))
	}
	if !slices.Equal(from, to) {
		perm := make([]int, len(to))
		for i := range to {
			perm[to[i]] = from[i]
		}
		v.name = b.transposed(v.name, perm)
	}
	v.order = order
	return v
}

// transposed returns a tensor turned; a constant is turned at once.
func (b *builder) transposed(name string, perm []int) string {
	if t, ok := b.data[name]; ok && t.Type == onnxproto.Float32 {
		return b.form(name, fmt.Sprint("turned ", perm), func() *onnxproto.Tensor { return turned(t, perm) })
	}
	key := fmt.Sprint(name, " turned ", perm)
	if _, ok := b.held[key]; !ok {
		b.held[key] = b.node("Transpose", name+".transposed", []string{name}, attr{"perm", perm})
	}
	return b.held[key]
}

// reshaped returns v, which is in our order, in another shape of as many elements. At most
// one of its axes is the batch.
func (b *builder) reshaped(v value, dims []size) string {
	target := make([]int, len(dims))
	for i, d := range dims {
		switch {
		case !d.batch:
			target[i] = d.n
		case i < len(v.dims) && v.dims[i] == d && !slices.ContainsFunc(v.dims[:i], func(d size) bool { return d.batch }):
			target[i] = 0 // as it was
		default:
			target[i] = -1
		}
	}
	if t, ok := b.data[v.name]; ok && t.Type == onnxproto.Float32 {
		return b.form(v.name, fmt.Sprint("shape ", target), func() *onnxproto.Tensor {
			return &onnxproto.Tensor{Type: t.Type, Dims: dims64(target), Raw: t.Raw}
		})
	}
	return b.node("Reshape", strings.TrimSuffix(v.name, ".reshaped")+".reshaped", []string{v.name, b.ints("shape", target...)})
}

// whole returns v with every axis of the given shape.
func (b *builder) whole(v value, dims []size) value {
	if slices.Equal(v.dims, dims) {
		return v
	}
	v = b.ranked(v, len(dims))
	target, dynamic := make([]size, len(dims)), false
	for i, d := range dims {
		target[v.orderOr()[i]] = d
		if d.batch && d == v.dims[i] {
			target[v.orderOr()[i]] = size{n: 1} // both ways: it stays
		}
		dynamic = dynamic || d.batch && d != v.dims[i]
	}
	to := b.shape(target, dynamic)
	return value{name: b.node("Expand", v.name+".expanded", []string{v.name, to}), typ: v.typ, dims: dims, order: v.order}
}

// shape holds a shape, or computes it where it has the number of rows in it.
func (b *builder) shape(dims []size, dynamic bool) string {
	if !dynamic {
		list := make([]int, len(dims))
		for i, d := range dims {
			list[i] = d.n
		}
		return b.ints("shape", list...)
	}
	var parts []string
	for _, d := range dims {
		part := b.ints("shape", d.n)
		if d.batch {
			if part = b.count(); d.n > 1 {
				part = b.node("Mul", "rows.times", []string{part, b.ints("shape", d.n)})
			}
		}
		parts = append(parts, part)
	}
	return b.node("Concat", "rows.shape", parts, attr{"axis", 0})
}

// broadcast returns the shape that shapes have in common.
func broadcast(all ...[]size) []size {
	rank := 0
	for _, dims := range all {
		rank = max(rank, len(dims))
	}
	out := slices.Repeat(fixed(1), rank)
	for _, dims := range all {
		for i, d := range dims {
			if at := rank - len(dims) + i; d != (size{n: 1}) {
				out[at] = d
			}
		}
	}
	return out
}
