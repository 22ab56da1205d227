package optim

import "descent/graph"

// AdaBelief is [Adam] that divides by how far gradients are from what their
// average foretold:
//
//	m ← β₁m + (1-β₁)g              m̂ = m/(1-β₁ᵗ)
//	s ← β₂s + (1-β₂)(g-m)² + ε     ŝ = s/(1-β₂ᵗ)
//	u = m̂/(√ŝ + ε)
//	u = m̂·r·√(1-β₂ᵗ)/(√s + ε), or m̂    with Rectify
//
// with the new m. r is that of [RAdam], which says when to trust s. With the
// switch AMSGrad, n ← max(n, s) takes the place of s in u; the authors' program
// leaves it out of a rectified step. ε is added twice, as in the paper, and to s at every update,
// so that √ŝ is never below √(ε/(1-β₂)), 3e-7 at the defaults.
//
// Use it where Adam's steps are too small although the gradient hardly
// changes.
//
// Source: Zhuang et al., "AdaBelief Optimizer: Adapting Stepsizes by the
// Belief in Observed Gradients", NeurIPS 2020, arXiv:2010.07468, algorithm 2;
// ε is that of the authors' program and of optax.
type AdaBelief struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the squared distance, in [0, 1)
	Eps   float64 `json:"eps"`   // ε, added to s and to its root, ≥ 1e-30

	AMSGrad bool `json:"amsgrad"` // divide by the largest s so far
	Rectify bool `json:"rectify" usage:"wait until the second moment can be trusted, as radam does"`
}

// NewAdaBelief returns AdaBelief with β₁ = 0.9, β₂ = 0.999 and ε = 1e-16.
func NewAdaBelief() AdaBelief { return AdaBelief{Beta1: 0.9, Beta2: 0.999, Eps: 1e-16} }

func (AdaBelief) Name() string         { return "adabelief" }
func (AdaBelief) DefaultRate() float64 { return 0.001 }
func (o AdaBelief) Validate() error {
	c := (&check{rule: "AdaBelief"}).moments(o.Beta1, o.Beta2, o.Eps)
	return c.want(o.Eps >= 1e-30, "Eps", o.Eps, "would vanish in float32 and must be at least 1e-30").err
}

func (o AdaBelief) Update(p *Param) graph.Tensor {
	eps := p.Hyper("eps", o.Eps)
	m := p.EMA("m", o.Beta1, p.Grad)
	d := p.Grad.Sub(m)
	s := p.State("s", 0).Mul(p.Hyper("beta2", o.Beta2)).Add(d.Square().Mul(p.Hyper("1-beta2", 1-o.Beta2))).Add(eps)
	p.Set("s", s)
	if o.AMSGrad {
		s = p.largest(s)
	}
	m = p.Debias(m, o.Beta1)
	if o.Rectify {
		return p.rectified(m, s, eps, o.Beta2)
	}
	return m.Div(p.Debias(s, o.Beta2).Sqrt().Add(eps))
}
