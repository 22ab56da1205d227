package optim

import "descent/graph"

// LAMB is [AdamW] with a step as long as the parameter it moves, for large
// batches:
//
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)g²    v̂ = v/(1-β₂ᵗ)
//	r = m̂/(√v̂ + ε) + λθ
//	u = r·‖θ‖/‖r‖    u = r where either norm is 0
//
// Norms are over one parameter, a weight matrix say. Those that do not decay
// ([Param].Decays), biases and the parameters of norms, take r itself. The
// paper's φ, which may limit ‖θ‖, is the identity.
//
// Use it for batches of thousands of rows, where Adam at a rate raised with
// the batch diverges.
//
// Source: You et al., "Large Batch Optimization for Deep Learning: Training
// BERT in 76 minutes", ICLR 2020, arXiv:1904.00962, algorithm 2.
type LAMB struct {
	Beta1  float64 `json:"beta1"`        // β₁, decay of the first moment, in [0, 1)
	Beta2  float64 `json:"beta2"`        // β₂, decay of the second moment, in [0, 1)
	Eps    float64 `json:"eps"`          // ε, added outside of the root, > 0
	Lambda float64 `json:"weight_decay"` // λ, weight decay per unit of η, ≥ 0
}

// NewLAMB returns LAMB with β₁ = 0.9, β₂ = 0.999, ε = 1e-6 and λ = 0.01.
func NewLAMB() LAMB { return LAMB{Beta1: 0.9, Beta2: 0.999, Eps: 1e-6, Lambda: 0.01} }

func (LAMB) Name() string         { return "lamb" }
func (LAMB) DefaultRate() float64 { return 0.001 }

// DecayInside implements [InnerDecay].
func (LAMB) DecayInside() bool { return true }

func (o LAMB) Validate() error {
	return (&check{rule: "LAMB"}).moments(o.Beta1, o.Beta2, o.Eps).atLeast0("Lambda", o.Lambda).err
}

func (o LAMB) Update(p *Param) graph.Tensor {
	r := p.decayed(Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p), o.Lambda)
	if !p.Decays {
		return r
	}
	return r.Mul(trust(p.Value, r, p.Value.Graph().Const(1)))
}
