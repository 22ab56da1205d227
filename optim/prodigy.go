package optim

import (
	"math"

	"descent/graph"
)

// Prodigy is [Adam] that estimates its rate, as the distance d from the first
// weights to the solution:
//
//	r = dη                                     of all parameters: d, n, and the sums in
//	m ← β₁m + (1-β₁)dg
//	v ← β₂v + (1-β₂)d²g²
//	s ← √β₂·s + (d/d₀)r·g
//	n ← √β₂·n + (d/d₀)r·Σg(θ₀-θ)
//	d₊ = max(d, Coef·n/Σ|s|)
//	u = d·(m/(√v + d₊ε) + λθ)    then d ← d₊
//
// The learning rate is a factor of the estimate: 1, with a schedule that falls
// to 0. BiasCorrection multiplies d in r and u by √(1-β₂ᵗ)/(1-β₁ᵗ), as Adam
// does. Safeguard has d for r in s, for schedules that warm up.
//
// Use it to do without a search for the rate, with a schedule that falls to 0.
//
// Source: Mishchenko and Defazio, "Prodigy: An Expeditiously Adaptive
// Parameter-Free Learner", ICML 2024, arXiv:2306.06101, algorithm 4; n, the
// names and the defaults are those of the authors' program.
type Prodigy struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the second moment, in [0, 1)
	Eps   float64 `json:"eps"`   // ε, added outside of the root, > 0
	// d₀, the first estimate, > 0
	D0             float64 `json:"d0" usage:"first estimate of the distance to the solution" range:"(0, ∞)"`
	Coef           float64 `json:"d_coef" usage:"factor of the estimated distance" range:"(0, ∞)"`
	Lambda         float64 `json:"weight_decay"` // λ, weight decay per unit of dη, ≥ 0
	BiasCorrection bool    `json:"bias_correction" usage:"correct the moments for their start at 0"`
	Safeguard      bool    `json:"safeguard" usage:"keep the estimate safe from small rates at the start"`
}

// NewProdigy returns Prodigy with β₁ = 0.9, β₂ = 0.999, ε = 1e-8, d₀ = 1e-6, a
// factor of 1 and λ = 0.
func NewProdigy() Prodigy { return Prodigy{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, D0: 1e-6, Coef: 1} }

func (Prodigy) Name() string         { return "prodigy" }
func (Prodigy) DefaultRate() float64 { return 1 }

// DecayInside implements [InnerDecay].
func (Prodigy) DecayInside() bool { return true }

func (o Prodigy) Validate() error {
	c := (&check{rule: "Prodigy"}).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2).eps("Eps", o.Eps)
	c.want(o.D0 > 0 && !math.IsInf(o.D0, 1), "D0", o.D0, "must be a small positive number, such as 1e-6")
	c.want(o.Coef > 0 && !math.IsInf(o.Coef, 1), "Coef", o.Coef, "must be a positive number, such as 1")
	return c.atLeast0("Lambda", o.Lambda).err
}

func (o Prodigy) Update(p *Param) graph.Tensor { return alone(o, p) }

// UpdateAll implements [JointRule].
func (o Prodigy) UpdateAll(params []*Param) []graph.Tensor {
	p := params[0]
	d, n := p.Shared("d", o.D0), p.Shared("n", 0)
	step := d
	if o.BiasCorrection {
		step = d.Mul(p.Scalar("correction", func(t int) float64 { return math.Sqrt(1/debias(o.Beta2, t)) * debias(o.Beta1, t) }))
	}
	weight := d.Div(p.Hyper("d0", o.D0)).Mul(step.Mul(p.Rate()))
	var dot, length graph.Tensor // Σg(θ₀-θ) and Σ|s|
	for i, p := range params {
		along, size := o.gather(p, d, weight)
		if i == 0 {
			dot, length = along, size
		} else {
			dot, length = dot.Add(along), length.Add(size)
		}
	}
	n = n.Mul(p.Hyper("root beta2", math.Sqrt(o.Beta2))).Add(weight.Mul(dot))
	zero := n.Const(0)
	next := d.Max(zero.Less(length).Select(n.Mul(p.Hyper("d_coef", o.Coef)).Div(length), zero))
	p.SetShared("n", n)
	p.SetShared("d", next)
	us := make([]graph.Tensor, len(params))
	for i, p := range params {
		denominator := p.slot("v").next.Sqrt().Add(next.Mul(p.Hyper("eps", o.Eps)))
		us[i] = p.decayed(p.slot("m").next.Div(denominator), o.Lambda).Mul(step)
	}
	return us
}

// gather sets m, v and s of one parameter and returns its part of the sums.
func (o Prodigy) gather(p *Param, d, weight graph.Tensor) (dot, length graph.Tensor) {
	if o.Safeguard {
		weight = d.Div(p.Hyper("d0", o.D0)).Mul(d)
	}
	p.EMA("m", o.Beta1, p.Grad.Mul(d))
	p.EMA("v", o.Beta2, p.Grad.Mul(d).Square())
	s := p.State("s", 0).Mul(p.Hyper("root beta2", math.Sqrt(o.Beta2))).Add(p.Grad.Mul(weight))
	p.Set("s", s)
	return p.Grad.Mul(p.Copy("start").Sub(p.Value)).Sum(), s.Abs().Sum()
}
