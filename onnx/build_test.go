package onnx_test

import (
	"descent/internal/onnxproto"
)

// A maker writes small files of ONNX.
type maker struct{ p onnxproto.Model }

func newMaker(opset int64) *maker {
	return &maker{onnxproto.Model{IRVersion: 8, Opsets: []*onnxproto.Opset{{Version: opset}}, Graph: &onnxproto.Graph{Name: "test"}}}
}

func info(name string, typ onnxproto.DataType, dims ...int64) *onnxproto.ValueInfo {
	s := &onnxproto.Shape{}
	for _, d := range dims {
		if d < 0 {
			s.Dims = append(s.Dims, &onnxproto.Dim{Param: "n"})
		} else {
			s.Dims = append(s.Dims, onnxproto.Fixed(d))
		}
	}
	return &onnxproto.ValueInfo{Name: name, Type: &onnxproto.Type{Tensor: &onnxproto.TensorType{Elem: typ, Shape: s}}}
}

func (m *maker) input(name string, dims ...int64) *maker {
	m.p.Graph.Inputs = append(m.p.Graph.Inputs, info(name, onnxproto.Float32, dims...))
	return m
}

func (m *maker) output(name string) *maker {
	m.p.Graph.Outputs = append(m.p.Graph.Outputs, &onnxproto.ValueInfo{Name: name})
	return m
}

func (m *maker) weight(name string, dims []int64, values ...float32) *maker {
	m.p.Graph.Initializers = append(m.p.Graph.Initializers, onnxproto.NewFloat32(name, dims, values))
	return m
}

func (m *maker) ints(name string, values ...int64) *maker {
	m.p.Graph.Initializers = append(m.p.Graph.Initializers, onnxproto.NewInt64(name, []int64{int64(len(values))}, values))
	return m
}

// node adds an operator: its inputs, then its output.
func (m *maker) node(op string, values []string, attributes ...*onnxproto.Attribute) *maker {
	k := len(values) - 1
	m.p.Graph.Nodes = append(m.p.Graph.Nodes, &onnxproto.Node{Op: op, Inputs: values[:k], Outputs: values[k:], Attributes: attributes})
	return m
}

func attrInts(name string, values ...int64) *onnxproto.Attribute {
	return &onnxproto.Attribute{Name: name, Type: onnxproto.AttrInts, Ints: values}
}

func attrInt(name string, value int64) *onnxproto.Attribute {
	return &onnxproto.Attribute{Name: name, Type: onnxproto.AttrInt, Int: value}
}

func attrText(name, value string) *onnxproto.Attribute {
	return &onnxproto.Attribute{Name: name, Type: onnxproto.AttrString, String: []byte(value)}
}

func (m *maker) bytes() []byte { return onnxproto.Marshal(&m.p) }
