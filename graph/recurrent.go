package graph

import (
	"errors"
	"fmt"

	"descent/internal/kernel"
	recur "descent/internal/kernel/recurrent"
)

// Recurrence says how [Tensor.GRU] and [Tensor.LSTM] go through sequences.
type Recurrence struct {
	Lengths Tensor // [n], how many positions of a sample count; those behind leave its state as it is; none: all do
	Reverse bool   // from the last position to the first
}

// GRU goes through sequences with gated recurrent units, from a state h on, as one
// operation:
//
//	r = σ(xr + hUr)    z = σ(xz + hUz)
//	n = tanh(xn + r ∘ (hUn + b))
//	h ← (1 - z) ∘ n + z ∘ h
//
//	x [n, t, 3·units], what inputs give the gates, in the order r, z, n
//	u [units, 3·units]    b [units]    h [n, units]    y [n, t, units], all states
//
// Gradient: with da that of a position's hU, the gradient of h before it is
// z ∘ dh + da·Uᵀ, and dU is one product over the states and da of all positions.
//
// Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder",
// EMNLP 2014, arXiv:1406.1078, with the reset behind the product, as in cuDNN.
func (x Tensor) GRU(u, b, h Tensor, r Recurrence) Tensor {
	return x.recur(recur.GRU, r, u, h, b)(0)
}

// LSTM goes through sequences with long short-term memory, from a state h and a cell c
// on, as one operation:
//
//	i, f, o = σ(x + hU)    g = tanh(xg + hUg)
//	c ← f ∘ c + i ∘ g      h ← o ∘ tanh(c)
//
//	x [n, t, 4·units], what inputs give the gates, in the order i, f, g, o
//	u [units, 4·units]    h, c [n, units]    y, cells [n, t, units], all states and cells
//
// Gradient: as that of GRU, through the states in one operation; through cells of
// other positions than the last state's it is that of all operations written out.
//
// Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9,
// 1997, with the forget gate of Gers et al., 2000.
func (x Tensor) LSTM(u, h, c Tensor, r Recurrence) (y, cells Tensor) {
	of := x.recur(recur.LSTM, r, u, h, c)
	units := u.Dim(0)
	return of(0), of(1).Slice(-1, 4*units, 5*units).Transpose(1, 0, 2)
}

// recur returns what makes the results of a recurrence.
func (x Tensor) recur(cell recur.Cell, r Recurrence, more ...Tensor) func(result int) Tensor {
	if r.Lengths.n != nil {
		more = append(more, r.Lengths)
	}
	return func(result int) Tensor {
		return x.apply(recurrent{cell: cell, lengths: r.Lengths.n != nil, reverse: r.Reverse, of: result}, more...)
	}
}

// recurrent has the operands x, u, h, then b of a GRU or c of an LSTM, and lengths if
// it says so. One kernel makes all states, result 0, and result 1, what the backward
// pass reads, see [recur.Cell.Kept].
type recurrent struct {
	cell             recur.Cell
	lengths, reverse bool
	of               int
}

func (r recurrent) Name() string {
	name := []string{recur.GRU: "GRU", recur.LSTM: "LSTM"}[r.cell]
	if r.of == 1 {
		name += "Gates"
	}
	return name
}

func (r recurrent) Infer(in ...Type) (Type, error) {
	x, u, h, other := in[0], in[1], in[2], in[3]
	gates := r.cell.Gates()
	if x.Rank() != 3 || u.Rank() != 2 {
		return Type{}, fmt.Errorf("takes [n, t, %d·units] and a weight [units, %d·units]", gates, gates)
	}
	n, t, units := x.Dim(0), x.Dim(1), u.Dim(0)
	states := Shape(n, units)
	switch {
	case u.Dim(1) != gates*units || x.Dim(2) != gates*units:
		return Type{}, fmt.Errorf("%d units take a weight of %d columns and inputs of %d numbers, not %d and %d", units, gates*units, gates*units, u.Dim(1), x.Dim(2))
	case h != states:
		return Type{}, fmt.Errorf("a state %v before the first position; want %v", h, states)
	case r.cell == recur.LSTM && other != states:
		return Type{}, fmt.Errorf("a cell %v before the first position; want %v", other, states)
	case r.cell == recur.GRU && other != Shape(units):
		return Type{}, fmt.Errorf("a bias %v; want %v", other, Shape(units))
	case r.lengths && in[4] != Shape(n) && in[4] != Indices(n):
		return Type{}, fmt.Errorf("lengths %v; want one for each of %d samples", in[4], n)
	case x.Size() == 0:
		return Type{}, errors.New("has no positions")
	}
	if r.of == 1 { // by time, as both passes go
		return Shape(t, n, r.cell.Kept()*units), nil
	}
	return Shape(n, t, units), nil
}

// shape is that of the kernels.
func (r recurrent) shape(x Type) recur.Shape {
	return recur.Shape{Cell: r.cell, N: x.Dim(0), T: x.Dim(1), Units: x.Dim(2) / r.cell.Gates(), Lengths: r.lengths, Reverse: r.reverse}
}

// MultiplyAdds is the state before each position times u.
func (r recurrent) MultiplyAdds(_ Type, in ...Type) int {
	if r.of == 1 { // the kernel of all states has made it
		return 0
	}
	return in[0].Size() * in[1].Dim(0)
}

// Kernel implements lowering.Producer.
func (r recurrent) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &recur.Forward{Shape: r.shape(in[0])}
}

// Results implements lowering.Joint.
func (r recurrent) Results() []Op { return []Op{r.result(0), r.result(1)} }

func (r recurrent) result(of int) recurrent {
	r.of = of
	return r
}

// position is the one that is the k-th in time, of so many.
func (r recurrent) position(k, t int) int {
	if r.reverse {
		return t - 1 - k
	}
	return k
}
