package onnxwrite

import (
	"slices"

	"descent/internal/onnxproto"
)

// fusable are operations whose nodes may take a sum or a product in.
var fusable = map[string]bool{
	"MatMul": true, "MatMulTN": true, "MatMulNT": true, "MatMulTT": true,
	"Conv2D": true, "ConvTranspose2D": true, "Standardize": true, "Mul": true,
}

// fuse writes a sum behind a product or a convolution, and scale and shift behind a
// normalization, as operands of these, if nothing else reads what they are added to.
func (w *writer) fuse(p pair, op string, in []value) (value, bool) {
	if op != "Add" && op != "Mul" || len(in) != 2 || w.reads[p.a.ID()] == 0 {
		return value{}, false
	}
	for i := range 2 {
		if !fusable[kind(p.a.Inputs()[i].Op())] {
			continue
		}
		x, c := in[i], in[1-i]
		n, t := w.nodes[x.name], w.data[c.name]
		if n == nil || t == nil || w.reads[p.a.Inputs()[i].ID()] != 1 || !slices.Equal(broadcast(x.dims, c.dims), x.dims) {
			continue
		}
		channels := x.dims[len(x.dims)-1]
		if channels.batch || len(t.Raw) != 4*channels.n || c.dims[len(c.dims)-1] != channels {
			continue
		}
		flat := func() string {
			if len(t.Dims) == 1 {
				return t.Name
			}
			return w.form(t.Name, "flat", func() *onnxproto.Tensor {
				return &onnxproto.Tensor{Type: t.Type, Dims: []int64{int64(channels.n)}, Raw: t.Raw}
			})
		}
		switch {
		case op == "Add" && len(n.Inputs) == 2 && (n.Op == "Gemm" || n.Op == "Conv" || n.Op == "ConvTranspose"),
			op == "Add" && len(n.Inputs) == 2 && n.Op == "LayerNormalization":
			n.Inputs = append(n.Inputs, flat())
		case op == "Mul" && n.Op == "LayerNormalization" && n.Inputs[1] == w.ones(channels.n):
			n.Inputs[1] = flat()
		default:
			continue
		}
		return x, true
	}
	return value{}, false
}
