package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// Gather returns rows of the table x by their numbers, as an embedding does:
//
//	x [rows, width], index [a, b, ...] → y [a, b, ..., width], y[i] = x[index[i]]
//
// index holds whole numbers, of either element type; a fraction is cut off.
// A number outside [0, rows) gives a row of zeros, like padding. Gradient: each
// row of x sums the rows of dy that took it, in order; index has none.
func (x Tensor) Gather(index Tensor) Tensor { return x.apply(gather{}, index) }

type (
	gather struct{}
	// scatterAdd is the transpose: index, y → [rows, width].
	scatterAdd struct{ rows int }
)

func (gather) Name() string     { return "Gather" }
func (scatterAdd) Name() string { return "ScatterAdd" }

func (gather) Infer(in ...Type) (Type, error) {
	table, index := in[0], in[1]
	switch {
	case table.Rank() != 2:
		return Type{}, fmt.Errorf("the table must be [rows, width], not %v", table)
	case index.Rank() == MaxRank:
		return Type{}, fmt.Errorf("the numbers of rows have %d axes, at most %d are possible", MaxRank, MaxRank-1)
	}
	return Shape(append(index.Dims(), table.Dim(1))...), nil
}

func (s scatterAdd) Infer(in ...Type) (Type, error) {
	index, y := in[0], in[1]
	if y.Rank() != index.Rank()+1 || !Shape(append(index.Dims(), y.Dim(-1))...).sameShape(y) {
		return Type{}, fmt.Errorf("%v must have one row for each of %v", y, index)
	}
	return Shape(s.rows, y.Dim(-1)), nil
}

func (gather) Eval64(e *Eval) {
	rows, width := e.InTypes[0].Dim(0), e.InTypes[0].Dim(1)
	clear(e.Out)
	for i, r := range e.In[1] {
		if r >= 0 && r < float64(rows) {
			copy(e.Out[i*width:(i+1)*width], e.In[0][int(r)*width:])
		}
	}
}

func (s scatterAdd) Eval64(e *Eval) {
	width := e.Type.Dim(1)
	clear(e.Out)
	for i, r := range e.In[0] {
		if r >= 0 && r < float64(s.rows) {
			for j, dy := range e.In[1][i*width : (i+1)*width] {
				e.Out[int(r)*width+j] += dy
			}
		}
	}
}

// Kernel implements lowering.Producer.
func (gather) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &move.Gather{Count: in[1].Size(), Rows: in[0].Dim(0), Width: in[0].Dim(1)}
}

// Kernel implements lowering.Producer.
func (s scatterAdd) Kernel(out Type, in ...Type) kernel.Kernel {
	return &move.ScatterAdd{Count: in[0].Size(), Rows: s.rows, Width: out.Dim(1)}
}

func (gather) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{x[1].apply(scatterAdd{x[0].Dim(0)}, dy), {}}
}

func (scatterAdd) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{{}, dy.Gather(x[0])}
}
