package optim

import "descent/graph"

// Lion steps by the sign of an average, and keeps a slower one:
//
//	u = sign(β₁m + (1-β₁)g) + λθ
//	m ← β₂m + (1-β₂)g    m₀ = 0
//
// Every element moves by η, so that the rate is 3 to 10 times less than
// Adam's. One average makes its state half of Adam's. λ is multiplied by η, as
// in the paper, and by so much larger.
//
// Use it with a rate a third to a tenth of Adam's, a decay as much larger, and
// large batches; it keeps one moment less.
//
// Source: Chen et al., "Symbolic Discovery of Optimization Algorithms",
// NeurIPS 2023, arXiv:2302.06675, program 1. λ is 0 here unless it is set.
type Lion struct {
	Beta1  float64 `json:"beta1"`        // β₁, share of the average in a step, in [0, 1)
	Beta2  float64 `json:"beta2"`        // β₂, decay of the average, in [0, 1)
	Lambda float64 `json:"weight_decay"` // λ, weight decay per unit of η, ≥ 0
}

// NewLion returns Lion with β₁ = 0.9, β₂ = 0.99 and λ = 0.
func NewLion() Lion { return Lion{Beta1: 0.9, Beta2: 0.99} }

func (Lion) Name() string         { return "lion" }
func (Lion) DefaultRate() float64 { return 1e-4 }
func (o Lion) Validate() error {
	c := (&check{rule: "Lion"}).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2)
	return c.atLeast0("Lambda", o.Lambda).err
}

func (o Lion) Update(p *Param) graph.Tensor {
	// β₁m₋ + (1-β₁)g = m + (β₁-β₂)(m₋ - g), in the form made of what is written: one pass.
	old := p.State("m", 0)
	c := p.EMA("m", o.Beta2, p.Grad).Add(old.Sub(p.Grad).Mul(p.Hyper("beta1-beta2", o.Beta1-o.Beta2)))
	return p.decayed(c.Sign(), o.Lambda)
}
