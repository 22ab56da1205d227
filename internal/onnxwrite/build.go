package onnxwrite

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
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

// builder makes an ONNX graph, node after node.
type builder struct {
	graph onnxproto.Graph
	made  map[string]int               // how often a name was taken
	held  map[string]string            // names of constants by what they hold
	forms map[string]string            // of what constants others are forms
	nodes map[string]*onnxproto.Node   // by their result
	data  map[string]*onnxproto.Tensor // initializers by name
	bools map[string]string            // results that are truth values, as numbers: the values themselves
	rows  string                       // the number of rows, [1]; "" until it is asked for
	batch string                       // an input whose first axis is the batch
	ml    bool                         // whether operators of ai.onnx.ml are used
}

func newBuilder() *builder {
	return &builder{
		made: map[string]int{}, held: map[string]string{}, forms: map[string]string{}, nodes: map[string]*onnxproto.Node{},
		data: map[string]*onnxproto.Tensor{}, bools: map[string]string{},
	}
}

// unique returns a name that nothing else has; none is empty.
func (b *builder) unique(name string) string {
	if name == "" {
		name = "_"
	}
	n := b.made[name]
	b.made[name]++
	if n == 0 {
		return name
	}
	return b.unique(fmt.Sprintf("%s_%d", name, n))
}

// attr is an attribute of a node.
type attr struct {
	name string
	v    any // int, float64, []int, string or []string
}

func (a attr) proto() *onnxproto.Attribute {
	p := &onnxproto.Attribute{Name: a.name}
	switch v := a.v.(type) {
	case int:
		p.Type, p.Int = onnxproto.AttrInt, int64(v)
	case float64:
		p.Type, p.Float = onnxproto.AttrFloat, float32(v)
	case string:
		p.Type, p.String = onnxproto.AttrString, []byte(v)
	case []int:
		p.Type = onnxproto.AttrInts
		for _, i := range v {
			p.Ints = append(p.Ints, int64(i))
		}
	case []string: // texts
		p.Type = onnxproto.AttrStrings
		for _, s := range v {
			p.Strings = append(p.Strings, []byte(s))
		}
	default:
		panic(fmt.Sprintf("onnxwrite: attribute %s of %T", a.name, v))
	}
	return p
}

// node adds a node under a name and returns that of its result.
func (b *builder) node(op, name string, in []string, attrs ...attr) string {
	name = b.unique(name)
	n := &onnxproto.Node{Op: op, Name: name, Inputs: in, Outputs: []string{name}}
	for _, a := range attrs {
		n.Attributes = append(n.Attributes, a.proto())
	}
	if op == "LabelEncoder" {
		n.Domain, b.ml = "ai.onnx.ml", true
	}
	b.graph.Nodes = append(b.graph.Nodes, n)
	b.nodes[name] = n
	return name
}

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

// info describes a tensor of the graph's ends; dims are in its own order.
func info(name string, typ onnxproto.DataType, doc string, dims []size) *onnxproto.ValueInfo {
	shape := &onnxproto.Shape{}
	for _, d := range dims {
		switch {
		case d == size{1, true}:
			shape.Dims = append(shape.Dims, &onnxproto.Dim{Param: "batch"})
		case d.batch:
			shape.Dims = append(shape.Dims, &onnxproto.Dim{})
		default:
			shape.Dims = append(shape.Dims, onnxproto.Fixed(int64(d.n)))
		}
	}
	return &onnxproto.ValueInfo{Name: name, Doc: doc, Type: &onnxproto.Type{Tensor: &onnxproto.TensorType{Elem: typ, Shape: shape}}}
}

// input declares an input of the graph.
func (b *builder) input(name string, typ onnxproto.DataType, doc string, dims []size) value {
	name = b.unique(name)
	b.graph.Inputs = append(b.graph.Inputs, info(name, typ, doc, dims))
	if b.batch == "" {
		b.batch = name
	}
	return value{name: name, typ: typ, dims: dims}
}

// output declares v, which is in our order and whole, as an output of the graph.
func (b *builder) output(name, doc string, v value) {
	name = b.unique(name)
	b.graph.Nodes = append(b.graph.Nodes, &onnxproto.Node{Op: "Identity", Name: name, Inputs: []string{v.name}, Outputs: []string{name}})
	b.graph.Outputs = append(b.graph.Outputs, info(name, v.typ, doc, v.dims))
}

// apply adds a node whose result has the shape and the type given.
func (b *builder) apply(op, name string, typ onnxproto.DataType, dims []size, in []string, attrs ...attr) value {
	return value{name: b.node(op, name, in, attrs...), typ: typ, dims: dims}
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

// tidy leaves out what nothing reads, and gives forms of them their names.
func (b *builder) tidy() {
	read := map[string]bool{}
	for _, out := range b.graph.Outputs {
		read[out.Name] = true
	}
	for i := len(b.graph.Nodes) - 1; i >= 0; i-- {
		n := b.graph.Nodes[i]
		if !read[n.Outputs[0]] {
			b.graph.Nodes = slices.Delete(b.graph.Nodes, i, i+1)
			continue
		}
		for _, in := range n.Inputs {
			read[in] = true
		}
	}
	b.graph.Initializers = slices.DeleteFunc(b.graph.Initializers, func(t *onnxproto.Tensor) bool { return !read[t.Name] })
	renamed := map[string]string{}
	for _, t := range b.graph.Initializers {
		base := t.Name
		for b.forms[base] != "" {
			base = b.forms[base]
		}
		if base != t.Name && !read[base] {
			read[base], renamed[t.Name] = true, base
			t.Name = base
		}
	}
	for _, n := range b.graph.Nodes {
		for i, in := range n.Inputs {
			if name, ok := renamed[in]; ok {
				n.Inputs[i] = name
			}
		}
	}
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

// count returns the number of rows, [1].
func (b *builder) count() string {
	if b.rows == "" {
		b.rows = b.node("Shape", "rows", []string{b.batch}, attr{"start", 0}, attr{"end", 1})
	}
	return b.rows
}

// cast returns v as another type.
func (b *builder) cast(v value, typ onnxproto.DataType) value {
	if v.typ == typ {
		return v
	}
	v.name, v.typ = b.node("Cast", v.name+"."+typ.String(), []string{v.name}, attr{"to", int(typ)}), typ
	return v
}

// float returns v as numbers of float32.
func (b *builder) float(v value) value { return b.cast(v, onnxproto.Float32) }

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
