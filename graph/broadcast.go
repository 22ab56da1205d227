package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// BroadcastTo returns x repeated along axes of size 1, and along new leading
// axes, until it has the shape of t. Its gradient is the sum over the
// repetitions.
func (x Tensor) BroadcastTo(t Type) Tensor {
	if !x.Valid() {
		return x
	}
	if t.DType = x.Type().DType; t == x.Type() {
		return x
	}
	return x.apply(broadcast{t})
}

type broadcast struct{ to Type }

func (broadcast) Name() string { return "Broadcast" }
func (b broadcast) Infer(in ...Type) (Type, error) {
	if err := b.to.Valid(); err != nil {
		return b.to, err
	}
	out, err := broadcastShape(in[0], b.to)
	if out.DType = b.to.DType; err == nil && out != b.to {
		err = fmt.Errorf("shape %v does not broadcast to %v", in[0], b.to)
	}
	return b.to, err
}

// strides returns how the result is gathered from the operand: with stride 0
// along every axis that it is repeated on.
func (b broadcast) strides(in Type) []int {
	strides := make([]int, b.to.Rank())
	lead := b.to.Rank() - in.Rank()
	for i, s := range in.strides() {
		if in.Dim(i) > 1 {
			strides[lead+i] = s
		}
	}
	return strides
}

func (b broadcast) Eval64(e *Eval) {
	eachStrided(e.Type, b.strides(e.InTypes[0]), 0, func(i, from int) { e.Out[i] = e.In[0][from] })
}

func (b broadcast) Kernel(out Type, in ...Type) kernel.Kernel {
	return &move.Strided{Dims: out.Dims(), Strides: b.strides(in[0])}
}

func (broadcast) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	from, to := x[0].Type(), dy.Type()
	lead := to.Rank() - from.Rank()
	var axes []int
	for i := range to.Rank() {
		if i < lead || from.Dim(i-lead) == 1 && to.Dim(i) > 1 {
			axes = append(axes, i)
		}
	}
	return []Tensor{dy.SumKeep(axes...).Reshape(from.Dims()...)}
}
func (broadcast) Broadcasts() {}

// eachStrided calls f(i, offset) for every element i of t in order, where
// offset grows by strides along the axes.
func eachStrided(t Type, strides []int, start int, f func(i, offset int)) {
	var index [MaxRank]int
	offset := start
	for i := range t.Size() {
		f(i, offset)
		for a := t.Rank() - 1; a >= 0; a-- {
			index[a]++
			offset += strides[a]
			if index[a] < t.Dim(a) {
				break
			}
			offset -= strides[a] * t.Dim(a)
			index[a] = 0
		}
	}
}
