package optim

import (
	"math"

	"descent/graph"
)

// Shampoo takes the correlations between rows and between columns of the
// gradient out of it, for a matrix G of [in, out]:
//
//	L ← β₂L + (1-β₂)GGᵀ    A = (L + ελ)^-¼    λ the largest eigenvalue
//	R ← β₂R + (1-β₂)GᵀG    B = (R + ελ)^-¼
//	m ← β₁m + (1-β₁)G
//	u = AmB·‖a‖/‖AmB‖      a the direction of [Adam]
//
// The length is Adam's: it is grafted, so that Adam's rates fit. A and B are
// made anew after the first update and after every Every-th; the first update
// is Adam's. A kernel is a matrix of its last axis and of all others together.
// A side longer than MaxDim is left out, and the root of the other is -½ then.
// Vectors, and matrices with two long sides, go by Adam.
//
// MaxDim is 512 where the paper has 1024: the eigenvectors are computed by
// plain Go, in about a second for 512.
//
// Use it to compare with [SOAP], which needs less tuning of how often its
// bases are made anew.
//
// Source: Anil et al., "Scalable Second Order Optimization for Deep Learning",
// 2020, arXiv:2002.09018, algorithm 1; sums there are averages here, and
// the grafted rule is Adam in place of AdaGrad.
type Shampoo struct {
	Beta1 float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2 float64 `json:"beta2"` // β₂, decay of L, R and Adam's second moment, in [0, 1)
	Eps   float64 `json:"eps"`   // ε of Adam, added outside of the root, > 0
	// ε, added to eigenvalues as part of the largest, > 0
	Ridge  float64 `json:"ridge" usage:"part of the largest eigenvalue that is added to all" range:"(0, ∞)"`
	Every  float64 `json:"every"`        // updates between new A and B, at least 1
	MaxDim float64 `json:"max_dim"`      // longest side, at least 1
	Lambda float64 `json:"weight_decay"` // λ, weight decay per unit of η, ≥ 0
}

// NewShampoo returns Shampoo with β₁ = 0.9, β₂ = 0.999, ε = 1e-8, a ridge of
// 1e-6, roots every 10 updates of sides up to 512, and λ = 0.
func NewShampoo() Shampoo {
	return Shampoo{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Ridge: 1e-6, Every: 10, MaxDim: 512}
}

func (Shampoo) Name() string         { return "shampoo" }
func (Shampoo) DefaultRate() float64 { return 0.001 }
func (o Shampoo) Validate() error {
	c := (&check{rule: "Shampoo"}).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2).eps("Eps", o.Eps)
	c.want(o.Ridge > 0 && o.Ridge < 1, "Ridge", o.Ridge, "must be a small positive number, such as 1e-6")
	return c.every("Every", o.Every).every("MaxDim", o.MaxDim).atLeast0("Lambda", o.Lambda).err
}

func (o Shampoo) Update(p *Param) graph.Tensor {
	a := Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p)
	if a.Type().Rank() < 2 {
		return p.decayed(a, o.Lambda)
	}
	g := matrix(p.Grad)
	s := sidesOf(g, o.MaxDim)
	if !s.left && !s.right {
		return p.decayed(a, o.Lambda)
	}
	s.keep(p, g, o.Beta2)
	u := s.apply(p, matrix(p.slot("m").next), false, false).Reshape(p.Value.Type().Dims()...)
	later := p.Scalar("later", func(t int) float64 { return float64(min(t-1, 1)) })
	u = later.Select(u.Mul(trust(a, u, a.Const(1))), a)
	due := func(t int) bool { return t == 1 || t%int(o.Every) == 0 }
	root := 1
	if s.left && s.right {
		root = 2
	}
	for _, side := range []struct {
		kept bool
		n    int
		from string
		to   string
	}{{s.left, s.rows, "L", "A"}, {s.right, s.columns, "R", "B"}} {
		if side.kept {
			p.After(due, func(m [][]float64) { power(m[1], m[0], side.n, o.Ridge, root) }, side.from, side.to)
		}
	}
	return p.decayed(u, o.Lambda)
}

// every wants v ≥ 1, a number of updates or of rows.
func (c *check) every(field string, v float64) *check {
	return c.want(v >= 1 && !math.IsInf(v, 1), field, v, "must be at least 1")
}
