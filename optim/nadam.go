package optim

import (
	"descent/graph"
	"descent/internal/canonical"
)

// NAdam is [Adam] with Nesterov's look ahead, by a momentum that warms up:
//
//	μₜ = β₁(1 - ½·0.96^(tψ))
//	m ← β₁m + (1-β₁)g
//	v ← β₂v + (1-β₂)g²    v̂ = v/(1-β₂ᵗ)
//	m̄ = μₜ₊₁·m/(1 - ∏ᵢ₌₁ᵗ⁺¹ μᵢ) + (1-μₜ)·g/(1 - ∏ᵢ₌₁ᵗ μᵢ)
//	u = m̄/(√v̂ + ε)
//
// m decays by β₁, not μₜ, as in PyTorch. The products have a closed form in t,
// so that there is nothing to save. Keras has ψ = 1; PyTorch up to 1.13
// multiplies each μ twice.
//
// Use it where Adam is used and steps can be a little bolder.
//
// Source: Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop
// 2016; μₜ is from the longer report of the same name.
type NAdam struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the second moment, in [0, 1)
	Eps   float64 `json:"eps"`   // ε, added outside of the root, > 0
	Psi   float64 `json:"momentum_decay" usage:"ψ, how fast μ rises to β₁" range:"[0, ∞)"`
}

// NewNAdam returns NAdam with β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and ψ = 0.004.
func NewNAdam() NAdam { return NAdam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Psi: 0.004} }

func (NAdam) Name() string         { return "nadam" }
func (NAdam) DefaultRate() float64 { return 0.002 }
func (o NAdam) Validate() error {
	c := (&check{rule: "NAdam"}).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2)
	return c.eps("Eps", o.Eps).atLeast0("Psi", o.Psi).err
}

func (o NAdam) Update(p *Param) graph.Tensor {
	m := p.EMA("m", o.Beta1, p.Grad)
	v := p.EMA("v", o.Beta2, p.Grad.Square())
	ahead := p.Scalar("ahead", func(t int) float64 { return o.mu(t+1) / (1 - o.product(t+1)) })
	now := p.Scalar("now", func(t int) float64 { return (1 - o.mu(t)) / (1 - o.product(t)) })
	look := m.Mul(ahead).Add(p.Grad.Mul(now))
	return look.Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
}

// mu is μₜ.
func (o NAdam) mu(t int) float64 {
	return float64(o.Beta1 * (1 - float64(0.5*canonical.Pow(0.96, float64(t)*o.Psi))))
}

// product is μ₁·…·μₜ. With a = 0.96^ψ it is β₁ᵗ·∏(1 - aⁱ/2), and the logarithm
// of that product, by the series of log(1-x), is
//
//	-Σₖ 2⁻ᵏ/k · Σᵢ aᵏⁱ = -Σₖ 2⁻ᵏ/k · aᵏ(1-aᵏᵗ)/(1-aᵏ)    k = 1, 2, ...
func (o NAdam) product(t int) float64 {
	n, a := float64(t), o.Psi*canonical.Log(0.96)
	sum := n * canonical.Log(o.Beta1)
	for k, half := 1.0, 0.5; k <= 60; k, half = k+1, half/2 {
		powers := n // Σᵢ aᵏⁱ for a = 1
		if a != 0 {
			powers = canonical.Exp(k*a) * canonical.Expm1(n*k*a) / canonical.Expm1(k*a)
		}
		sum -= float64(half / k * powers)
	}
	return canonical.Exp(sum)
}
