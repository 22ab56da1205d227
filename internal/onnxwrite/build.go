package onnxwrite

import (
	"fmt"

	"descent/internal/onnxproto"
)

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
