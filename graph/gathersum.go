package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// GatherSum sums rows of the table x by weights, as a bag of embeddings does,
// without a copy of the rows:
//
//	x [rows, width], index and weight [..., k] → y [..., width]
//	y[i] = Σⱼ weight[i, j]·x[index[i, j]]
//
// Terms are added in the order of j. A number outside [0, rows) adds nothing, as in
// [Tensor.Gather], and nor does a weight of 0. Gradient: each row of x sums weight·dy of those that took it, in
// order; dweight[i, j] = dy[i]·x[index[i, j]]; index has none.
func (x Tensor) GatherSum(index, weight Tensor) Tensor { return x.apply(gatherSum{}, index, weight) }

type (
	gatherSum struct{}
	// scatterSum is the transpose in x: index, weight, y → [rows, width].
	scatterSum struct{ rows int }
)

func (gatherSum) Name() string  { return "GatherSum" }
func (scatterSum) Name() string { return "ScatterSum" }

func (gatherSum) Infer(in ...Type) (Type, error) {
	table, index, weight := in[0], in[1], in[2]
	switch {
	case table.Rank() != 2:
		return Type{}, fmt.Errorf("the table must be [rows, width], not %v", table)
	case index.Rank() == 0 || !index.sameShape(weight):
		return Type{}, fmt.Errorf("the numbers of rows %v and their weights %v must be equal in shape, of at least one axis", index, weight)
	}
	return Shape(index.Dims()...).with(index.Rank()-1, table.Dim(1)), nil
}

func (s scatterSum) Infer(in ...Type) (Type, error) {
	index, weight, y := in[0], in[1], in[2]
	if index.Rank() == 0 || !index.sameShape(weight) || !index.with(index.Rank()-1, y.Dim(-1)).sameShape(y) {
		return Type{}, fmt.Errorf("%v must have one row for each bag of %v, weighted by %v", y, index, weight)
	}
	return Shape(s.rows, y.Dim(-1)), nil
}

func (gatherSum) Eval64(e *Eval) {
	rows, width, k := e.InTypes[0].Dim(0), e.InTypes[0].Dim(1), e.InTypes[1].Dim(-1)
	clear(e.Out)
	for i, r := range e.In[1] {
		if r >= 0 && r < float64(rows) && e.In[2][i] != 0 {
			for j, v := range e.In[0][int(r)*width:][:width] {
				e.Out[i/k*width+j] += e.In[2][i] * v
			}
		}
	}
}

func (s scatterSum) Eval64(e *Eval) {
	width, k := e.Type.Dim(1), e.InTypes[0].Dim(-1)
	clear(e.Out)
	for i, r := range e.In[0] {
		if r >= 0 && r < float64(s.rows) && e.In[1][i] != 0 {
			for j, dy := range e.In[2][i/k*width:][:width] {
				e.Out[int(r)*width+j] += e.In[1][i] * dy
			}
		}
	}
}

// Kernel implements lowering.Producer.
func (gatherSum) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &move.GatherSum{Count: in[1].Size() / in[1].Dim(-1), Each: in[1].Dim(-1), Rows: in[0].Dim(0), Width: in[0].Dim(1)}
}

// Kernel implements lowering.Producer.
func (s scatterSum) Kernel(out Type, in ...Type) kernel.Kernel {
	return &move.ScatterSum{Count: in[0].Size() / in[0].Dim(-1), Each: in[0].Dim(-1), Rows: s.rows, Width: out.Dim(1)}
}

func (gatherSum) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{x[1].apply(scatterSum{x[0].Dim(0)}, x[2], dy), {}, ofBags(x[0], x[1], dy)}
}

func (scatterSum) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{{}, ofBags(dy, x[0], x[2]), dy.GatherSum(x[0], x[1])}
}

// plain is a lookup of every row, which takes the memory that the kernel saves.
func (gatherSum) plain(x ...Tensor) Tensor {
	weight := x[2].Reshape(append(x[2].Type().Dims(), 1)...)
	return x[0].Gather(x[1]).Mul(weight).Sum(-2)
}

// ofBags is the gradient of the weights: the products of rows of the table with that
// of the bag which they are in.
func ofBags(table, index, bag Tensor) Tensor {
	t := bag.Type()
	each := bag.Reshape(append(t.Dims()[:t.Rank()-1], 1, t.Dim(-1))...)
	return table.Gather(index).Mul(each).Sum(-1)
}
