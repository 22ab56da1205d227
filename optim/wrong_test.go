package optim

import (
	"math"

	"descent/graph"
)

// The mistakes that libraries and papers' readers have made. Each is a rule
// that must not pass for the right one.

var nan, inf = math.NaN(), math.Inf(1)

// mistake is a wrong rule that takes its hyperparameters from the right one.
type mistake interface{ with(right Rule) Rule }

type base struct{}

func (base) Name() string         { return "wrong" }
func (base) Validate() error      { return nil }
func (base) DefaultRate() float64 { return 1 }

// ascent climbs.
type ascent struct{ base }

func (ascent) Update(p *Param) graph.Tensor { return p.Grad.Neg() }

// rateInside keeps η in the velocity, as Keras does.
type rateInside struct {
	base
	Mu float64
}

func (o rateInside) with(right Rule) Rule { o.Mu = right.(Momentum).Mu; return o }
func (o rateInside) Update(p *Param) graph.Tensor {
	rate := p.Value.Graph().Scalar(RateScalar, nil)
	b := p.State("b", 0).Mul(p.Hyper("mu", o.Mu)).Add(p.Grad.Mul(rate))
	p.Set("b", b)
	return b.Div(rate)
}

// dampened multiplies the gradient by 1-μ.
type dampened struct {
	base
	Mu float64
}

func (o dampened) with(right Rule) Rule         { o.Mu = right.(Momentum).Mu; return o }
func (o dampened) Update(p *Param) graph.Tensor { return p.EMA("b", o.Mu, p.Grad) }

// aheadOfOld looks ahead by the velocity before the update.
type aheadOfOld struct {
	base
	Mu float64
}

func (o aheadOfOld) with(right Rule) Rule { o.Mu = right.(Nesterov).Mu; return o }
func (o aheadOfOld) Update(p *Param) graph.Tensor {
	old := p.State("b", 0)
	velocity(p, o.Mu)
	return p.Grad.Add(old.Mul(p.Hyper("momentum", o.Mu)))
}

// aheadTwice adds the gradient to the velocity itself.
type aheadTwice struct {
	base
	Mu float64
}

func (o aheadTwice) with(right Rule) Rule { o.Mu = right.(Nesterov).Mu; return o }
func (o aheadTwice) Update(p *Param) graph.Tensor {
	return p.Grad.Mul(p.Hyper("momentum", o.Mu)).Add(velocity(p, o.Mu))
}

// otherSide has ε on the other side of the root.
type otherSide struct{ Rule }

func (o otherSide) with(right Rule) Rule {
	switch r := right.(type) {
	case AdaGrad:
		r.EpsInside = !r.EpsInside
		return r
	case RMSProp:
		r.EpsOutside = !r.EpsOutside
		return r
	}
	return right
}

// startsAt is AdaGrad whose sum starts at 0.1, as in Keras and optax.
type startsAt struct {
	base
	AdaGrad AdaGrad
}

func (o startsAt) with(right Rule) Rule { o.AdaGrad = right.(AdaGrad); return o }
func (o startsAt) Update(p *Param) graph.Tensor {
	p.State("G", 0.1)
	sum := p.State("G", 0.1).Add(p.Grad.Square())
	p.Set("G", sum)
	return p.Grad.Div(root(sum, p.Hyper("eps", o.AdaGrad.Eps), false))
}

// corrected is RMSProp with Adam's correction.
type corrected struct {
	base
	RMSProp RMSProp
}

func (o corrected) with(right Rule) Rule { o.RMSProp = right.(RMSProp); return o }
func (o corrected) Update(p *Param) graph.Tensor {
	e := p.Debias(p.EMA("E", o.RMSProp.Rho, p.Grad.Square()), o.RMSProp.Rho)
	return p.Grad.Div(root(e, p.Hyper("eps", o.RMSProp.Eps), true))
}

// adamLike is Adam with one mistake.
type adamLike struct {
	base
	Adam      Adam
	root      bool // ε under the root
	raw       bool // no correction
	rawSecond bool // no correction of v
	hat       bool // ε added to the root of the uncorrected v
	swapped   bool // β₁ and β₂ exchanged
}

func (o adamLike) with(right Rule) Rule { o.Adam = right.(Adam); return o }
func (o adamLike) Update(p *Param) graph.Tensor {
	b1, b2, eps := o.Adam.Beta1, o.Adam.Beta2, p.Hyper("eps", o.Adam.Eps)
	if o.swapped {
		b1, b2 = b2, b1
	}
	m, v := p.EMA("m", b1, p.Grad), p.EMA("v", b2, p.Grad.Square())
	if o.hat {
		bias := p.Scalar("root", func(t int) float64 { return math.Sqrt(debias(b2, t)) })
		return p.Debias(m, b1).Div(v.Sqrt().Add(eps).Mul(bias))
	}
	if !o.raw {
		m = p.Debias(m, b1)
	}
	if !o.raw && !o.rawSecond {
		v = p.Debias(v, b2)
	}
	return m.Div(root(v, eps, o.root))
}

// coupled adds the decay to the gradient: Adam with L2.
type coupled struct {
	base
	AdamW AdamW
}

func (o coupled) with(right Rule) Rule { o.AdamW = right.(AdamW); return o }
func (o coupled) Update(p *Param) graph.Tensor {
	p.Grad = p.Grad.Add(p.Value.Mul(p.Hyper("weight_decay", o.AdamW.Lambda)))
	return o.AdamW.adam().Update(p)
}

// apartFromRate does not multiply the decay by η.
type apartFromRate struct {
	base
	AdamW AdamW
}

func (o apartFromRate) with(right Rule) Rule { o.AdamW = right.(AdamW); return o }
func (o apartFromRate) Update(p *Param) graph.Tensor {
	decay := p.Value.Mul(p.Hyper("weight_decay", o.AdamW.Lambda)).Div(p.Value.Graph().Scalar(RateScalar, nil))
	return o.AdamW.adam().Update(p).Add(decay)
}

// afterStep decays what Adam's step has left, not what was there before.
type afterStep struct {
	base
	AdamW AdamW
}

func (o afterStep) with(right Rule) Rule { o.AdamW = right.(AdamW); return o }
func (o afterStep) Update(p *Param) graph.Tensor {
	u := o.AdamW.adam().Update(p)
	stepped := p.Value.Sub(u.Mul(p.Value.Graph().Scalar(RateScalar, nil)))
	return u.Add(stepped.Mul(p.Hyper("weight_decay", o.AdamW.Lambda)))
}
