package graph

import (
	"fmt"
	"math"
	"math/bits"

	"descent/internal/kernel/program"
)

// Axes is a set of axes: bit i stands for axis i.
type Axes uint8

// Has reports whether axis i is in the set.
func (a Axes) Has(i int) bool { return a>>i&1 == 1 }

// axes returns the set of the given axes of x; none means all, a negative one
// counts from the last.
func (x Tensor) axes(list []int) (set Axes) {
	rank := x.Type().Rank()
	if x.n == nil {
		return 0
	}
	if len(list) == 0 {
		return 1<<rank - 1
	}
	for _, i := range list {
		at := i
		if at < 0 {
			at += rank
		}
		if at < 0 || at >= rank {
			x.n.graph.Fail("Reduce", fmt.Errorf("there is no axis %d", i), x.Type())
			return 0
		}
		set |= 1 << at
	}
	return set
}

// SumKeep returns the sum of x over axes, all of them if none is given, each
// kept with size 1.
func (x Tensor) SumKeep(axes ...int) Tensor { return x.fold(sum{x.axes(axes)}) }

// Sum returns the sum of x over axes, all of them if none is given.
func (x Tensor) Sum(axes ...int) Tensor { return x.SumKeep(axes...).squeeze(x.axes(axes)) }

// Mean returns the mean of x over axes, all of them if none is given.
func (x Tensor) Mean(axes ...int) Tensor { return x.MeanKeep(axes...).squeeze(x.axes(axes)) }

// MeanKeep returns the mean of x over axes, each kept with size 1.
func (x Tensor) MeanKeep(axes ...int) Tensor {
	s := x.SumKeep(axes...)
	return s.Scale(float64(s.Type().Size()) / float64(max(1, x.Type().Size())))
}

// MaxOverKeep returns the largest element over axes, all of them if none is
// given, each kept with size 1. Where several are largest they share the
// gradient equally.
func (x Tensor) MaxOverKeep(axes ...int) Tensor { return x.fold(maxOver{x.axes(axes)}) }

// MaxOver is MaxOverKeep without the axes.
func (x Tensor) MaxOver(axes ...int) Tensor { return x.MaxOverKeep(axes...).squeeze(x.axes(axes)) }

// folding is a reduction over some axes.
type folding interface {
	Op
	Axes() Axes
}

func (x Tensor) fold(op folding) Tensor {
	if !x.Valid() || op.Axes() == 0 {
		return x
	}
	return x.apply(op)
}

// squeeze removes the given axes, of size 1.
func (x Tensor) squeeze(gone Axes) Tensor {
	dims := []int{}
	for i, d := range x.Type().Dims() {
		if !gone.Has(i) {
			dims = append(dims, d)
		}
	}
	return x.Reshape(dims...)
}

type (
	sum     struct{ axes Axes }
	maxOver struct{ axes Axes }
)

func (s sum) Name() string     { return "Sum" + s.axes.String() }
func (m maxOver) Name() string { return "MaxOver" + m.axes.String() }

func (a Axes) String() string {
	s := ""
	for i := range MaxRank {
		if a.Has(i) {
			s += fmt.Sprint(i)
		}
	}
	return s
}

func (a Axes) infer(in Type) (Type, error) {
	if a>>in.Rank() != 0 {
		return Type{}, fmt.Errorf("there is no axis %d", bits.Len8(uint8(a))-1)
	}
	in.DType = Float32
	for i := range in.Rank() {
		if a.Has(i) {
			in = in.with(i, 1)
		}
	}
	return in, nil
}

func (s sum) Infer(in ...Type) (Type, error)     { return s.axes.infer(in[0]) }
func (m maxOver) Infer(in ...Type) (Type, error) { return m.axes.infer(in[0]) }

func (s sum) Axes() Axes     { return s.axes }
func (m maxOver) Axes() Axes { return m.axes }

// foldTo calls f(o, i) for every element i and the element o it folds into.
func foldTo(e *Eval, f func(o, i int)) {
	strides := e.Type.strides()
	for a := range strides {
		if e.Type.Dim(a) == 1 {
			strides[a] = 0
		}
	}
	eachStrided(e.InTypes[0], strides, 0, func(i, o int) { f(o, i) })
}

func (sum) Eval64(e *Eval) {
	clear(e.Out)
	foldTo(e, func(o, i int) { e.Out[o] += e.In[0][i] })
}

func (maxOver) Eval64(e *Eval) {
	for o := range e.Out {
		e.Out[o] = math.Inf(-1)
	}
	foldTo(e, func(o, i int) { e.Out[o] = math.Max(e.Out[o], e.In[0][i]) })
}

func (sum) LowerRows(b *program.Builder, x program.Reg) program.Reg     { return b.RowSum(x) }
func (maxOver) LowerRows(b *program.Builder, x program.Reg) program.Reg { return b.RowMax(x) }

func (sum) Over(a Axes) Op     { return sum{a} }
func (maxOver) Over(a Axes) Op { return maxOver{a} }

func (sum) Sinks() bool     { return true }
func (maxOver) Sinks() bool { return false }

func (sum) LowerSink(b *program.Builder, x program.Reg, columns bool) {
	if columns {
		b.ColSum(x)
	} else {
		b.SumAll(x)
	}
}
func (maxOver) LowerSink(*program.Builder, program.Reg, bool) {}

func (sum) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.BroadcastTo(x[0].Type())}
}

func (m maxOver) Grad(y, dy Tensor, x ...Tensor) []Tensor {
	largest := x[0].Equal(y)
	return []Tensor{largest.Mul(dy.Div(largest.apply(sum(m))))}
}
