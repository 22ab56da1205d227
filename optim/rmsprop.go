package optim

import "descent/graph"

// RMSProp scales each element by a running root mean square of its gradients:
//
//	E ← ρE + (1-ρ)g²    E₀ = 0
//	u = g/√(E + ε)
//	u = g/(√E + ε)    with EpsOutside
//
// ε inside of the root is the convention of optax and Keras; PyTorch has it
// outside. At ε = 1e-8 it hardly matters, at 1e-2 it changes steps by a quarter
// and more. E is not corrected for its start at 0, so the first step is longer
// by 1/√(1-ρ).
//
// With Centered it scales by a running standard deviation instead,
//
//	ḡ ← ρḡ + (1-ρ)g
//	E - ḡ² in place of E, at least 0
//
// which rounding makes negative where gradients hardly change: PyTorch's is
// then NaN. With Momentum = μ > 0 the direction gathers speed, b ← μb + u and
// u = b, outside of the rate as in PyTorch; optax and Keras keep the rate in b.
//
// Use it for recurrent networks and gradients that change with time, where
// momentum does harm.
//
// Source: Tieleman and Hinton, "Lecture 6.5, rmsprop", Neural Networks for
// Machine Learning, 2012; it gives ρ = 0.9 and no ε. Centered: Graves, "Generating Sequences With
// Recurrent Neural Networks", 2013, arXiv:1308.0850, equations 38 to 41.
type RMSProp struct {
	Rho        float64 `json:"rho"` // ρ, decay of the mean square, in [0, 1)
	Eps        float64 `json:"eps"` // ε, > 0
	EpsOutside bool    `json:"eps_outside" usage:"add ε to the root, not under it"`
	Centered   bool    `json:"centered" usage:"divide by the standard deviation of gradients"`
	Momentum   float64 `json:"momentum"` // μ, in [0, 1); 0 is none
}

// NewRMSProp returns RMSProp with ρ = 0.9 and ε = 1e-8, inside of the root.
func NewRMSProp() RMSProp { return RMSProp{Rho: 0.9, Eps: 1e-8} }

func (RMSProp) Name() string         { return "rmsprop" }
func (RMSProp) DefaultRate() float64 { return 0.001 }
func (o RMSProp) Validate() error {
	return (&check{rule: "RMSProp"}).decay("Rho", o.Rho).eps("Eps", o.Eps).decay("Momentum", o.Momentum).err
}

func (o RMSProp) Update(p *Param) graph.Tensor {
	e := p.EMA("E", o.Rho, p.Grad.Square())
	if o.Centered {
		mean := p.EMA("mean", o.Rho, p.Grad)
		e = e.Sub(mean.Square()).Max(mean.Const(0))
	}
	u := p.Grad.Div(root(e, p.Hyper("eps", o.Eps), !o.EpsOutside))
	if o.Momentum == 0 {
		return u
	}
	b := p.State("b", 0).Mul(p.Hyper("momentum", o.Momentum)).Add(u)
	p.Set("b", b)
	return b
}
