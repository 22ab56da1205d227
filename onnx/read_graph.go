package onnx

import (
	"errors"
	"fmt"

	"descent/internal/onnxproto"
)

// graph returns the nodes of a graph, and takes its constants. Those of a branch get
// names of their own, with a prefix; outer are the names that it had there.
func (r *importer) graph(g *onnxproto.Graph, prefix string, outer map[string]string) ([]Node, error) {
	own := map[string]string{}
	for k, v := range outer {
		own[k] = v
	}
	define := func(name string) string {
		if prefix != "" && name != "" {
			own[name] = prefix + name
		}
		return prefix + name
	}
	rename := func(name string) string {
		if to, ok := own[name]; ok {
			return to
		}
		return name
	}
	for _, t := range g.Initializers {
		if err := r.hold(define(t.Name), t); err != nil {
			return nil, err
		}
	}
	var nodes []Node
	for _, p := range g.Nodes {
		n := Node{Op: p.Op, Domain: p.Domain, Name: p.Name}
		for _, name := range p.Inputs {
			n.Inputs = append(n.Inputs, rename(name))
		}
		if p.Op == "Constant" && n.full() == "Constant" && len(p.Outputs) == 1 {
			t, err := constant(p)
			if err != nil {
				r.problem("%s: %v", n.String(), err)
				t = onnxproto.NewFloat32("", nil, []float32{0})
			}
			if err := r.hold(define(p.Outputs[0]), t); err != nil {
				return nil, err
			}
			continue
		}
		for _, a := range p.Attributes {
			attr, err := r.attribute(&n, a, prefix, own)
			if err != nil {
				return nil, err
			}
			n.Attributes = append(n.Attributes, attr)
		}
		for _, name := range p.Outputs {
			if name == "" {
				n.Outputs = append(n.Outputs, "")
				continue
			}
			n.Outputs = append(n.Outputs, define(name))
		}
		nodes = append(nodes, n)
	}
	for _, v := range g.Outputs {
		v.Name = rename(v.Name)
	}
	return nodes, nil
}

// hold takes a constant under a name, and its data if that lies beside the file.
func (r *importer) hold(name string, t *onnxproto.Tensor) error {
	if _, twice := r.tensors[name]; twice || name == "" {
		return fmt.Errorf("two tensors have the name %q, or it is empty", name)
	}
	if err := t.Load(r.folder); err != nil {
		return err
	}
	t.Name = name
	r.tensors[name] = t
	r.names = append(r.names, name)
	return nil
}

// constant is what a Constant node holds.
func constant(p *onnxproto.Node) (*onnxproto.Tensor, error) {
	for _, a := range p.Attributes {
		switch a.Name {
		case "value":
			if a.Tensor != nil {
				return a.Tensor, nil
			}
		case "value_float":
			return onnxproto.NewFloat32("", nil, []float32{a.Float}), nil
		case "value_floats":
			return onnxproto.NewFloat32("", []int64{int64(len(a.Floats))}, a.Floats), nil
		case "value_int":
			return onnxproto.NewInt64("", nil, []int64{a.Int}), nil
		case "value_ints":
			return onnxproto.NewInt64("", []int64{int64(len(a.Ints))}, a.Ints), nil
		}
	}
	return nil, errors.New("a constant that is no tensor of numbers")
}

// attribute returns an attribute without what the file's form has beside.
func (r *importer) attribute(n *Node, p *onnxproto.Attribute, prefix string, names map[string]string) (Attribute, error) {
	a := Attribute{Name: p.Name, Int: p.Int, Float: Number(p.Float), Text: string(p.String), Ints: p.Ints}
	for _, f := range p.Floats {
		a.Floats = append(a.Floats, Number(f))
	}
	for _, s := range p.Strings {
		a.Texts = append(a.Texts, string(s))
	}
	if p.Ref != "" {
		r.problem("%s: attribute %q, which is that of a function", n, p.Name)
	}
	if p.Tensor != nil {
		if err := p.Tensor.Load(r.folder); err != nil {
			return a, err
		}
		k, err := toConstant(p.Name, p.Tensor)
		if err != nil {
			return a, fmt.Errorf("%s: %w", n, err)
		}
		a.Tensor = []Constant{k}
	}
	if p.Graph != nil {
		if n.full() != "If" {
			return a, nil // the node is refused as a whole
		}
		r.bodies++
		nodes, err := r.graph(p.Graph, fmt.Sprintf("%s%s.%d.", prefix, n.Name, r.bodies)+p.Name+".", names)
		if err != nil {
			return a, err
		}
		body := Body{Nodes: nodes}
		for _, v := range p.Graph.Outputs {
			body.Outputs = append(body.Outputs, v.Name)
		}
		a.Body = []Body{body}
	}
	return a, nil
}
