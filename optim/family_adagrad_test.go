package optim

import (
	"descent/graph"
)

// adagradRows are of rules that divide by the root of squares.
var adagradRows = []row{
	{
		rule: NewAdaGrad(), describe: "adagrad eps=1e-10 eps_inside=false initial_accumulator=0", rate: 0.01, theta: 4, state: 0.5, descent: 1,
		bad: []Rule{AdaGrad{}, AdaGrad{Eps: -1}, AdaGrad{Eps: inf}}, names: []string{"Eps", "Eps", "Eps"},
		wrong:   []Rule{otherSide{NewAdaGrad()}, startsAt{}},
		options: []Rule{startsAt{}, startsAt0},
	},
	{
		rule: NewAdaDelta(), describe: "adadelta rho=0.9 eps=1e-06", rate: 1, theta: 3, state: 9, descent: 5,
		bad: []Rule{AdaDelta{}, AdaDelta{1, 1e-6}}, names: []string{"Eps", "Rho"},
		wrong: []Rule{deltaOutside, deltaOfNew, rateInDelta},
	},
	{
		rule: NewRMSProp(), describe: "rmsprop rho=0.9 eps=1e-08 eps_outside=false centered=false momentum=0", rate: 0.001, theta: 4, state: 2, descent: 0.01,
		bad: []Rule{RMSProp{}, RMSProp{Rho: 1, Eps: 1e-8}, RMSProp{Rho: 0.9}}, names: []string{"Eps", "Rho", "Eps"},
		wrong: []Rule{otherSide{NewRMSProp()}, corrected{}},
	},
	{
		rule: NewAdafactor(), describe: "adafactor beta2_power=0.8 eps=1e-30 rms_clip=1 least_scale=0.001", rate: 0.01, theta: 2.5, state: 4, descent: 0.1, shape: []int{4, 9}, more: 5,
		bad:   []Rule{Adafactor{}, Adafactor{0.8, 1e-50, 1, 1e-3}, Adafactor{0.8, 1e-30, 0, 1e-3}, Adafactor{0.8, 1e-30, 1, 0}},
		names: []string{"Decay", "Eps", "Clip", "Least"},
		wrong: []Rule{unclipped, absoluteStep, clippedByNorm, unfactored},
	},
	{
		rule: NewFTRL(), describe: "ftrl beta=1 lambda1=0 lambda2=0 rate_power=0.5 initial_accumulator=0", rate: 0.1, theta: 13, state: 12, descent: 1,
		bad:   []Rule{FTRL{}, FTRL{Beta: 1, Lambda1: -1}, FTRL{Beta: 1, Power: inf}, FTRL{Initial: nan, Beta: 1}},
		names: []string{"Beta", "Lambda1", "Power", "Initial"},
		wrong: []Rule{doubledL2, l1OfOneStep, jumpsToZ, rateOfNow, ftrlOfNew, NewAdaGrad()},
	},
}

