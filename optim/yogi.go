package optim

import "descent/graph"

// Yogi is [Adam] whose second moment moves by steps of g², up or down, so that
// it forgets large gradients slowly:
//
//	m ← β₁m + (1-β₁)g                  m̂ = m/(1-β₁ᵗ)
//	v ← v - (1-β₂)·sign(v - g²)·g²     v̂ = v/(1-β₂ᵗ)
//	u = m̂/(√v̂ + ε)
//
// Both moments start at 0 and are corrected as in Adam; the paper corrects
// neither, and the authors' program and optax start them above 0.
//
// Use it for sparse gradients, after which Adam's second moment falls too
// quickly.
//
// Source: Zaheer et al., "Adaptive Methods for Nonconvex Optimization",
// NeurIPS 2018, algorithm 2.
type Yogi struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, 1-β₂ is the step of the second moment, in [0, 1)
	Eps   float64 `json:"eps"`   // ε, added outside of the root, > 0
}

// NewYogi returns Yogi with β₁ = 0.9, β₂ = 0.999 and ε = 1e-3.
func NewYogi() Yogi { return Yogi{Beta1: 0.9, Beta2: 0.999, Eps: 1e-3} }

func (Yogi) Name() string         { return "yogi" }
func (Yogi) DefaultRate() float64 { return 0.01 }

func (o Yogi) Validate() error {
	return (&check{rule: "Yogi"}).moments(o.Beta1, o.Beta2, o.Eps).err
}

func (o Yogi) Update(p *Param) graph.Tensor {
	m := p.EMA("m", o.Beta1, p.Grad)
	square, old := p.Grad.Square(), p.State("v", 0)
	v := old.Sub(old.Sub(square).Sign().Mul(square).Mul(p.Hyper("1-beta2", 1-o.Beta2)))
	p.Set("v", v)
	return p.Debias(m, o.Beta1).Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
}
