package optim

import "descent/graph"

// Momentum is gradient descent with a heavy ball:
//
//	b ← μb + g    b₀ = 0
//	u = b
//
// The gradient is not damped by 1-μ, and the rate stays outside of b, as in
// PyTorch and optax: when the rate changes, what b holds moves by the new one.
// Keras keeps the rate inside.
//
// Use it for convolutional networks with a rate that falls over the run: tuned
// well it generalizes as well as any rule, at half of Adam's memory.
//
// Source: Polyak, "Some methods of speeding up the convergence of iteration
// methods", USSR Computational Mathematics and Mathematical Physics 4, 1964.
type Momentum struct {
	// μ, in [0, 1); 0 is gradient descent
	Mu float64 `json:"momentum" usage:"μ" range:"[0, 1)"`
}

// NewMomentum returns momentum with μ = 0.9.
func NewMomentum() Momentum { return Momentum{Mu: 0.9} }

func (Momentum) Name() string         { return "momentum" }
func (Momentum) DefaultRate() float64 { return 0.01 }
func (o Momentum) Validate() error    { return (&check{rule: "Momentum"}).decay("Mu", o.Mu).err }

func (o Momentum) Update(p *Param) graph.Tensor { return velocity(p, o.Mu) }
