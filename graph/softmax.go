package graph

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// Softmax returns e^x / Σ e^x over the last axis. The row's maximum is
// subtracted first, so no finite x overflows.
//
// Gradient: dx = y·(dy - Σ y·dy).
func (x Tensor) Softmax() Tensor { return x.apply(softmax{}) }

// LogSoftmax returns x - log Σ e^x over the last axis.
//
// Gradient: dx = dy - softmax(x)·Σ dy.
func (x Tensor) LogSoftmax() Tensor { return x.apply(logSoftmax{}) }

// CrossEntropy returns -Σ target·log softmax(x) over the last axis, which is
// kept with size 1. target, of x's shape, is constant for the gradient; its
// rows need not sum to 1.
//
// Gradient: dx = (softmax(x)·Σ target - target)·dy.
func (x Tensor) CrossEntropy(target Tensor) Tensor { return x.apply(crossEntropy{}, target) }

type (
	softmax      struct{}
	logSoftmax   struct{}
	crossEntropy struct{}
)

func (softmax) Name() string      { return "Softmax" }
func (logSoftmax) Name() string   { return "LogSoftmax" }
func (crossEntropy) Name() string { return "CrossEntropy" }

func (softmax) Infer(in ...Type) (Type, error)    { return inferRows(in) }
func (logSoftmax) Infer(in ...Type) (Type, error) { return inferRows(in) }
func (crossEntropy) Infer(in ...Type) (Type, error) {
	t, err := inferRows(in)
	if err != nil {
		return t, err
	}
	return t.with(t.Rank()-1, 1), nil
}

// inferRows is the shape rule of operations over the last axis.
func inferRows(in []Type) (Type, error) {
	if in[0].Rank() == 0 {
		return Type{}, fmt.Errorf("a scalar has no last axis")
	}
	return elementwise{}.Infer(in...)
}

// eachRow calls f with each row of the first operand and where it starts.
func (e *Eval) eachRow(f func(row []float64, at int)) {
	n := e.InTypes[0].Dim(-1)
	for at := 0; at < len(e.In[0]); at += n {
		f(e.In[0][at:at+n], at)
	}
}

// sum64 returns the largest x of a row and Σ e^(x-top).
func sum64(row []float64) (top, s float64) {
	top = math.Inf(-1)
	for _, x := range row {
		top = math.Max(top, x)
	}
	for _, x := range row {
		s += canonical.Exp(x - top)
	}
	return top, s
}

func (softmax) Eval64(e *Eval) {
	e.eachRow(func(row []float64, at int) {
		top, s := sum64(row)
		for i, x := range row {
			e.Out[at+i] = canonical.Exp(x-top) / s
		}
	})
}

func (logSoftmax) Eval64(e *Eval) {
	e.eachRow(func(row []float64, at int) {
		top, s := sum64(row)
		for i, x := range row {
			e.Out[at+i] = x - top - canonical.Log(s)
		}
	})
}

func (crossEntropy) Eval64(e *Eval) {
	clear(e.Out)
	e.eachRow(func(row []float64, at int) {
		top, s := sum64(row)
		for i, x := range row {
			e.Out[at/len(row)] -= e.In[1][at+i] * (x - top - canonical.Log(s))
		}
	})
}

func (softmax) Grad(y, dy Tensor, _ ...Tensor) []Tensor {
	return []Tensor{y.Mul(dy.Sub(y.Mul(dy).SumKeep(-1)))}
}

func (logSoftmax) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.Sub(x[0].Softmax().Mul(dy.SumKeep(-1)))}
}

func (crossEntropy) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	z, target := x[0], x[1]
	return []Tensor{z.Softmax().Mul(target.SumKeep(-1)).Sub(target).Mul(dy), {}}
}

// shifted returns x - max(x), e to that, and its sum over the row.
func shifted(x Tensor) (z, e, s Tensor) {
	z = x.Sub(x.MaxOverKeep(-1).StopGradient())
	e = z.Exp()
	return z, e, e.SumKeep(-1)
}

func (softmax) Expand(x ...Tensor) Tensor {
	_, e, s := shifted(x[0])
	return e.Div(s)
}

func (logSoftmax) Expand(x ...Tensor) Tensor {
	z, _, s := shifted(x[0])
	return z.Sub(s.Log())
}

func (crossEntropy) Expand(x ...Tensor) Tensor {
	z, _, s := shifted(x[0])
	return s.Log().Sub(z).Mul(x[1]).SumKeep(-1)
}
