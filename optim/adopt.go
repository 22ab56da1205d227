package optim

import (
	"math"

	"descent/graph"
	"descent/internal/canonical"
)

// ADOPT is [Adam] that normalizes each gradient by the second moment of those
// before it, and averages afterwards:
//
//	ĝ = clip(g/max(√v₋, ε), ±(t-1)^¼)    v₋ the v before this update
//	m ← β₁m + (1-β₁)ĝ
//	v ← β₂v + (1-β₂)g²                   v = g² at t = 1
//	u = m
//
// The first gradient only starts v: the limit is 0 there, so that nothing
// moves. From then on it converges for any β₂. Nothing is corrected.
//
// Use it where Adam's β₂ would need tuning; it converges with any.
//
// Source: Taniguchi et al., "ADOPT: Modified Adam Can Converge with Any β₂
// with the Optimal Rate", NeurIPS 2024, arXiv:2411.02853v3, algorithm 2, with
// its clipping.
type ADOPT struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the second moment, in (0, 1)
	Eps   float64 `json:"eps"`   // ε, least divisor, > 0
}

// NewADOPT returns ADOPT with β₁ = 0.9, β₂ = 0.9999 and ε = 1e-6.
func NewADOPT() ADOPT { return ADOPT{Beta1: 0.9, Beta2: 0.9999, Eps: 1e-6} }

func (ADOPT) Name() string         { return "adopt" }
func (ADOPT) DefaultRate() float64 { return 0.001 }
func (o ADOPT) Validate() error {
	c := (&check{rule: "ADOPT"}).moments(o.Beta1, o.Beta2, o.Eps)
	return c.want(o.Beta2 > 0, "Beta2", o.Beta2, "must be in (0, 1)").err
}

func (o ADOPT) Update(p *Param) graph.Tensor {
	// At t = 1 the weights of v and g² are 0 and 1.
	keep := p.Scalar("beta2", func(t int) float64 { return o.Beta2 * float64(min(t-1, 1)) })
	rest := p.Scalar("1-beta2", func(t int) float64 {
		if t == 1 {
			return 1
		}
		return 1 - o.Beta2
	})
	high := p.Scalar("limit", func(t int) float64 { return canonical.Pow(float64(t-1), 0.25) })
	low := p.Scalar("-limit", func(t int) float64 { return -canonical.Pow(float64(t-1), 0.25) })
	kept := p.State("v", 0).Mul(keep) // the root of v₋ is taken of it, so that all is one pass
	p.Set("v", kept.Add(p.Grad.Square().Mul(rest)))
	g := p.Grad.Div(kept.Sqrt().Mul(p.Hyper("1/root beta2", 1/math.Sqrt(o.Beta2))).Max(p.Hyper("eps", o.Eps))).Min(high).Max(low)
	return p.EMA("m", o.Beta1, g)
}
