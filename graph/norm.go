package graph

import (
	"fmt"
	"math"
)

// Standardize returns x with mean 0 and variance 1 over the last axis, as layer
// normalization does before its scale and shift:
//
//	y = (x - μ)/s, s = √(σ² + ε), σ² = Σ(x - μ)²/k over the k elements of a row
//
// Gradient: dx = (dy - mean(dy) - y·mean(dy·y))/s.
//
// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016, arXiv:1607.06450.
func (x Tensor) Standardize(eps float64) Tensor {
	return x.apply(standardize{math.Float32bits(float32(eps))})
}

// RMSNormalize returns x divided by its root mean square over the last axis:
//
//	y = x/s, s = √(Σx²/k + ε)
//
// Gradient: dx = (dy - y·mean(dy·y))/s.
//
// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", NeurIPS
// 2019, arXiv:1910.07467.
func (x Tensor) RMSNormalize(eps float64) Tensor {
	return x.apply(rmsNormalize{math.Float32bits(float32(eps))})
}

// GroupStandardize returns x with mean 0 and variance 1 over each sample's
// groups of neighbouring channels, all positions together:
//
//	x [n, ..., c], groups that divide c → y of the same shape
//
// Source: Wu and He, "Group Normalization", ECCV 2018, arXiv:1803.08494.
func (x Tensor) GroupStandardize(groups int, eps float64) Tensor {
	if !x.Valid() {
		return x
	}
	t := x.Type()
	n, c := t.Dim(0), t.Dim(-1)
	switch {
	case t.Rank() < 2:
		x.n.graph.Fail("GroupStandardize", fmt.Errorf("takes [n, ..., channels]"), t)
		return x
	case groups < 1 || c%groups != 0:
		x.n.graph.Fail("GroupStandardize", fmt.Errorf("%d channels do not make %d equal groups", c, groups), t)
		return x
	}
	split := x.Reshape(n, -1, groups, c/groups)
	rows := split.Transpose(0, 2, 1, 3)
	y := rows.Reshape(n*groups, -1).Standardize(eps)
	return y.Reshape(rows.Type().Dims()...).Transpose(0, 2, 1, 3).Reshape(t.Dims()...)
}

// Both hold ε as the bits of a float32.
type (
	standardize  struct{ eps uint32 }
	rmsNormalize struct{ eps uint32 }
)

func (standardize) Name() string  { return "Standardize" }
func (rmsNormalize) Name() string { return "RMSNormalize" }

func (standardize) Infer(in ...Type) (Type, error)  { return inferRows(in) }
func (rmsNormalize) Infer(in ...Type) (Type, error) { return inferRows(in) }

func (n standardize) Eval64(e *Eval) {
	e.eachRow(func(row []float64, at int) {
		mean, variance := moments64(row)
		for i, x := range row {
			e.Out[at+i] = (x - mean) / math.Sqrt(variance+Const{n.eps}.value64())
		}
	})
}

func (n rmsNormalize) Eval64(e *Eval) {
	e.eachRow(func(row []float64, at int) {
		squares := 0.0
		for _, x := range row {
			squares += x * x
		}
		for i, x := range row {
			e.Out[at+i] = x / math.Sqrt(squares/float64(len(row))+Const{n.eps}.value64())
		}
	})
}

func (c Const) value64() float64 { return float64(c.Value()) }

// moments64 returns the mean and the biased variance of x.
func moments64(x []float64) (mean, variance float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v
	}
	mean /= n
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / n
}

// rowMean returns the mean over the last axis, kept with size 1. It divides,
// since 1/k is not exact.
func rowMean(x Tensor) Tensor { return x.SumKeep(-1).Div(x.Const(float64(x.Dim(-1)))) }

// root returns √(x + ε).
func root(x Tensor, eps uint32) Tensor { return x.Add(x.node().graph.apply(Const{eps})).Sqrt() }

func (n standardize) Expand(x ...Tensor) Tensor {
	d := x[0].Sub(rowMean(x[0]))
	return d.Div(root(rowMean(d.Square()), n.eps))
}

func (n rmsNormalize) Expand(x ...Tensor) Tensor {
	return x[0].Div(root(rowMean(x[0].Square()), n.eps))
}

// The roots here are the tensors that Expand made: they are not computed again.

func (n standardize) Grad(y, dy Tensor, x ...Tensor) []Tensor {
	s := root(rowMean(x[0].Sub(rowMean(x[0])).Square()), n.eps)
	return []Tensor{dy.Sub(rowMean(dy)).Sub(y.Mul(rowMean(dy.Mul(y)))).Div(s)}
}

func (n rmsNormalize) Grad(y, dy Tensor, x ...Tensor) []Tensor {
	s := root(rowMean(x[0].Square()), n.eps)
	return []Tensor{dy.Sub(y.Mul(rowMean(dy.Mul(y)))).Div(s)}
}
