package optim

import "descent/graph"

// Adam is momentum over RMSProp, both corrected for their start at 0:
//
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)g²    v̂ = v/(1-β₂ᵗ)
//	u = m̂/(√v̂ + ε)
//	u = m·√(1-β₂ᵗ)/(1-β₁ᵗ)/(√v + ε)    with EpsHat
//	u = m/(√v + ε)                     with Uncorrected
//
// ε is added to the root of the corrected v̂, as in algorithm 1 of the paper
// and in PyTorch. EpsHat adds it to that of v as it is, where it weighs more in
// the first updates: the ε̂ of the end of section 2 of the paper, of TensorFlow
// and of Keras, whose default is 1e-7. Uncorrected takes both averages as they
// are, so that first steps are up to (1-β₁)/√(1-β₂) times as long, three times
// at the defaults.
//
// Use it first. It trains most networks at its defaults, and finds a rate
// within a factor of three of the best good enough.
//
// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR
// 2015, arXiv:1412.6980v9, algorithm 1.
type Adam struct {
	// β₁, decay of the first moment, in [0, 1)
	Beta1 float64 `json:"beta1" usage:"β₁" range:"[0, 1)"`
	// β₂, decay of the second moment, in [0, 1)
	Beta2 float64 `json:"beta2" usage:"β₂" range:"[0, 1)"`
	Eps   float64 `json:"eps" placed:"outside"` // ε, added outside of the root, > 0

	EpsHat      bool `json:"eps_hat" usage:"add ε to the root of the mean square as it is before its correction, as TensorFlow and Keras do"`
	Uncorrected bool `json:"uncorrected" usage:"take averages as they are, not corrected for their start at 0"`
}

// NewAdam returns Adam with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
func NewAdam() Adam { return Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

func (Adam) Name() string         { return "adam" }
func (Adam) DefaultRate() float64 { return 0.001 }
func (o Adam) Validate() error {
	return (&check{rule: "Adam"}).moments(o.Beta1, o.Beta2, o.Eps).err
}

func (o Adam) Update(p *Param) graph.Tensor {
	m := p.EMA("m", o.Beta1, p.Grad)
	v := p.EMA("v", o.Beta2, p.Grad.Square())
	eps := p.Hyper("eps", o.Eps)
	switch {
	case o.Uncorrected:
		return m.Div(v.Sqrt().Add(eps))
	case o.EpsHat:
		return p.Debias(m, o.Beta1).Mul(p.rootBias(o.Beta2)).Div(v.Sqrt().Add(eps))
	}
	return p.Debias(m, o.Beta1).Div(p.Debias(v, o.Beta2).Sqrt().Add(eps))
}
