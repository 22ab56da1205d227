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
	terms := map[*node][]Tensor{y.n: {g.Const(1)}} // of each gradient
	for i := len(order) - 1; i >= 0; i-- {
		t := order[i]
		if terms[t.n] == nil || !needed[t.n] || len(t.n.in) == 0 {
			continue
		}
		dy := total(terms[t.n])
		for j, dx := range t.n.op.Grad(t, dy, t.n.in...) {
			in := t.n.in[j].n
			if !dx.Valid() || !needed[in] || in.typ.DType == Index {
				continue
			}
			terms[in] = append(terms[in], dx)
		}
	}
	out := make([]Tensor, len(xs))
	for i, x := range xs {
		if dx := terms[x.n]; dx != nil {
			out[i] = total(dx).BroadcastTo(x.Type())
		} else {
			out[i] = g.Const(0).BroadcastTo(x.Type())
		}
	}
	return out
}

// total adds the terms of a gradient in order. Those of slices that lie side by side, as
// of the positions of a sequence, are joined: added up, each would be as long as all.
func total(terms []Tensor) Tensor {
	if whole, ok := joined(terms); ok {
		return whole
	}
	all := terms[0]
	for _, t := range terms[1:] {
		all = all.Add(t)
	}
	return all
}

// joined returns the sum of terms that are padded along an axis to what lies side by
// side, if they are.
func joined(terms []Tensor) (whole Tensor, ok bool) {
	if len(terms) < 2 {
		return whole, false
	}
	parts := slices.Clone(terms)
	for _, t := range parts {
		if p, ok := t.n.op.(pad); !ok || p.axis != axisOf(parts[0]) {
			return whole, false
		}
	}
	slices.SortStableFunc(parts, func(a, b Tensor) int { return a.n.op.(pad).before - b.n.op.(pad).before })
	first, end := parts[0].n.op.(pad), 0
	for i, t := range parts {
		p, inner := t.n.op.(pad), t.n.in[0]
		if i > 0 && p.before != end {
			return whole, false
		}
		end, parts[i] = p.before+inner.Dim(p.axis), inner
	}
	after := terms[0].Dim(first.axis) - end
	return parts[0].Concat(first.axis, parts[1:]...).Pad(first.axis, first.before, after), true
}

// axisOf is the axis along which a tensor was padded, -1 if it was not.
func axisOf(t Tensor) int {
	if p, ok := t.n.op.(pad); ok {
		return p.axis
	}
	return -1
}
