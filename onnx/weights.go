package onnx

import (
	"fmt"
	"slices"
	"strings"

	"descent/engine"
	"descent/graph"
	"descent/internal/onnxproto"
)

// count notes where each value is read.
func (r *importer) count(nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		for at, name := range n.Inputs {
			r.uses[name] = append(r.uses[name], use{n.full(), at})
		}
		for _, a := range n.Attributes {
			for _, b := range a.Body {
				r.count(b.Nodes)
				for _, name := range b.Outputs {
					r.uses[name] = append(r.uses[name], use{"Identity", 0})
				}
			}
		}
	}
}

// plain are operators whose constants belong to a formula, not to what is learned.
var plain = map[string]bool{
	"Sub": true, "Div": true, "Where": true, "Equal": true, "Less": true, "Greater": true, "LessOrEqual": true,
	"GreaterOrEqual": true, "Max": true, "Min": true, "Mod": true, "OneHot": true,
}

// inline is how many numbers stay a constant of the network's description.
const inline = 1 << 12

// tensor makes a weight or a constant of a tensor, by where it is read.
func (r *importer) tensor(m *Model, n *Network, name string) error {
	t, uses := r.tensors[name], r.uses[name]
	isOutput := slices.Contains(n.Outputs, name)
	if len(uses) == 0 && !isOutput {
		return nil
	}
	elements, err := t.Size()
	if err != nil {
		return err
	}
	known, formula := isOutput, true
	bias := false
	for _, u := range uses {
		known = known || demands(u.op, u.at)
		formula = formula && plain[u.op]
		bias = bias || len(t.Dims) > 0 && (u.op == "Add" || u.op == "Gemm" || strings.HasPrefix(u.op, "Conv") || u.op == "BatchNormalization" || u.op == "MatMul")
	}
	if !t.Type.Real() || known || elements == 0 || formula && elements <= inline || elements == 1 && !bias {
		if elements > maxHost {
			return fmt.Errorf("constant %q has %d numbers; at most %d are read", name, elements, maxHost)
		}
		k, err := toConstant(name, t)
		n.Constants = append(n.Constants, k)
		return err
	}
	w := Weight{Name: name, Role: "weight"}
	for _, d := range t.Dims {
		w.Dims = append(w.Dims, int(d))
	}
	switch {
	case formula:
		w.Role = "buffer"
	case len(t.Dims) <= 1:
		w.Role = "bias"
	}
	for _, u := range uses {
		switch u {
		case use{"BatchNormalization", 1}, use{"InstanceNormalization", 1}, use{"LayerNormalization", 1}, use{"GroupNormalization", 1}:
			w.Role = "norm"
		case use{"BatchNormalization", 3}:
			w.Role = "mean"
		case use{"BatchNormalization", 4}:
			w.Role = "variance"
		case use{"Gather", 0}:
			w.Role = "table"
		case use{"Conv", 1}, use{"ConvTranspose", 1}:
			w.Order = append(natural(len(w.Dims))[min(2, len(w.Dims)):], 1, 0)
		}
	}
	values, err := t.Float32Values()
	if err != nil {
		return err
	}
	m.Values[name] = laid(values, w.Dims, w.Order)
	n.Weights = append(n.Weights, w)
	return nil
}

// laid returns values with axis i being axis order[i] of dims.
func laid(values []float32, dims, order []int) []float32 {
	if order == nil || len(order) != len(dims) {
		return values
	}
	own := steps(dims)
	to := make([]int, len(order))
	by := make([]int, len(order))
	for i, axis := range order {
		to[i], by[i] = dims[axis], own[axis]
	}
	out := make([]float32, len(values))
	at := make([]int, len(order))
	from := 0
	for i := range out {
		out[i] = values[from]
		for k := len(at) - 1; k >= 0; k-- {
			at[k]++
			if from += by[k]; at[k] < to[k] {
				break
			}
			from -= by[k] * to[k]
			at[k] = 0
		}
	}
	return out
}

// toConstant returns a tensor's numbers as part of a network's description.
func toConstant(name string, t *onnxproto.Tensor) (Constant, error) {
	k := Constant{Name: name, Elem: t.Type.String(), Dims: []int{}}
	for _, d := range t.Dims {
		k.Dims = append(k.Dims, int(d))
	}
	if t.Type.Real() {
		values, err := t.Float64Values()
		k.Floats = numbers(values)
		return k, err
	}
	values, err := t.Int64Values()
	k.Ints = values
	return k, err
}

// Variables are the weights as they lie in memory, under a prefix: "" for the network
// itself, or the path of the layer that it is, as in "0.network.".
func (n Network) Variables(prefix string) []engine.Variable {
	var list []engine.Variable
	for _, w := range n.Weights {
		list = append(list, engine.Variable{Name: prefix + w.Name, Type: graph.Shape(w.shape()...)})
	}
	return list
}

// shape is that of the weight in memory.
func (w Weight) shape() []int {
	if len(w.Order) != len(w.Dims) {
		return w.Dims
	}
	dims := make([]int, len(w.Dims))
	for i, axis := range w.Order {
		dims[i] = w.Dims[axis]
	}
	return dims
}

// Store returns the weights' numbers as programs read them.
func (m *Model) Store() *engine.Store {
	s := engine.NewStore(m.Network.Variables("")...)
	for name, values := range m.Values {
		copy(s.Value(name), values)
	}
	return s
}
