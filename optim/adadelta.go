package optim

import "descent/graph"

// AdaDelta gives each element the ratio of two running root mean squares, of
// its past steps and of its gradients, so that a step has the unit of θ:
//
//	v ← ρv + (1-ρ)g²
//	u = g·√(D + ε)/√(v + ε)
//	D ← ρD + (1-ρ)u²    D₀ = v₀ = 0
//
// The rate is 1 in the paper, which has none; D holds u without it, as in
// PyTorch. Steps begin at about √ε·|g|/√v and take long to grow.
//
// Use it to see how far a rule without a rate gets; later rules do better.
//
// Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012,
// arXiv:1212.5701, algorithm 1. Equal to PyTorch's; Keras has ρ = 0.95.
type AdaDelta struct {
	// ρ, decay of both mean squares, in [0, 1)
	Rho float64 `json:"rho" usage:"ρ" range:"[0, 1)"`
	Eps float64 `json:"eps"` // ε, under both roots, > 0
}

// NewAdaDelta returns AdaDelta with ρ = 0.9 and ε = 1e-6.
func NewAdaDelta() AdaDelta { return AdaDelta{Rho: 0.9, Eps: 1e-6} }

func (AdaDelta) Name() string         { return "adadelta" }
func (AdaDelta) DefaultRate() float64 { return 1 }
func (o AdaDelta) Validate() error {
	return (&check{rule: "AdaDelta"}).decay("Rho", o.Rho).eps("Eps", o.Eps).err
}

func (o AdaDelta) Update(p *Param) graph.Tensor {
	eps := p.Hyper("eps", o.Eps)
	v := p.EMA("v", o.Rho, p.Grad.Square())
	u := p.Grad.Mul(p.State("D", 0).Add(eps).Sqrt()).Div(v.Add(eps).Sqrt())
	p.EMA("D", o.Rho, u.Square())
	return u
}
