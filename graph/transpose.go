package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// Transpose returns x with its axes in the given order: axis i of the result
// is axis order[i] of x. Without an order the axes are reversed.
func (x Tensor) Transpose(order ...int) Tensor {
	if !x.Valid() {
		return x
	}
	rank := x.Type().Rank()
	bad := func() Tensor {
		x.n.graph.Fail("Transpose", fmt.Errorf("order %v must name each of the %d axes once", order, rank), x.Type())
		return Tensor{&node{graph: x.n.graph}}
	}
	if len(order) != 0 && len(order) != rank {
		return bad()
	}
	var op transpose
	op.rank = uint8(rank)
	seen := Axes(0)
	same := true
	for i := range rank {
		from := rank - 1 - i
		if len(order) == rank {
			from = order[i]
		}
		if from < 0 || from >= rank || seen.Has(from) {
			return bad()
		}
		seen |= 1 << from
		same = same && from == i
		op.order[i] = uint8(from)
	}
	if same {
		return x
	}
	return x.apply(op)
}

type transpose struct {
	rank  uint8
	order [MaxRank]uint8
}

func (transpose) Name() string { return "Transpose" }
func (t transpose) Infer(in ...Type) (Type, error) {
	out := in[0]
	for i := range out.Rank() {
		out = out.with(i, in[0].Dim(int(t.order[i])))
	}
	return out, nil
}

// move returns how the result is gathered from the operand.
func (t transpose) move(out, in Type) move.Strided {
	strides := make([]int, out.Rank())
	for i := range strides {
		strides[i] = in.strides()[t.order[i]]
	}
	return move.Strided{Dims: out.Dims(), Strides: strides}
}

func (t transpose) Eval64(e *Eval) {
	m := t.move(e.Type, e.InTypes[0])
	eachStrided(e.Type, m.Strides, 0, func(i, from int) { e.Out[i] = e.In[0][from] })
}

func (t transpose) Kernel(out Type, in ...Type) kernel.Kernel {
	m := t.move(out, in[0])
	return &m
}

func (t transpose) Grad(_, dy Tensor, _ ...Tensor) []Tensor {
	inverse := make([]int, t.rank)
	for i := range inverse {
		inverse[t.order[i]] = i
	}
	return []Tensor{dy.Transpose(inverse...)}
}

// Transposes reports whether x is the transpose of a matrix.
func Transposes(x Tensor) bool {
	t, ok := x.Op().(transpose)
	return ok && t.rank == 2
}
