package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// SetRows returns x with other rows from a computed place on, as a cache of what was
// seen so far takes in what comes next:
//
//	x [n, s, ...], rows [n, t, ...], at [] or [n] → y like x
//
//	y[i, at+j] = rows[i, j] for j in [0, t), y[i, j] = x[i, j] elsewhere
//
// at is a whole number, one for all samples or one for each; rows that would be outside
// of [0, s) are left out. Where y is the new value of x, a variable, those rows alone
// are written, and who reads y reads x: nothing is copied.
//
// Gradient: dx is dy with zeros in place of the rows, and drows are those rows of dy.
func (x Tensor) SetRows(rows, at Tensor) Tensor { return x.apply(setRows{}, rows, at) }

type setRows struct{}

func (setRows) Name() string { return "SetRows" }

func (setRows) Infer(in ...Type) (Type, error) {
	x, rows, at := in[0], in[1], in[2]
	switch {
	case x.Rank() < 2 || rows.Rank() != x.Rank() || rows.with(1, x.Dim(1)).dims != x.dims:
		return Type{}, fmt.Errorf("rows %v do not fit into %v; they must have its shape but for the axis 1", rows, x)
	case rows.Dim(1) > x.Dim(1):
		return Type{}, fmt.Errorf("%d rows, of which %d have a place", rows.Dim(1), x.Dim(1))
	case at.Rank() > 1 || at.Rank() == 1 && at.Dim(0) != x.Dim(0):
		return Type{}, fmt.Errorf("places %v; want one number, or one for each of %d samples", at, x.Dim(0))
	}
	return x, nil
}

func (setRows) Eval64(e *Eval) {
	copy(e.Out, e.In[0])
	n, s, t := e.Type.Dim(0), e.Type.Dim(1), e.InTypes[1].Dim(1)
	width := e.Type.Size() / (n * s)
	for i := range n * t {
		at := e.In[2][min(i/t, len(e.In[2])-1)]
		if to := at + float64(i%t); to >= 0 && to < float64(s) {
			copy(e.Out[(i/t*s+int(to))*width:][:width], e.In[1][i*width:])
		}
	}
}

// Kernel implements lowering.Producer.
func (setRows) Kernel(_ Type, in ...Type) kernel.Kernel {
	n, s := in[0].Dim(0), in[0].Dim(1)
	return &move.SetRows{N: n, Rows: s, Count: in[1].Dim(1), Width: in[0].Size() / (n * s), Each: in[2].Rank() == 1}
}

func (setRows) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	n, s, t := x[0].Dim(0), x[0].Dim(1), x[1].Dim(1)
	dx := dy.SetRows(dy.Const(0).BroadcastTo(x[1].Type()), x[2])
	at := x[2].Reshape(-1, 1).Add(dy.n.graph.apply(count{t}))
	inside := dy.Const(0).LessEqual(at).Mul(at.Less(dy.Const(float64(s))))
	first := dy.n.graph.apply(count{n}).Scale(float64(s)).Reshape(n, 1)
	from := inside.Select(first.Add(at), dy.Const(-1))
	drows := dy.Reshape(n*s, -1).Gather(from)
	return []Tensor{dx, drows.Reshape(x[1].Type().Dims()...), {}}
}
