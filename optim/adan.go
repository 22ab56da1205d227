package optim

import "descent/graph"

// Adan is [Adam] with a third moment, of how the gradient changes, in place of
// a look ahead:
//
//	d = g - g₋            g₋ the gradient before, d = 0 at t = 1
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)d     v̂ = v/(1-β₂ᵗ)
//	n ← β₃n + (1-β₃)(g + β₂d)²    n̂ = n/(1-β₃ᵗ)
//	u = (m̂ + β₂v̂)/(√n̂ + ε)
//
// The β are decays, as in the authors' program; those of the paper are 1-β. Its
// weight decay divides by 1+ηλ and is left to [Config.WeightDecay], which
// multiplies by 1-ηλ.
//
// Use it with large batches and rates five to ten times Adam's; it keeps one
// moment more.
//
// Source: Xie et al., "Adan: Adaptive Nesterov Momentum Algorithm for Faster
// Optimizing Deep Models", 2022, arXiv:2208.06677, algorithm 1; the
// corrections of m, v and n are from the authors' program.
type Adan struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the gradient's average, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the difference's average, in [0, 1)
	// β₃, decay of the mean square, in [0, 1)
	Beta3 float64 `json:"beta3" usage:"β₃" range:"[0, 1)"`
	Eps   float64 `json:"eps"` // ε, added outside of the root, > 0
}

// NewAdan returns Adan with β₁ = 0.98, β₂ = 0.92, β₃ = 0.99 and ε = 1e-8.
func NewAdan() Adan { return Adan{Beta1: 0.98, Beta2: 0.92, Beta3: 0.99, Eps: 1e-8} }

func (Adan) Name() string         { return "adan" }
func (Adan) DefaultRate() float64 { return 0.001 }
func (o Adan) Validate() error {
	c := (&check{rule: "Adan"}).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2).decay("Beta3", o.Beta3)
	return c.eps("Eps", o.Eps).err
}

func (o Adan) Update(p *Param) graph.Tensor {
	later := p.Scalar("later", func(t int) float64 { return float64(min(t-1, 1)) })
	minus := p.Grad.Neg() // kept in place of g, so that d is made of what is written: one pass
	d := p.State("-g", 0).Sub(minus).Mul(later)
	p.Set("-g", minus)
	beta2 := p.Hyper("beta2", o.Beta2)
	m := p.Debias(p.EMA("m", o.Beta1, p.Grad), o.Beta1)
	v := p.Debias(p.EMA("v", o.Beta2, d), o.Beta2)
	n := p.Debias(p.EMA("n", o.Beta3, p.Grad.Add(d.Mul(beta2)).Square()), o.Beta3)
	return m.Add(v.Mul(beta2)).Div(n.Sqrt().Add(p.Hyper("eps", o.Eps)))
}
