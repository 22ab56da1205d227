package optim

import "descent/graph"

// FTRL follows the regularized leader: the weights are, at each update, those
// that would have been best against the gradients so far, with a penalty that
// makes weights exactly 0 and ones that keep them near where they were:
//
//	n ← n + g²                      n₀ = Initial
//	q = (β + nᵖ)/η                  1/q is the rate of an element; p = Power
//	z ← z + g - (q - q₋)θ           q₋ that of the update before, 0 at t = 1
//	θ ← (λ₁sign(z) - z)/(q + λ₂)    0 where |z| ≤ λ₁
//
// With p = ½ and no penalties it is [AdaGrad] with ε = β, at any rate. The penalties, λ₁Σ|θ|
// and ½λ₂Σθ², are those of the whole run and not of one update; λ₂ is twice the
// l2 of TensorFlow and Keras. They hold for weights ([Param].Decays). With p
// another power than ½ the rates fall faster or slower; TensorFlow's is -p, and
// 0 is a constant rate. q₋ = 0 at first, and again behind a rate of 0, holds the
// weights where they are: with θ₀ = 0 and η constant it is algorithm 1 of the
// paper to the letter. The state keeps ηz for z.
//
// Use it for linear models over many sparse features, where λ₁ leaves few
// weights that are not 0.
//
// Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD
// 2013, algorithm 1; p is TensorFlow's.
type FTRL struct {
	Beta    float64 `json:"beta" usage:"β, added to the root of the sum of squares" range:"[0, ∞)"`
	Lambda1 float64 `json:"lambda1" usage:"λ₁ of the penalty λ₁Σ|w| over the run, which makes weights 0" range:"[0, ∞)"`
	Lambda2 float64 `json:"lambda2" usage:"λ₂ of the penalty ½λ₂Σw² over the run" range:"[0, ∞)"`
	// p, ½ in the paper
	Power   float64 `json:"rate_power" usage:"power of the sum of squares that the rate of an element falls with" range:"[0, ∞)"`
	Initial float64 `json:"initial_accumulator"` // n₀, ≥ 0; β or it must be more than 0
}

// NewFTRL returns FTRL with β = 1, p = ½, n₀ = 0 and no penalties.
func NewFTRL() FTRL { return FTRL{Beta: 1, Power: 0.5} }

func (FTRL) Name() string         { return "ftrl" }
func (FTRL) DefaultRate() float64 { return 0.1 }
func (o FTRL) Validate() error {
	c := (&check{rule: "FTRL"}).atLeast0("Beta", o.Beta).atLeast0("Lambda1", o.Lambda1).atLeast0("Lambda2", o.Lambda2)
	c.atLeast0("Power", o.Power).atLeast0("Initial", o.Initial)
	return c.want(o.Beta+o.Initial > 0, "Beta", o.Beta, "must be a positive number where Initial is 0, as without gradients a rate would be 1/0").err
}

func (o FTRL) Update(p *Param) graph.Tensor {
	p.Set("n", p.State("n", o.Initial).Add(p.Grad.Square()))
	return p.Grad
}

// Move implements [IterateRule]. Its q and z are those of the formula times η.
func (o FTRL) Move(p *Param, step graph.Tensor) graph.Tensor {
	zero, beta := step.Const(0), p.Hyper("beta", o.Beta)
	before := p.Shared("rate", 0)
	p.SetShared("rate", p.Rate())
	ratio := zero.Less(before).Select(p.Rate().Div(before), zero)
	q := o.power(p, p.slot("n").next).Add(beta)
	less := o.power(p, p.State("n", o.Initial)).Add(beta).Mul(ratio)
	z := p.State("z", 0).Mul(ratio).Add(step).Sub(q.Sub(less).Mul(p.Value))
	p.Set("z", z)
	to := z.Neg()
	if o.Lambda1 != 0 && p.Decays {
		to = shrink(to, p.Hyper("lambda1", o.Lambda1).Mul(p.rate).BroadcastTo(to.Type()))
	}
	if o.Lambda2 != 0 && p.Decays {
		q = q.Add(p.Hyper("lambda2", o.Lambda2).Mul(p.rate))
	}
	return to.Div(q)
}

// Evaluated implements [IterateRule].
func (FTRL) Evaluated() string { return "" }

// power is nᵖ.
func (o FTRL) power(p *Param, n graph.Tensor) graph.Tensor {
	switch o.Power {
	case 0:
		return n.Const(1)
	case 0.5:
		return n.Sqrt()
	}
	// A number that no schedule drives, as √n has other bits. Of 0 it is exp(-∞).
	power := p.Scalar("rate_power", func(int) float64 { return o.Power })
	return n.Log().Mul(power).Exp()
}
