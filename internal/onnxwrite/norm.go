package onnxwrite

import (
	"descent/graph"
	"descent/internal/onnxproto"
)

// ones holds a vector of ones.
func (w *writer) ones(n int) string {
	list := make([]float32, n)
	for i := range list {
		list[i] = 1
	}
	return w.hold(onnxproto.NewFloat32("ones", []int64{int64(n)}, list))
}

func (w *writer) softmax(p pair) (value, error) {
	v, out, _, err := w.along(p)
	if err != nil {
		return v, err
	}
	v = w.float(v)
	op := p.a.Op().Name()
	v.name, v.dims = w.node(op, label(p, op), []string{v.name}, attr{"axis", v.orderOr()[len(out)-1]}), out
	return v, nil
}

func (w *writer) standardize(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	v = w.ordered(w.float(v), nil)
	in := []string{v.name, w.ones(out[len(out)-1].n)}
	v.name, v.dims = w.node("LayerNormalization", label(p, "layernorm"), in, attr{"axis", -1}, attr{"epsilon", a.Eps}), out
	return v, nil
}

// batchNorm is a batch normalization in inference, which is sums and products in a trace.
type batchNorm struct {
	statistics [4]graph.Tensor // scale, shift, mean and variance
	eps        float32
}

// batchNormOf recognizes y = (x-mean)·(scale/√(variance+ε)) + shift.
func batchNormOf(y graph.Tensor) (n batchNorm, ok bool) {
	operands := func(x graph.Tensor, op string) (a, b graph.Tensor) {
		for x.Valid() && x.Op().Name() == "Broadcast" {
			x = x.Inputs()[0]
		}
		if x.Valid() && x.Op().Name() == op {
			a = x.Inputs()[0]
			if b = a; len(x.Inputs()) > 1 {
				b = x.Inputs()[1]
			}
		}
		return a, b
	}
	scaled, shift := operands(y, "Add")
	centered, factor := operands(scaled, "Mul")
	_, mean := operands(centered, "Sub")
	scale, root := operands(factor, "Div")
	sum, _ := operands(root, "Sqrt")
	variance, eps := operands(sum, "Add")
	for i, x := range []graph.Tensor{scale, shift, mean, variance, eps} {
		for x.Valid() && x.Op().Name() == "Broadcast" {
			x = x.Inputs()[0]
		}
		if !x.Valid() {
			return n, false
		}
		if c, is := x.Op().(graph.Const); is && i == 4 {
			n.eps = c.Value()
			return n, true
		}
		if _, is := x.Op().(graph.Variable); !is || x.Type().Rank() != 1 {
			return n, false
		}
		n.statistics[i] = x
	}
	return n, false
}

// batchNorm writes a batch normalization, for which channels are the second axis.
func (w *writer) batchNorm(p pair, n batchNorm) (value, error) {
	x, err := w.full(p.input(0).input(0).input(0))
	if err != nil {
		return x, err
	}
	order := identity(len(x.dims))
	for i := range order[1:] {
		order[1+i] = 2 + i
	}
	order[len(order)-1] = 1
	if len(order) == 2 {
		order = nil
	}
	x = w.ordered(w.float(x), order)
	in := []string{x.name}
	for _, s := range n.statistics {
		v, err := w.variable(pair{s, s}, s.Op().(graph.Variable))
		if err != nil {
			return x, err
		}
		in = append(in, v.name)
	}
	x.name = w.node("BatchNormalization", label(p, "batchnormalization"), in, attr{"epsilon", float64(n.eps)})
	return x, nil
}
