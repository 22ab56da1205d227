package optim

import (
	"descent/graph"
	"descent/internal/canonical"
)

// AdEMAMix is [AdamW] with a second, slow average of gradients:
//
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	s ← β₃s + (1-β₃)g     not corrected
//	v ← β₂v + (1-β₂)g²    v̂ = v/(1-β₂ᵗ)
//	u = (m̂ + αs)/(√v̂ + ε) + λθ
//
// With Warmup = T, as the paper advises for long runs, α and β₃ rise during
// the first T updates, β₃ so that its half-life grows evenly, from β₁:
//
//	αₜ  = α·min(t/T, 1)
//	β₃ₜ = exp(ln β₁·ln β₃ / ((1-x)·ln β₃ + x·ln β₁))    x = min(t/T, 1)
//
// Use it for long runs of many thousand updates; in short ones the slow
// average has no time.
//
// Source: Pagliardini, Ablin, Grangier, "The AdEMAMix Optimizer: Better,
// Faster, Older", ICLR 2025, arXiv:2409.03137, algorithm 1; λ is 0 here unless
// it is set.
type AdEMAMix struct {
	Beta1  float64 `json:"beta1"` // β₁, decay of the fast average, in [0, 1)
	Beta2  float64 `json:"beta2"` // β₂, decay of the second moment, in [0, 1)
	Beta3  float64 `json:"beta3"` // β₃, decay of the slow average, in [0, 1); at least β₁ > 0 with Warmup
	Alpha  float64 `json:"alpha" usage:"α, weight of the slow average" range:"[0, ∞)"`
	Eps    float64 `json:"eps"`          // ε, added outside of the root, > 0
	Lambda float64 `json:"weight_decay"` // λ, weight decay per unit of η, ≥ 0
	// T, updates until α and β₃ are reached; 0: from the start
	Warmup float64 `json:"mix_warmup" usage:"updates until α and β₃ are reached" range:"[0, ∞)"`
}

// NewAdEMAMix returns AdEMAMix with β₁ = 0.9, β₂ = 0.999, β₃ = 0.9999, α = 5,
// ε = 1e-8, λ = 0 and no warm-up.
func NewAdEMAMix() AdEMAMix {
	return AdEMAMix{Beta1: 0.9, Beta2: 0.999, Beta3: 0.9999, Alpha: 5, Eps: 1e-8}
}

func (AdEMAMix) Name() string         { return "ademamix" }
func (AdEMAMix) DefaultRate() float64 { return 0.001 }
func (o AdEMAMix) Validate() error {
	c := (&check{rule: "AdEMAMix"}).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2).decay("Beta3", o.Beta3)
	c.atLeast0("Alpha", o.Alpha).eps("Eps", o.Eps).atLeast0("Lambda", o.Lambda).atLeast0("Warmup", o.Warmup)
	if o.Warmup > 0 {
		c.want(o.Beta1 > 0 && o.Beta3 >= o.Beta1, "Beta3", o.Beta3, "must be at least Beta1, and that above 0, for β₃ to rise from it")
	}
	return c.err
}

func (o AdEMAMix) Update(p *Param) graph.Tensor {
	m := p.EMA("m", o.Beta1, p.Grad)
	keep := p.Scalar("beta3", o.slow)
	rest := p.Scalar("1-beta3", func(t int) float64 { return 1 - o.slow(t) })
	s := p.State("s", 0).Mul(keep).Add(p.Grad.Mul(rest))
	p.Set("s", s)
	v := p.EMA("v", o.Beta2, p.Grad.Square())
	alpha := p.Scalar("alpha", func(t int) float64 { return o.Alpha * o.risen(t) })
	u := p.Debias(m, o.Beta1).Add(s.Mul(alpha)).Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
	return p.decayed(u, o.Lambda)
}

// risen is min(t/T, 1).
func (o AdEMAMix) risen(t int) float64 {
	if float64(t) >= o.Warmup {
		return 1
	}
	return float64(t) / o.Warmup
}

// slow is β₃ₜ.
func (o AdEMAMix) slow(t int) float64 {
	x := o.risen(t)
	if x == 1 {
		return o.Beta3
	}
	from, to := canonical.Log(o.Beta1), canonical.Log(o.Beta3)
	return canonical.Exp(from * to / (float64((1-x)*to) + float64(x*from)))
}
