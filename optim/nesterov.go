package optim

import "descent/graph"

// Nesterov is momentum that looks ahead:
//
//	b ← μb + g    b₀ = 0
//	u = g + μb
//
// with the new b. This is Nesterov's method written in the point where the
// gradient is taken, as in PyTorch and optax, so that no second copy of the
// parameters is kept. The gradient is not damped and the rate stays outside
// of b, as in [Momentum].
//
// Use it where [Momentum] is used; it swings less at the same μ.
//
// Source: Sutskever, Martens, Dahl, Hinton, "On the importance of
// initialization and momentum in deep learning", ICML 2013; the change of
// variable is in Bengio, Boulanger-Lewandowski, Pascanu, "Advances in
// optimizing recurrent networks", ICASSP 2013, arXiv:1212.0901, section 3.5.
type Nesterov struct {
	Mu float64 `json:"momentum"` // μ, in [0, 1); 0 is gradient descent
}

// NewNesterov returns Nesterov's momentum with μ = 0.9.
func NewNesterov() Nesterov { return Nesterov{Mu: 0.9} }

func (Nesterov) Name() string         { return "nesterov" }
func (Nesterov) DefaultRate() float64 { return 0.01 }
func (o Nesterov) Validate() error    { return (&check{rule: "Nesterov"}).decay("Mu", o.Mu).err }

func (o Nesterov) Update(p *Param) graph.Tensor {
	return velocity(p, o.Mu).Mul(p.Hyper("momentum", o.Mu)).Add(p.Grad)
}
