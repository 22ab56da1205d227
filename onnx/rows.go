package onnx

import (
	"descent/graph"
	"descent/nn"
)

// Row describes a node of a network, for one row of its inputs.
type Row struct {
	Op           string
	Tensor       string // its first result
	Shape        []int  // of that, as the file sees it; nil where sizes are open that decide it
	Params       int    // numbers in the weights that it is the first to read
	MultiplyAdds int    // of its matrix products and convolutions
}

// Rows lists the nodes of the network in order. Sizes that are open count as 1.
func (m *Model) Rows() []Row {
	n := &m.Network
	g := graph.New()
	tr := newTracer(nn.NewContext(g, false), n)
	inputs := make([]value, len(n.Inputs))
	for i, in := range n.Inputs {
		dims := make([]int, len(in.Dims))
		for k, d := range in.Dims {
			dims[k] = max(1, d.Size)
		}
		inputs[i] = of(dataType(in.Elem), g.Input(in.Name, graph.Shape(dims...)))
	}
	tr.run(inputs)
	params := map[string]int{}
	for _, w := range n.Weights {
		if w.Trained() {
			params[w.Name] = w.Size()
		}
	}
	made := map[string]int{}
	if g.Err() == nil {
		var all []graph.Tensor
		for _, v := range tr.values {
			if v.host == nil {
				all = append(all, v.t)
			}
		}
		for _, x := range graph.Sorted(all...) {
			made[x.Path()] += products(x)
		}
	}
	var rows []Row
	for i := range n.Nodes {
		node := &n.Nodes[i]
		row := Row{Op: node.full(), MultiplyAdds: made[node.String()]}
		if len(node.Outputs) > 0 {
			row.Tensor = node.Outputs[0]
		}
		if v, ok := tr.values[row.Tensor]; ok && v.valid() {
			row.Shape = append([]int{}, v.dims()...)
		}
		for _, name := range node.Inputs {
			row.Params += params[name]
			delete(params, name)
		}
		rows = append(rows, row)
	}
	return rows
}

// products is how many multiplications and additions the product x takes.
func products(x graph.Tensor) int {
	op, ok := x.Op().(interface {
		MultiplyAdds(y graph.Type, x ...graph.Type) int
	})
	if !ok {
		return 0
	}
	var in []graph.Type
	for _, operand := range x.Inputs() {
		in = append(in, operand.Type())
	}
	return op.MultiplyAdds(x.Type(), in...)
}

// Trained reports whether the weight is a parameter, not a buffer.
func (w Weight) Trained() bool {
	return w.Role != "mean" && w.Role != "variance" && w.Role != "buffer"
}

// Size is how many numbers the weight has.
func (w Weight) Size() int { return size(w.Dims) }
