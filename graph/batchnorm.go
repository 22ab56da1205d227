package graph

import (
	"fmt"
	"math"
)

// BatchNorm standardizes each channel over all the others axes, then scales
// and shifts it:
//
//	y = γ·(x - μ)/√(σ² + ε) + β
//
//	x [..., c]    γ, β [c]    y like x
//
// μ and σ² are those of [Tensor.Moments]. Gradient, with x̂ = (x - μ)/√(σ² + ε)
// and sums and means over all axes but the last:
//
//	dβ = Σ dy    dγ = Σ dy·x̂    dx = γ/√(σ² + ε) · (dy - mean(dy) - x̂·mean(dy·x̂))
//
// Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015,
// arXiv:1502.03167, algorithm 1.
func (x Tensor) BatchNorm(gamma, beta Tensor, eps float64) Tensor {
	return x.apply(batchNorm{math.Float32bits(float32(eps))}, gamma, beta)
}

// Moments returns the mean and the biased variance of each channel, [c], of x
// [..., c] over all axes but the last, in one pass over x:
//
//	μ = k + Σ(x - k)/n    σ² = Σ(x - k)²/n - (μ - k)²
//
// Any k gives the same. The mean of the first rows is taken, so that hardly
// anything cancels, wherever x lies.
func (x Tensor) Moments() (mean, variance Tensor) {
	if x.Type().Rank() < 2 {
		if x.Valid() {
			x.n.graph.Fail("Moments", fmt.Errorf("takes [..., channels] with at least 2 axes"), x.Type())
		}
		return x, x
	}
	mean, variance = x.moments()
	c := x.Dim(-1)
	return mean.Reshape(c), variance.Reshape(c)
}

// pilotRows is how many rows the k of [Tensor.Moments] is the mean of.
const pilotRows = 16

// moments keeps the reduced axes, so that the results stand above x.
func (x Tensor) moments() (mean, variance Tensor) {
	c := x.Dim(-1)
	rows := x.Type().Size() / c
	first := Pool{Window: [2]int{min(pilotRows, rows), 1}, Stride: [2]int{rows, 1}} // one window
	k := x.Reshape(1, rows, 1, c).AvgPool2D(first).Reshape(c).StopGradient()
	d, n := x.Sub(k), x.Const(float64(rows))
	off := d.SumKeep(x.leading()...).Div(n)
	square := d.Square().SumKeep(x.leading()...).Div(n)
	return off.Add(k), square.Sub(off.Square()).Max(x.Const(0))
}

// leading returns all axes of x but the last.
func (x Tensor) leading() []int {
	axes := make([]int, x.Type().Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// batchNorm holds ε as the bits of a float32.
type batchNorm struct{ eps uint32 }

func (batchNorm) Name() string { return "BatchNorm" }

func (batchNorm) Infer(in ...Type) (Type, error) {
	x := in[0]
	x.DType = Float32
	if x.Rank() < 2 {
		return Type{}, fmt.Errorf("takes [..., channels] with at least 2 axes")
	}
	for _, t := range in[1:] {
		if !t.sameShape(Shape(x.Dim(-1))) {
			return Type{}, fmt.Errorf("scale and shift must be [%d], one value a channel, not %v", x.Dim(-1), t)
		}
	}
	return x, nil
}

func (b batchNorm) Eval64(e *Eval) {
	c := e.Type.Dim(-1)
	column := make([]float64, len(e.Out)/c)
	for j := range c {
		for i := range column {
			column[i] = e.In[0][i*c+j]
		}
		mean, variance := moments64(column)
		s := math.Sqrt(variance + Const{b.eps}.value64())
		for i, x := range column {
			e.Out[i*c+j] = (x-mean)/s*e.In[1][j] + e.In[2][j]
		}
	}
}

func (b batchNorm) Expand(in ...Tensor) Tensor {
	x, gamma, beta := in[0], in[1], in[2]
	mean, variance := x.moments()
	return x.Sub(mean).Mul(gamma.Div(root(variance, b.eps))).Add(beta)
}

// Grad writes x - μ in two ways of its own. What the forward pass or the sums
// compute would have to be kept in memory to be read again; computed anew, it
// costs an addition.
func (b batchNorm) Grad(_, dy Tensor, in ...Tensor) []Tensor {
	x, gamma := in[0], in[1]
	mean, variance := x.moments()
	n := x.Const(float64(x.Type().Size() / x.Dim(-1)))
	s := root(variance, b.eps)
	sum := dy.SumKeep(x.leading()...)
	along := dy.Mul(mean.Sub(x)).SumKeep(x.leading()...) // Σ dy·(μ - x)
	slope := along.Div(s.Square().Mul(n))
	dx := dy.Sub(sum.Div(n)).Add(x.Add(mean.Neg()).Mul(slope)).Mul(gamma.Div(s))
	dgamma := along.Div(s).Neg()
	return []Tensor{dx, dgamma.Reshape(x.Dim(-1)), sum.Reshape(x.Dim(-1))}
}
