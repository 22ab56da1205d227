package optim

import "descent/graph"

// AMSGrad is [Adam] that divides by the largest mean square so far, so that
// the effective rate never rises again:
//
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)g²
//	n ← max(n, v)         n̂ = n/(1-β₂ᵗ)
//	u = m̂/(√n̂ + ε)
//
// The largest is taken of v as it is and corrected afterwards, as in PyTorch
// and Keras; optax takes it of the corrected v̂, which is largest at the
// start. The paper corrects nothing.
//
// Use it where Adam diverges late in a run; elsewhere it is no better.
//
// Source: Reddi, Kale, Kumar, "On the Convergence of Adam and Beyond", ICLR
// 2018, arXiv:1904.09237, algorithm 2.
type AMSGrad struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of the second moment, in [0, 1)
	Eps   float64 `json:"eps"`   // ε, added outside of the root, > 0
}

// NewAMSGrad returns AMSGrad with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
func NewAMSGrad() AMSGrad { return AMSGrad{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

func (AMSGrad) Name() string         { return "amsgrad" }
func (AMSGrad) DefaultRate() float64 { return 0.001 }

func (o AMSGrad) Validate() error {
	return (&check{rule: "AMSGrad"}).moments(o.Beta1, o.Beta2, o.Eps).err
}

func (o AMSGrad) Update(p *Param) graph.Tensor {
	m := p.EMA("m", o.Beta1, p.Grad)
	v := p.EMA("v", o.Beta2, p.Grad.Square())
	n := p.largest(v)
	return p.Debias(m, o.Beta1).Div(p.Debias(n, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
}
