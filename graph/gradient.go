package graph

import (
	"fmt"
	"slices"
)

// Gradient returns the derivatives of y, a scalar of shape [], with respect to
// each of xs, by reverse accumulation. Where y does not depend on an x its
// gradient is zero. Nothing is computed for operands that no x leads to.
func Gradient(y Tensor, xs ...Tensor) []Tensor {
	g := y.Graph()
	if g == nil {
		return make([]Tensor, len(xs))
	}
	for i, x := range xs {
		if x.n == nil || x.n.graph != g {
			g.Fail("Gradient", fmt.Errorf("x %d is no tensor of the value's graph", i), x.Type())
		}
	}
	if g.err != nil {
		bad := Tensor{&node{graph: g}}
		return slices.Repeat([]Tensor{bad}, len(xs))
	}
	if y.Type().Rank() != 0 {
		g.Fail("Gradient", fmt.Errorf("the value must be a scalar of shape [], such as a mean"), y.Type())
	}
	order := Sorted(y)
	needed := make(map[*node]bool) // leads from some x to y
	for _, x := range xs {
		needed[x.n] = true
	}
	for _, t := range order {
		for _, in := range t.n.in {
			if needed[in.n] {
				needed[t.n] = true
			}
		}
	}
	grads := map[*node]Tensor{y.n: g.Const(1)}
	for i := len(order) - 1; i >= 0; i-- {
		t := order[i]
		dy, reached := grads[t.n]
		if !reached || !needed[t.n] || len(t.n.in) == 0 {
			continue
		}
		for j, dx := range t.n.op.Grad(t, dy, t.n.in...) {
			in := t.n.in[j].n
			if !dx.Valid() || !needed[in] || in.typ.DType == Index {
				continue
			}
			if old, ok := grads[in]; ok {
				dx = old.Add(dx)
			}
			grads[in] = dx
		}
	}
	out := make([]Tensor, len(xs))
	for i, x := range xs {
		if dx, ok := grads[x.n]; ok {
			out[i] = dx.BroadcastTo(x.Type())
		} else {
			out[i] = g.Const(0).BroadcastTo(x.Type())
		}
	}
	return out
}
