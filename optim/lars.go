package optim

import (
	"math"

	"descent/graph"
)

// LARS is momentum with a step in proportion to the length of the parameter
// it moves, for large batches:
//
//	d = g + λθ
//	b ← μb + d·κ‖θ‖/‖d‖    b₀ = 0; d itself where either norm is 0
//	u = b
//
// Norms are over one parameter, a weight matrix say. For those that do not
// decay ([Param].Decays), biases and the parameters of norms, it is
// [Momentum]. ‖d‖ is that of optax; the paper has ‖g‖ + λ‖θ‖, which is never
// less. The rate stays outside of b.
//
// Use it for convolutional networks trained with batches of thousands of rows.
//
// Source: You, Gitman, Ginsburg, "Large Batch Training of Convolutional
// Networks", 2017, arXiv:1708.03888, algorithm 1.
type LARS struct {
	Mu     float64 `json:"momentum"` // μ, in [0, 1)
	Trust  float64 `json:"trust" usage:"κ, length of a step per unit of rate and norm" range:"(0, ∞)"`
	Lambda float64 `json:"weight_decay"` // λ, weight decay inside of d, ≥ 0
}

// NewLARS returns LARS with μ = 0.9, κ = 0.001 and λ = 0.0005.
func NewLARS() LARS { return LARS{Mu: 0.9, Trust: 0.001, Lambda: 0.0005} }

func (LARS) Name() string         { return "lars" }
func (LARS) DefaultRate() float64 { return 1 }

// DecayInside implements [InnerDecay].
func (LARS) DecayInside() bool { return true }

func (o LARS) Validate() error {
	c := (&check{rule: "LARS"}).decay("Mu", o.Mu)
	c.want(o.Trust > 0 && !math.IsInf(o.Trust, 1), "Trust", o.Trust, "must be a positive number, such as 0.001")
	return c.atLeast0("Lambda", o.Lambda).err
}

func (o LARS) Update(p *Param) graph.Tensor {
	d := p.decayed(p.Grad, o.Lambda)
	if p.Decays {
		d = d.Mul(trust(p.Value, d, p.Hyper("trust", o.Trust)))
	}
	b := p.State("b", 0).Mul(p.Hyper("momentum", o.Mu)).Add(d)
	p.Set("b", b)
	return b
}
