package graph

import (
	"descent/internal/kernel"
	recur "descent/internal/kernel/recurrent"
)

// recurrentGrad is what goes back through time from the gradient dy of states: result 0
// is the gradient of x, 1 that of h, 2 that of hUn [t, n, units] of a GRU and of c of an
// LSTM. What the weight gives other gates has the gradient of x. Operands are u, turned;
// h of a GRU, c of an LSTM; result 1 of the recurrence, and result 0 of a GRU; lengths;
// dy.
type recurrentGrad struct{ recurrent }

func (r recurrentGrad) Name() string { return r.result(0).Name() + "Grad" }

func (r recurrentGrad) Infer(in ...Type) (Type, error) {
	t, n, units := in[2].Dim(0), in[2].Dim(1), in[1].Dim(1)
	switch {
	case r.of == 0:
		return Shape(n, t, r.cell.Gates()*units), nil
	case r.of == 2 && r.cell == recur.GRU:
		return Shape(t, n, units), nil
	}
	return Shape(n, units), nil
}

// Grad is by one operation for states, and by the operations written out for what the
// backward pass reads.
func (r recurrent) Grad(y, dy Tensor, x ...Tensor) []Tensor {
	if r.of == 1 {
		return differentiated(r.plain, dy, x)
	}
	u, h := x[1], x[2]
	in := []Tensor{u.Transpose(), h, x[0].apply(r.result(1), x[1:]...)}
	if r.cell == recur.GRU {
		in = append(in, y)
	} else {
		in[1] = x[3]
	}
	if r.lengths {
		in = append(in, x[4])
	}
	in = append(in, dy)
	of := func(result int) Tensor { return in[0].apply(recurrentGrad{r.result(result)}, in[1:]...) }
	given, other := []Tensor{y, of(0)}, of(2)
	if r.cell == recur.GRU {
		given = append(given, other)
		other = h.apply(recurrentWeight{r.result(1)}, given...)
	}
	du := h.apply(recurrentWeight{r.result(0)}, given...)
	return []Tensor{of(0), du, of(1), other, {}}[:len(x)]
}

// MultiplyAdds is the gradient of the gates of each position times u, turned.
func (r recurrentGrad) MultiplyAdds(dx Type, in ...Type) int {
	if r.of != 0 { // the kernel of result 0 has made it
		return 0
	}
	return dx.Size() * in[0].Dim(1)
}

// Kernel implements lowering.Producer.
func (r recurrentGrad) Kernel(_ Type, in ...Type) kernel.Kernel {
	dx, _ := recurrentGrad{r.result(0)}.Infer(in...)
	return &recur.Backward{Shape: r.shape(dx)}
}

// Results implements lowering.Joint.
func (r recurrentGrad) Results() []Op {
	return []Op{recurrentGrad{r.result(0)}, recurrentGrad{r.result(1)}, recurrentGrad{r.result(2)}}
}

// Grad differentiates the operations written out.
func (r recurrentGrad) Grad(_, ddx Tensor, x ...Tensor) []Tensor {
	return differentiated(r.plain, ddx, x)
}

// differentiated returns the gradients of operands x of what plain writes out, whose
// own is dy.
func differentiated(plain func(x ...Tensor) Tensor, dy Tensor, x []Tensor) []Tensor {
	x = operands(x)
	return Gradient(plain(x...).Mul(dy).Sum(), x...)
}

// recurrentWeight is the gradient of u, result 0, and of a GRU's bias, result 1. Operands
// are the states before and at all positions, and results 0 and, of a GRU, 2 of
// recurrentGrad.
type recurrentWeight struct{ recurrent }

func (r recurrentWeight) Name() string { return r.result(0).Name() + "Weight" }

func (r recurrentWeight) Infer(in ...Type) (Type, error) {
	if units := in[0].Dim(1); r.of == 1 {
		return Shape(units), nil
	}
	return Shape(in[0].Dim(1), in[2].Dim(2)), nil
}

// MultiplyAdds is each state before a position times the gradient of its gates; a bias
// is a sum.
func (r recurrentWeight) MultiplyAdds(du Type, in ...Type) int {
	if r.of == 1 {
		return 0
	}
	return du.Size() * in[1].Dim(0) * in[1].Dim(1)
}

// Kernel implements lowering.Producer.
func (r recurrentWeight) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &recur.Weight{Shape: r.shape(in[2])}
}

// Results implements lowering.Joint.
func (r recurrentWeight) Results() []Op {
	all := []Op{recurrentWeight{r.result(0)}, recurrentWeight{r.result(1)}}
	if r.cell == recur.LSTM {
		all = all[:1]
	}
	return all
}

// Grad differentiates the operations written out.
func (r recurrentWeight) Grad(_, ddx Tensor, x ...Tensor) []Tensor {
	return differentiated(r.plain, ddx, x)
}
