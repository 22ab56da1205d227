package optim

import (
	"math"

	"descent/graph"
)

// Muon moves a hidden layer's matrix by its momentum with all singular values
// made nearly equal:
//
//	b ← μb + (1-μ)g
//	G = (1-μ)g + μb               b itself without Nesterov
//	u = √max(1, out/in)·orthogonal(G) + λθ
//
// orthogonal divides by ‖G‖ + 1e-7 and then does, 5 times,
//
//	X ← aX + (bA + cA²)X    A = XXᵀ    (a, b, c) = (3.4445, -4.7750, 2.0315)
//
// which takes singular values to between 0.7 and 1.2 or so. in and out are the
// sides of the matrix; a kernel is one of its last axis and of all others
// together. With MatchAdam the factor is 0.2·√max(out, in), which makes the
// steps as large as Adam's, so that its rates fit; set AdamRate to 1 then.
//
// What is not [Param].Hidden, that is the first and the last weight of the
// network in the order of declaration, embeddings, biases and norms, goes by
// [AdamW] with AdamRate·η. A network of two weights has no hidden one. For
// [Apply], a [State] with a Shape of two axes or more is hidden, and a vector
// is not.
//
// Use it for networks of large matrices, where it needs fewer updates than
// AdamW and half of its memory for them; a step costs fifteen products of
// matrices more.
//
// Source: Jordan et al., "Muon: An optimizer for hidden layers in neural
// networks", 2024; MatchAdam is from Liu et al., "Muon is Scalable for LLM
// Training", 2025, arXiv:2502.16982.
type Muon struct {
	Mu        float64 `json:"momentum"` // μ, in [0, 1)
	Nesterov  bool    `json:"nesterov" usage:"look ahead"`
	MatchAdam bool    `json:"match_adam" usage:"take steps as large as those of adam; set adam_rate to 1 then"`
	AdamRate  float64 `json:"adam_rate" usage:"rate of what is no hidden matrix, per unit of η" range:"(0, ∞)"`
	Beta1     float64 `json:"beta1"`        // AdamW's β₁, in [0, 1)
	Beta2     float64 `json:"beta2"`        // AdamW's β₂, in [0, 1)
	Eps       float64 `json:"eps"`          // AdamW's ε, added outside of the root, > 0
	Lambda    float64 `json:"weight_decay"` // λ, weight decay per unit of η of both, ≥ 0
}

// NewMuon returns Muon with μ = 0.95, Nesterov, and AdamW at 0.015 of the rate
// with β₁ = 0.9, β₂ = 0.95, ε = 1e-10; λ = 0.
func NewMuon() Muon {
	return Muon{Mu: 0.95, Nesterov: true, AdamRate: 0.015, Beta1: 0.9, Beta2: 0.95, Eps: 1e-10}
}

func (Muon) Name() string         { return "muon" }
func (Muon) DefaultRate() float64 { return 0.02 }
func (o Muon) Validate() error {
	c := (&check{rule: "Muon"}).decay("Mu", o.Mu).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2).eps("Eps", o.Eps)
	c.want(o.AdamRate > 0 && !math.IsInf(o.AdamRate, 1), "AdamRate", o.AdamRate, "must be a positive number, such as 0.015")
	return c.atLeast0("Lambda", o.Lambda).err
}

func (o Muon) Update(p *Param) graph.Tensor {
	if !p.Hidden {
		u := Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p)
		return p.decayed(u.Mul(p.Hyper("adam_rate", o.AdamRate)), o.Lambda)
	}
	b := p.EMA("b", o.Mu, p.Grad)
	if o.Nesterov {
		b = p.Grad.Mul(p.Hyper("1-momentum", 1-o.Mu)).Add(b.Mul(p.Hyper("momentum", o.Mu)))
	}
	x := matrix(b)
	in, out := float64(x.Dim(0)), float64(x.Dim(1))
	factor := math.Sqrt(max(1, out/in))
	if o.MatchAdam {
		factor = 0.2 * math.Sqrt(max(out, in))
	}
	u := orthogonal(p, x).Mul(p.Hyper(sized("factor", x), factor))
	return p.decayed(u.Reshape(p.Value.Type().Dims()...), o.Lambda)
}

// orthogonal is X after 5 iterations, from the side that has the smaller A.
func orthogonal(p *Param, x graph.Tensor) graph.Tensor {
	a, b, c := p.Hyper("a", 3.4445), p.Hyper("b", -4.7750), p.Hyper("c", 2.0315)
	x = x.Div(norm(x).Add(p.Hyper("least norm", 1e-7)))
	wide := x.Dim(0) <= x.Dim(1)
	for range 5 {
		t := x.Transpose(1, 0)
		if wide {
			square := x.MatMul(t)
			x = x.Mul(a).Add(square.Mul(b).Add(square.MatMul(square).Mul(c)).MatMul(x))
		} else {
			square := t.MatMul(x)
			x = x.Mul(a).Add(x.MatMul(square.Mul(b).Add(square.MatMul(square).Mul(c))))
		}
	}
	return x
}
