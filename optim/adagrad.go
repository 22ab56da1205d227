package optim

import "descent/graph"

// AdaGrad scales each element by the length of all its gradients:
//
//	G ← G + g²    G₀ = Initial
//	u = g/(√G + ε)
//	u = g/√(G + ε)    with EpsInside
//
// ε outside of the root is the convention of the paper, where it is δ, and of
// PyTorch; inside is that of optax and Keras, which also start G at 0.1: that
// shortens the steps of elements whose gradients have been small so far.
// PyTorch's lr_decay of k is the schedule "invtime:decay=k".
//
// Use it for sparse features, embeddings above all, and for short runs: its
// steps shrink for ever.
//
// Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online
// Learning and Stochastic Optimization", JMLR 12, 2011.
type AdaGrad struct {
	// ε, > 0
	Eps       float64 `json:"eps" usage:"ε" range:"(0, ∞)"`
	EpsInside bool    `json:"eps_inside" usage:"add ε under the root"`
	Initial   float64 `json:"initial_accumulator" usage:"what sums of squares start at" range:"[0, ∞)"`
}

// NewAdaGrad returns AdaGrad with ε = 1e-10, outside of the root, and sums that
// start at 0.
func NewAdaGrad() AdaGrad { return AdaGrad{Eps: 1e-10} }

func (AdaGrad) Name() string         { return "adagrad" }
func (AdaGrad) DefaultRate() float64 { return 0.01 }
func (o AdaGrad) Validate() error {
	return (&check{rule: "AdaGrad"}).eps("Eps", o.Eps).atLeast0("Initial", o.Initial).err
}

func (o AdaGrad) Update(p *Param) graph.Tensor {
	sum := p.State("G", o.Initial).Add(p.Grad.Square())
	p.Set("G", sum)
	return p.Grad.Div(root(sum, p.Hyper("eps", o.Eps), o.EpsInside))
}
