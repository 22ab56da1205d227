package graph

import "fmt"

// elementwise is embedded by operations whose operands and result have one shape.
type elementwise struct{}

func (elementwise) Infer(in ...Type) (Type, error) {
	t := in[0]
	t.DType = Float32
	for _, u := range in[1:] {
		u.DType = Float32
		if u != t {
			return Type{}, fmt.Errorf("shapes %v and %v differ", t, u)
		}
	}
	return t, nil
}

// apply2 returns op(x, y) with both broadcast to their common shape.
func apply2(op Op, x, y Tensor) Tensor {
	if !x.Valid() || !y.Valid() {
		return x.apply(op, y)
	}
	t, err := broadcastShape(x.Type(), y.Type())
	if err != nil {
		x.n.graph.Fail(op.Name(), err, x.Type(), y.Type())
		return x.apply(op, y)
	}
	return x.BroadcastTo(t).apply(op, y.BroadcastTo(t))
}

// Const returns the scalar v in x's graph.
func (x Tensor) Const(v float64) Tensor {
	if x.n == nil {
		return x
	}
	return x.n.graph.Const(v)
}
