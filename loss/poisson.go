package loss

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/internal/canonical"
)

// Poisson is the negative log-likelihood of counts, without what does not depend on z,
// with the rate λ = m·eᶻ:
//
//	l = (1/k) Σ (λ - y·log λ),  y = s·t + m
//
//	z [n, k] finite    t [n, k], or [n] if k is 1, where y ≥ 0    l [n]
//
// m and s are Mean and Std, by which the targets t were standardized, so that a network
// whose outputs are 0 predicts the mean; without them m is 1, and y is t. A rate beyond
// float32, from a z of 88 on, is infinite.
//
// Gradient: dz = (λ - y)/k.
//
// Source: McCullagh and Nelder, Generalized Linear Models, 1989, chapter 6. Equal to
// PyTorch's F.poisson_nll_loss with its defaults, of z + log m.
type Poisson struct {
	Mean []float64 // m of each target, above 0; nil: 1, and targets are as they are
	Std  []float64 // s of each target, above 0
}

// PerSample implements [Loss].
func (l Poisson) PerSample(z, y graph.Tensor) graph.Tensor {
	y, ok := matched(l, z, y)
	if !ok {
		return y
	}
	if l.Mean == nil {
		return z.Exp().Sub(z.Mul(y)).Mean(1)
	}
	if err := l.fits(z); err != nil {
		return fail(z, l, err, y)
	}
	g, logs := z.Graph(), make([]float64, len(l.Mean))
	for i, m := range l.Mean {
		logs[i] = canonical.Log(m)
	}
	y = y.Mul(g.Vector(l.Std)).Add(g.Vector(l.Mean))
	return z.Exp().Mul(g.Vector(l.Mean)).Sub(z.Add(g.Vector(logs)).Mul(y)).Mean(1)
}

// Predict returns the rates, standardized as the targets are, [n, k].
func (l Poisson) Predict(z graph.Tensor) graph.Tensor {
	switch {
	case !z.Valid() || l.Mean == nil && l.Std == nil:
		return z.Exp()
	case l.Validate() != nil || l.fits(z) != nil:
		return z
	}
	shares := make([]float64, len(l.Mean))
	for i := range shares {
		shares[i] = l.Mean[i] / l.Std[i]
	}
	return z.Expm1().Mul(z.Graph().Vector(shares)) // (m·eᶻ - m)/s
}

// fits returns an error unless there are units for the columns of z.
func (l Poisson) fits(z graph.Tensor) error {
	if z.Type().Rank() != 2 || z.Dim(1) != len(l.Mean) {
		return fmt.Errorf("%d means for outputs %v; want one for each target", len(l.Mean), z.Type())
	}
	return nil
}

// Validate implements [Loss].
func (l Poisson) Validate() error {
	if len(l.Mean) != len(l.Std) {
		return fmt.Errorf("loss: %d means and %d standard deviations of counts; want one of each for each target", len(l.Mean), len(l.Std))
	}
	for i, m := range l.Mean {
		if s := l.Std[i]; !(m > 0 && s > 0) || math.IsInf(m, 0) || math.IsInf(s, 0) {
			return fmt.Errorf("loss: counts with the mean %v and the standard deviation %v; want finite numbers above 0", m, s)
		}
	}
	return nil
}

// Name implements [Loss].
func (Poisson) Name() string { return "poisson" }
