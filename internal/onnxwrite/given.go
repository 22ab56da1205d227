package onnxwrite

import (
	"slices"
	"strings"

	"descent/graph"
)

// given is x·weight + bias, what inputs give the gates of all positions of a recurrence.
type given struct {
	x, weight, bias graph.Tensor // [n, t, in], [in, gates·units], [gates·units]
}

// given recognizes what a recurrence is given, if weight and bias, and those of the
// recurrence itself, are constants.
func (w *writer) given(y graph.Tensor) (g given, ok bool) {
	if operands := y.Inputs(); !w.constant(operands[1]) || strings.HasPrefix(y.Op().Name(), "GRU") && !w.constant(operands[3]) {
		return g, false
	}
	at := y.Inputs()[0]
	n, t, width := at.Dim(0), at.Dim(1), at.Dim(2)
	g.bias = at.Const(0).BroadcastTo(graph.Shape(width))
	for {
		in := at.Inputs()
		switch kind(at.Op()) {
		case "Reshape":
			if at = in[0]; at.Type().Dim(-1) != width {
				return g, false
			}
		case "Add":
			i := slices.IndexFunc(in, w.constant)
			if i < 0 || in[1-i].Type() != at.Type() {
				return g, false
			}
			b := spread(in[i])
			if size := b.Type().Size(); size != 1 && (size != width || b.Type().Dim(-1) != width) {
				return g, false
			}
			g.bias, at = g.bias.Add(b.Reshape(-1)), in[1-i]
		case "MatMul", "MatMulNT":
			if g.weight = in[1]; !w.constant(in[1]) {
				return g, false
			}
			if graph.AttributesOf(at.Op()).Transposed[1] {
				g.weight = g.weight.Transpose()
			}
			if g.x = in[0]; g.x.Op().Name() == "Reshape" && g.x.Inputs()[0].Type() == graph.Shape(n, t, g.x.Dim(1)) {
				g.x = g.x.Inputs()[0]
			}
			g.x = g.x.Reshape(n, t, -1)
			return g, true
		default:
			return g, false
		}
	}
}

// spread returns what a tensor is everywhere.
func spread(x graph.Tensor) graph.Tensor {
	for x.Op().Name() == "Broadcast" {
		x = x.Inputs()[0]
	}
	return x
}

// zero reports whether a tensor is 0 everywhere, being made of that constant.
func zero(x graph.Tensor) bool {
	for slices.Contains([]string{"Broadcast", "Reshape", "Slice"}, x.Op().Name()) {
		x = x.Inputs()[0]
	}
	c, ok := x.Op().(graph.Const)
	return ok && c.Value() == 0
}
