package onnxwrite

import (
	"slices"

	"descent/internal/onnxproto"
)

// tidy leaves out what nothing reads, and gives forms of them their names.
func (b *builder) tidy() {
	read := map[string]bool{}
	for _, out := range b.graph.Outputs {
		read[out.Name] = true
	}
	for i := len(b.graph.Nodes) - 1; i >= 0; i-- {
		n := b.graph.Nodes[i]
		for j, out := range n.Outputs {
			if !read[out] {
				n.Outputs[j] = ""
			}
		}
		for len(n.Outputs) > 0 && n.Outputs[len(n.Outputs)-1] == "" {
			n.Outputs = n.Outputs[:len(n.Outputs)-1]
		}
		if len(n.Outputs) == 0 {
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
