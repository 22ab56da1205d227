package optim

import (
	"errors"
	"math"
	"strconv"

	"descent/graph"
	"descent/internal/canonical"
)

// Noise adds random numbers to the gradient, fewer as training goes on:
//
//	g ← g + N(0, σₜ²)    σₜ² = Eta/(1+t)^Gamma    t updates are done, from 0
//
// It comes after clipping, which does not see it. Every parameter and update
// has random numbers of its own, a function of the seed of the run, Seed and
// the number of the forward pass or, for [Apply], of the update, so that a run that goes on draws the same.
// The zero value is off.
//
// Source: Neelakantan et al., "Adding Gradient Noise Improves Learning for Very
// Deep Networks", 2015, arXiv:1511.06807, section 3; Gamma is 0.55 there, and
// Eta one of 0.01, 0.3 and 1.
type Noise struct {
	Eta   float64 `json:"eta"`   // variance at the first update, ≥ 0
	Gamma float64 `json:"gamma"` // how fast it falls, ≥ 0
	Seed  uint64  `json:"seed"`  // tells noise apart that would else be the same
}

// NewNoise returns noise of the given first variance that falls as in the
// paper, with γ = 0.55.
func NewNoise(eta float64) Noise { return Noise{Eta: eta, Gamma: 0.55} }

// Validate returns an error that names the field out of range.
func (n Noise) Validate() error {
	return errors.Join(notNegative("Noise.Eta", n.Eta), notNegative("Noise.Gamma", n.Gamma))
}

// deviation is σ of update t = 1, 2, ...
func (n Noise) deviation(t int) float64 {
	return math.Sqrt(n.Eta * canonical.Pow(float64(t), -n.Gamma))
}

// added returns the gradient with noise, whose deviation is the named scalar.
func (n Noise) added(p *Param, scalar string) graph.Tensor {
	if n.Eta == 0 {
		return p.Grad
	}
	z := p.Value.Graph().Normal("noise "+strconv.FormatUint(n.Seed, 10), p.Grad.Type().Dims()...)
	return p.Grad.Add(z.Mul(p.scalar(scalar, n.deviation)))
}
