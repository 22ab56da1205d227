package optim

import "descent/graph"

// AdamW is [Adam] with decoupled weight decay:
//
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)g²    v̂ = v/(1-β₂ᵗ)
//	u = m̂/(√v̂ + ε) + λθ
//
// λ is multiplied by η, as in PyTorch and optax; the paper keeps it apart. θ
// is the value before the update. Only weights decay, not biases nor the
// parameters of norms ([Param].Decays); PyTorch decays all that it is given.
// [Adam] with [Config].WeightDecay is the same, and has Adam's switches.
//
// Use it instead of Adam whenever weights decay; it is the standard for
// transformers and long runs.
//
// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
// ICLR 2019, arXiv:1711.05101v3, algorithm 2. The default λ is PyTorch's.
type AdamW struct {
	Beta1 float64 `json:"beta1"`                // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"`                // β₂, decay of the second moment, in [0, 1)
	Eps   float64 `json:"eps" placed:"outside"` // ε, added outside of the root, > 0
	// λ, weight decay per unit of η, ≥ 0
	Lambda float64 `json:"weight_decay" usage:"λ of decay of weights" range:"[0, ∞)"`
}

// NewAdamW returns AdamW with β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and λ = 0.01.
func NewAdamW() AdamW { return AdamW{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Lambda: 0.01} }

func (AdamW) Name() string         { return "adamw" }
func (AdamW) DefaultRate() float64 { return 0.001 }

func (o AdamW) Validate() error {
	return (&check{rule: "AdamW"}).moments(o.Beta1, o.Beta2, o.Eps).atLeast0("Lambda", o.Lambda).err
}

func (o AdamW) Update(p *Param) graph.Tensor {
	return p.decayed(o.adam().Update(p), o.Lambda)
}

func (o AdamW) adam() Adam { return Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps} }