var (
	startsAt0 = wrong("starts at 0", func(o AdaGrad, p *Param) graph.Tensor {
		o.Initial = 0
		return o.Update(p)
	})

	// TensorFlow's l2.
	doubledL2 = wrongMove("doubled λ₂", func(o FTRL, p *Param, step graph.Tensor) graph.Tensor {
		o.Lambda2 *= 2
		return o.Move(p, step)
	})
	l1OfOneStep = wrongMove("λ₁ of one step", func(o FTRL, p *Param, step graph.Tensor) graph.Tensor {
		kappa := p.Rate().Mul(p.Hyper("l1", o.Lambda1))
		o.Lambda1 = 0
		return shrink(o.Move(p, step), kappa.BroadcastTo(step.Type()))
	})
	// Algorithm 1 as it is written, from weights that are not 0.
	jumpsToZ = ftrlLike("σ without β", func(o FTRL, p *Param, ratio graph.Tensor) (q, less graph.Tensor) {
		q = o.power(p, p.slot("n").next)
		return q, o.power(p, p.State("n", o.Initial))
	})
	// Keras takes σ at the rate of now.
	rateOfNow = ftrlLike("σ at the rate of now", func(o FTRL, p *Param, ratio graph.Tensor) (q, less graph.Tensor) {
		q = o.power(p, p.slot("n").next).Add(p.Hyper("beta", o.Beta))
		first := q.Const(0).Less(ratio)
		return q, o.power(p, p.State("n", o.Initial)).Add(p.Hyper("beta", o.Beta)).Mul(first)
	})
	ftrlOfNew = ftrlLike("σ from the start", func(o FTRL, p *Param, ratio graph.Tensor) (q, less graph.Tensor) {
		q = o.power(p, p.slot("n").next).Add(p.Hyper("beta", o.Beta))
		return q, q.Const(0)
	})

	deltaOutside = wrong("eps outside", func(o AdaDelta, p *Param) graph.Tensor {
		eps := p.Hyper("eps", o.Eps)
		v := p.EMA("v", o.Rho, p.Grad.Square())
		u := p.Grad.Mul(p.State("D", 0).Sqrt().Add(eps)).Div(v.Sqrt().Add(eps))
		p.EMA("D", o.Rho, u.Square())
		return u
	})

	deltaOfNew = wrong("new D", func(o AdaDelta, p *Param) graph.Tensor {
		u, eps := o.Update(p), p.Hyper("eps", o.Eps)
		return u.Div(p.State("D", 0).Add(eps).Sqrt()).Mul(p.slot("D").next.Add(eps).Sqrt())
	})

	rateInDelta = wrong("rate in D", func(o AdaDelta, p *Param) graph.Tensor {
		eps := p.Hyper("eps", o.Eps)
		v := p.EMA("v", o.Rho, p.Grad.Square())
		u := p.Grad.Mul(p.State("D", 0).Add(eps).Sqrt()).Div(v.Add(eps).Sqrt())
		p.EMA("D", o.Rho, u.Mul(p.Value.Graph().Scalar(RateScalar, nil)).Square())
		return u
	})

	unclipped = wrong("unclipped", func(o Adafactor, p *Param) graph.Tensor {
		o.Clip = 1e30
		return o.Update(p)
	})

	absoluteStep = wrong("absolute step", func(o Adafactor, p *Param) graph.Tensor {
		return o.Update(p).Div(rms(p.Value).Max(p.Hyper("least_scale", o.Least)))
	})

	clippedByNorm = wrong("clipped by norm", func(o Adafactor, p *Param) graph.Tensor {
		w := p.Grad.Div(o.root(p, p.Grad.Square().Add(p.Hyper("eps", o.Eps))))
		over := norm(w).Div(p.Hyper("rms_clip", o.Clip))
		return w.Mul(rms(p.Value).Max(p.Hyper("least_scale", o.Least)).Div(over.Max(over.Const(1))))
	})

	unfactored = wrong("unfactored", func(o Adafactor, p *Param) graph.Tensor {
		q := p.Grad.Square().Add(p.Hyper("eps", o.Eps)).Reshape(-1)
		w := p.Grad.Div(o.root(p, q).Reshape(p.Grad.Type().Dims()...))
		over := rms(w).Div(p.Hyper("rms_clip", o.Clip))
		return w.Mul(rms(p.Value).Max(p.Hyper("least_scale", o.Least)).Div(over.Max(over.Const(1))))
	})
)

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

// ftrlLike is FTRL with another σ = q - less, times η.
func ftrlLike(name string, sigma func(o FTRL, p *Param, ratio graph.Tensor) (q, less graph.Tensor)) Rule {
	return wrongMove(name, func(o FTRL, p *Param, step graph.Tensor) graph.Tensor {
		zero, before := step.Const(0), p.Shared("rate", 0)
		p.SetShared("rate", p.Rate())
		ratio := zero.Less(before).Select(p.Rate().Div(before), zero)
		q, less := sigma(o, p, ratio)
		z := p.State("z", 0).Mul(ratio).Add(step).Sub(q.Sub(less).Mul(p.Value))
		p.Set("z", z)
		to := shrink(z.Neg(), p.Hyper("lambda1", o.Lambda1).Mul(p.rate).BroadcastTo(z.Type()))
		q = o.power(p, p.slot("n").next).Add(p.Hyper("beta", o.Beta))
		return to.Div(q.Add(p.Hyper("lambda2", o.Lambda2).Mul(p.rate)))
	})
}
