package optim

import "descent/graph"

// RAdam is [Adam] that waits until the second moment can be trusted:
//
//	ρ∞ = 2/(1-β₂) - 1     ρₜ = ρ∞ - 2tβ₂ᵗ/(1-β₂ᵗ)
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)g²
//	u = m̂·r·√(1-β₂ᵗ)/(√v + ε)    where ρₜ > 5, with
//	r = √((ρₜ-4)(ρₜ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρₜ))
//	u = m̂                        before
//
// With the switch AMSGrad, n ← max(n, v) takes the place of v in u, as in the
// rule of that name.
//
// With β₂ = 0.999 the first five updates are those of momentum. ε is added to
// the root of the uncorrected v, as in PyTorch and the authors' program; the
// paper has none, and its threshold is 4.
//
// Use it to do without a warm-up of the rate.
//
// Source: Liu et al., "On the Variance of the Adaptive Learning Rate and
// Beyond", ICLR 2020, arXiv:1908.03265, algorithm 2.
type RAdam struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the second moment, in [0, 1); below 0.6 none is ever trusted
	Eps   float64 `json:"eps"`   // ε, added outside of the root, > 0

	AMSGrad bool `json:"amsgrad" usage:"divide by the largest mean square so far"`
}

// NewRAdam returns RAdam with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
func NewRAdam() RAdam { return RAdam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

func (RAdam) Name() string         { return "radam" }
func (RAdam) DefaultRate() float64 { return 0.001 }
func (o RAdam) Validate() error {
	return (&check{rule: "RAdam"}).moments(o.Beta1, o.Beta2, o.Eps).err
}

func (o RAdam) Update(p *Param) graph.Tensor {
	m := p.Debias(p.EMA("m", o.Beta1, p.Grad), o.Beta1)
	v := p.EMA("v", o.Beta2, p.Grad.Square())
	if o.AMSGrad {
		v = p.largest(v)
	}
	return p.rectified(m, v, p.Hyper("eps", o.Eps), o.Beta2)
}
