package optim

import "descent/graph"

// NovoGrad is momentum over gradients that each parameter divides by their
// length, as a whole:
//
//	v ← β₂v + (1-β₂)‖g‖²            v = ‖g‖² at t = 1
//	m ← β₁m + g/(√v + ε) + λθ       m₀ = 0
//	u = m
//
// The norm is over one parameter, a weight matrix say, so that v is one
// number. m is a sum and not an average, as in the paper: at a constant
// gradient steps grow to 1/(1-β₁) of the first.
//
// Use it for large networks and large batches where memory is short: it keeps
// half of Adam's state, and its paper finds it as robust to the rate.
//
// Source: Ginsburg et al., "Stochastic Gradient Methods with Layer-wise
// Adaptive Moments for Training of Deep Networks", 2019, arXiv:1905.11286,
// algorithm 1.
type NovoGrad struct {
	Beta1  float64 `json:"beta1"`        // β₁, decay of the sum of steps, in [0, 1)
	Beta2  float64 `json:"beta2"`        // β₂, decay of the squared norm, in [0, 1)
	Eps    float64 `json:"eps"`          // ε, added outside of the root, > 0
	Lambda float64 `json:"weight_decay"` // λ, weight decay inside of m, ≥ 0
}

// NewNovoGrad returns NovoGrad with β₁ = 0.95, β₂ = 0.98, ε = 1e-8 and λ = 0.
func NewNovoGrad() NovoGrad { return NovoGrad{Beta1: 0.95, Beta2: 0.98, Eps: 1e-8} }

func (NovoGrad) Name() string         { return "novograd" }
func (NovoGrad) DefaultRate() float64 { return 0.01 }
func (o NovoGrad) Validate() error {
	return (&check{rule: "NovoGrad"}).moments(o.Beta1, o.Beta2, o.Eps).atLeast0("Lambda", o.Lambda).err
}

// DecayInside implements [InnerDecay].
func (NovoGrad) DecayInside() bool { return true }

func (o NovoGrad) Update(p *Param) graph.Tensor {
	d := p.decayed(p.Grad.Div(o.norm(p).Sqrt().Add(p.Hyper("eps", o.Eps))), o.Lambda)
	m := p.State("m", 0).Mul(p.Hyper("beta1", o.Beta1)).Add(d)
	p.Set("m", m)
	return m
}

// norm is v, the average of ‖g‖², of shape [].
func (o NovoGrad) norm(p *Param) graph.Tensor {
	first := p.Scalar("first", func(t int) float64 { return float64(max(2-t, 0)) })
	square := p.Grad.Square().Sum()
	old := p.StateOf("v", square.Type(), 0)
	v := first.Select(square, old.Mul(p.Hyper("beta2", o.Beta2)).Add(square.Mul(p.Hyper("1-beta2", 1-o.Beta2))))
	p.Set("v", v)
	return v
}
