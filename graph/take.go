package graph

import (
	"encoding/binary"
	"errors"
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// Take returns the given columns of x, its last axis, in that order:
//
//	x [..., n] → y [..., len(columns)], y[..., j] = x[..., columns[j]]
//
// A column may stand in the list several times. Gradient: each column sums those
// of dy that took it, in order.
func (x Tensor) Take(columns []int) Tensor {
	var list []byte
	for _, c := range columns {
		list = binary.LittleEndian.AppendUint64(list, uint64(c))
	}
	return x.apply(take{string(list)})
}

type (
	// take holds its columns as text, so that equal ones are equal.
	take struct{ columns string }
	// takeAdd is the transpose: y → [..., n].
	takeAdd struct {
		columns string
		n       int
	}
)

func (take) Name() string    { return "Take" }
func (takeAdd) Name() string { return "TakeAdd" }

func (t take) list() []int {
	list := make([]int, len(t.columns)/8)
	for i := range list {
		list[i] = int(binary.LittleEndian.Uint64([]byte(t.columns[8*i : 8*i+8])))
	}
	return list
}

func (t take) Infer(in ...Type) (Type, error) {
	switch list := t.list(); {
	case in[0].Rank() == 0:
		return Type{}, errors.New("a scalar has no columns")
	case len(list) == 0:
		return Type{}, errors.New("no columns to take; want at least 1")
	default:
		for _, c := range list {
			if n := in[0].Dim(-1); c < 0 || c >= n {
				return Type{}, fmt.Errorf("there is no column %d; there are %d, from 0", c, n)
			}
		}
		return in[0].with(in[0].Rank()-1, len(list)), nil
	}
}

func (t takeAdd) Infer(in ...Type) (Type, error) { return in[0].with(in[0].Rank()-1, t.n), nil }

func (t take) Eval64(e *Eval) {
	list, n := t.list(), e.InTypes[0].Dim(-1)
	for i := range e.Out {
		e.Out[i] = e.In[0][i/len(list)*n+list[i%len(list)]]
	}
}

func (t takeAdd) Eval64(e *Eval) {
	list := take{t.columns}.list()
	clear(e.Out)
	for i, dy := range e.In[0] {
		e.Out[i/len(list)*t.n+list[i%len(list)]] += dy
	}
}

// Kernel implements lowering.Producer.
func (t take) Kernel(out Type, in ...Type) kernel.Kernel {
	return move.NewTake(out.Size()/out.Dim(-1), in[0].Dim(-1), t.list())
}

// Kernel implements lowering.Producer.
func (t takeAdd) Kernel(out Type, _ ...Type) kernel.Kernel {
	return &move.TakeAdd{Rows: out.Size() / t.n, Width: t.n, Columns: take{t.columns}.list()}
}

func (t take) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.apply(takeAdd{t.columns, x[0].Dim(-1)})}
}

func (t takeAdd) Grad(_, dy Tensor, _ ...Tensor) []Tensor { return []Tensor{dy.apply(take{t.columns})} }
