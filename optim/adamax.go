package optim

import "descent/graph"

// AdaMax is [Adam] with the infinity norm in place of the root mean square:
//
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	n ← max(β₂n, |g|)
//	u = m̂/(n + ε)
//
// n needs no correction. The paper has no ε; it is added to n, as in Keras
// and optax, where PyTorch adds it to |g|.
//
// Use it for gradients with rare large values, such as those of embeddings.
//
// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR
// 2015, arXiv:1412.6980v9, algorithm 2.
type AdaMax struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the norm, in [0, 1)
	Eps   float64 `json:"eps"`   // ε, added to the norm, > 0
}

// NewAdaMax returns AdaMax with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
func NewAdaMax() AdaMax { return AdaMax{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

func (AdaMax) Name() string         { return "adamax" }
func (AdaMax) DefaultRate() float64 { return 0.002 }

func (o AdaMax) Validate() error {
	return (&check{rule: "AdaMax"}).moments(o.Beta1, o.Beta2, o.Eps).err
}

func (o AdaMax) Update(p *Param) graph.Tensor {
	m := p.EMA("m", o.Beta1, p.Grad)
	n := p.State("n", 0).Mul(p.Hyper("beta2", o.Beta2)).Max(p.Grad.Abs())
	p.Set("n", n)
	return p.Debias(m, o.Beta1).Div(n.Add(p.Hyper("eps", o.Eps)))
}
