package onnxwrite

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"descent/internal/onnxproto"
)

// hold adds a constant, or returns the name of an equal one.
func (b *builder) hold(t *onnxproto.Tensor) string {
	sum := sha256.Sum256(t.Raw)
	key := fmt.Sprint(t.Type, t.Dims, string(sum[:]), t.Strings)
	if name, ok := b.held[key]; ok {
		return name
	}
	t.Name = b.unique(t.Name)
	b.held[key] = t.Name
	b.add(t)
	return t.Name
}

func (b *builder) add(t *onnxproto.Tensor) {
	b.graph.Initializers = append(b.graph.Initializers, t)
	b.data[t.Name] = t
}

func dims64(dims []int) []int64 {
	list := make([]int64, len(dims))
	for i, d := range dims {
		list[i] = int64(d)
	}
	return list
}

// ints holds whole numbers, [n].
func (b *builder) ints(what string, list ...int) string {
	return b.hold(onnxproto.NewInt64(what, []int64{int64(len(list))}, dims64(list)))
}

// number holds one number of float32.
func (b *builder) number(v float32) value {
	name := b.hold(onnxproto.NewFloat32("const."+fmt.Sprint(v), nil, []float32{v}))
	return value{name: name, typ: onnxproto.Float32}
}

// doubles holds numbers of float64 under a name.
func (b *builder) doubles(name string, dims []int, list []float64) string {
	t := &onnxproto.Tensor{Name: name, Dims: dims64(dims), Type: onnxproto.Float64}
	for _, v := range list {
		t.Raw = binary.LittleEndian.AppendUint64(t.Raw, math.Float64bits(v))
	}
	return b.hold(t)
}

// strings holds texts under a name, [n].
func (b *builder) strings(name string, list []string) string {
	t := &onnxproto.Tensor{Name: name, Dims: []int64{int64(len(list))}, Type: onnxproto.String}
	for _, s := range list {
		t.Strings = append(t.Strings, []byte(s))
	}
	return b.hold(t)
}

// form returns another form of a constant, made once. The form has its name where nothing
// else reads it; see [builder.tidy].
func (b *builder) form(name, how string, make func() *onnxproto.Tensor) string {
	key := name + " " + how
	if have, ok := b.held[key]; ok {
		return have
	}
	t := make()
	t.Name = b.unique(name + ".form")
	b.held[key], b.forms[t.Name] = t.Name, name
	b.add(t)
	return t.Name
}

// turned returns a constant of float32 with its axes in another order.
func turned(t *onnxproto.Tensor, perm []int) *onnxproto.Tensor {
	rank := len(t.Dims)
	strides, step := make([]int, rank), 1
	for i := rank - 1; i >= 0; i-- {
		strides[i] = step
		step *= int(t.Dims[i])
	}
	form := &onnxproto.Tensor{Type: t.Type, Dims: make([]int64, rank), Raw: make([]byte, 0, len(t.Raw))}
	for i, p := range perm {
		form.Dims[i] = t.Dims[p]
	}
	index := make([]int, rank)
	for range len(t.Raw) / 4 {
		at := 0
		for i, p := range perm {
			at += index[i] * strides[p]
		}
		form.Raw = append(form.Raw, t.Raw[4*at:4*at+4]...)
		for i := rank - 1; i >= 0; i-- {
			if index[i]++; index[i] < int(form.Dims[i]) {
				break
			}
			index[i] = 0
		}
	}
	return form
}
