package optim

import (
	"math"

	"descent/graph"
)

// Adam is momentum over RMSProp, both corrected for their start at 0:
//
//	m ← β₁m + (1-β₁)g     m̂ = m/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)g²    v̂ = v/(1-β₂ᵗ)
//	u = m̂/(√v̂ + ε)
//
// ε is added to the root of the corrected v̂, as in algorithm 1 of the paper
// and in PyTorch; TensorFlow's ε̂ is added to the root of v.
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
	Eps   float64 `json:"eps"` // ε, added outside of the root, > 0
}

// NewAdam returns Adam with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
func NewAdam() Adam { return Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

func (Adam) Name() string         { return "adam" }
func (Adam) DefaultRate() float64 { return 0.001 }
func (o Adam) Validate() error    { return o.check("Adam") }

func (o Adam) check(rule string) error {
	c := &check{rule: rule}
	return c.decay("Beta1", o.Beta1).decay("Beta2", o.Beta2).eps("Eps", o.Eps).err
}

func (o Adam) Update(p *Param) graph.Tensor {
	m := p.EMA("m", o.Beta1, p.Grad)
	v := p.EMA("v", o.Beta2, p.Grad.Square())
	return p.Debias(m, o.Beta1).Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
}

// debias is 1/(1-βᵗ).
func debias(beta float64, t int) float64 {
	return -1 / math.Expm1(float64(t)*math.Log(beta))
}
