package optim

import (
	"descent/graph"
)

// momentumRows are of gradient descent and momentum.
var momentumRows = []row{
	{
		rule: NewSGD(), describe: "sgd", rate: 0.01, theta: 7, descent: 0.3,
		wrong: []Rule{ascent{}},
	},
	{
		rule: NewMomentum(), describe: "momentum momentum=0.9", rate: 0.01, theta: 2, state: 1.7, descent: 0.05,
		bad: []Rule{Momentum{-0.1}, Momentum{1}, Momentum{nan}}, names: []string{"Mu", "Mu", "Mu"},
		wrong: []Rule{rateInside{}, dampened{}, NewNesterov()},
	},
	{
		rule: NewNesterov(), describe: "nesterov momentum=0.9", rate: 0.01, theta: 4, state: 1.7, descent: 0.05,
		bad: []Rule{Nesterov{-0.1}, Nesterov{1}, Nesterov{nan}}, names: []string{"Mu", "Mu", "Mu"},
		wrong: []Rule{aheadOfOld{}, aheadTwice{}, NewMomentum()},
	},
	{
		rule: NewRprop(), describe: "rprop up=1.2 down=0.5 min_step=0.0001 max_step=5000", rate: 0.01, theta: 14, state: 3.6, descent: 0.1,
		bad:   []Rule{Rprop{}, Rprop{1.2, 1, 1e-4, 10}, Rprop{1.2, 0.5, 2, 10}, Rprop{1.2, 0.5, 0.1, 0.5}},
		names: []string{"Up", "Down", "Min", "Max"},
		wrong: []Rule{stepsBack, stepsAnyway, NewSGD()},
	},
	{
		rule: NewLion(), describe: "lion beta1=0.9 beta2=0.99 weight_decay=0", rate: 1e-4, theta: 2.5, state: 2.9, descent: 0.02,
		bad: []Rule{Lion{1, 0.99, 0}, Lion{0.9, 0.99, -1}}, names: []string{"Beta1", "Lambda"},
		wrong: []Rule{swappedBetas, signOfNew},
	},
	{
		rule: NewLARS(), describe: "lars momentum=0.9 trust=0.001 weight_decay=0.0005", rate: 1, theta: 5.5, state: 8, descent: 5, more: 1,
		bad: []Rule{LARS{}, LARS{1, 0.001, 0}, LARS{0.9, 0.001, -1}}, names: []string{"Trust", "Mu", "Lambda"},
		wrong: []Rule{trustAfterMomentum, sumOfNorms, NewMomentum()},
	},
	{
		rule: NewNovoGrad(), describe: "novograd beta1=0.95 beta2=0.98 eps=1e-08 weight_decay=0", rate: 0.01, theta: 3, state: 2.5, descent: 0.01, more: 2,
		bad: []Rule{NovoGrad{}, NovoGrad{0.95, 0.98, 1e-8, -1}}, names: []string{"Eps", "Lambda"},
		wrong: []Rule{normFrom0, averagedSteps, elementwise, decayOutsideSum, NewMomentum()},
	},
}

var (
	// Rprop that takes a step back, without its change of sign.
	stepsBack = wrong("steps back", func(o Rprop, p *Param) graph.Tensor { return o.Update(p).Neg() })

	// Rprop that moves on after a change of sign.
	stepsAnyway = wrong("steps anyway", func(o Rprop, p *Param) graph.Tensor {
		agree, zero := p.Grad.Sign().Mul(p.State("g", 0).Sign()), p.Grad.Const(0)
		s := p.State("s", 1)
		s = zero.Less(agree).Select(s.Mul(p.Hyper("up", o.Up)), agree.Less(zero).Select(s.Mul(p.Hyper("down", o.Down)), s))
		s = s.Min(p.Hyper("max_step", o.Max)).Max(p.Hyper("min_step", o.Min))
		p.Set("s", s)
		p.Set("g", p.Grad)
		return p.Grad.Sign().Mul(s)
	})

	// The Lion of a library whose tests only said that the loss went down.
	swappedBetas = wrong("swapped betas", func(o Lion, p *Param) graph.Tensor { return Lion{o.Beta2, o.Beta1, o.Lambda}.Update(p) })

	signOfNew = wrong("sign of the new average", func(o Lion, p *Param) graph.Tensor {
		return p.decayed(p.EMA("m", o.Beta2, p.Grad).Sign(), o.Lambda)
	})

	normFrom0 = novogradLike("v from 0", func(o NovoGrad, p *Param) graph.Tensor {
		square := p.Grad.Square().Sum()
		v := p.StateOf("v", square.Type(), 0).Mul(p.Hyper("beta2", o.Beta2)).Add(square.Mul(p.Hyper("1-beta2", 1-o.Beta2)))
		p.Set("v", v)
		return v
	}, false)
	averagedSteps = wrong("average of steps", func(o NovoGrad, p *Param) graph.Tensor {
		return o.Update(p).Mul(p.Hyper("1-beta1", 1-o.Beta1))
	})
	elementwise = novogradLike("v of each element", func(o NovoGrad, p *Param) graph.Tensor {
		first := p.Scalar("first", func(t int) float64 { return float64(max(2-t, 0)) })
		square, old := p.Grad.Square(), p.State("v", 0)
		v := first.Select(square, old.Mul(p.Hyper("beta2", o.Beta2)).Add(square.Mul(p.Hyper("1-beta2", 1-o.Beta2))))
		p.Set("v", v)
		return v
	}, false)
	decayOutsideSum = novogradLike("decay outside of m", NovoGrad.norm, true)

	trustAfterMomentum = wrong("trust after momentum", func(o LARS, p *Param) graph.Tensor {
		b := p.State("b", 0).Mul(p.Hyper("momentum", o.Mu)).Add(p.decayed(p.Grad, o.Lambda))
		p.Set("b", b)
		return b.Mul(trust(p.Value, b, p.Hyper("trust", o.Trust)))
	})

	// The paper's form, which this rule says it does not have.
	sumOfNorms = wrong("sum of norms", func(o LARS, p *Param) graph.Tensor {
		d, lambda := p.decayed(p.Grad, o.Lambda), p.Hyper("l", o.Lambda)
		d = d.Mul(norm(p.Value).Mul(p.Hyper("trust", o.Trust)).Div(norm(p.Grad).Add(norm(p.Value).Mul(lambda))))
		b := p.State("b", 0).Mul(p.Hyper("momentum", o.Mu)).Add(d)
		p.Set("b", b)
		return b
	})
)

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

// novogradLike is NovoGrad with another v, or with decay behind m.
func novogradLike(name string, second func(o NovoGrad, p *Param) graph.Tensor, outside bool) Rule {
	return wrong(name, func(o NovoGrad, p *Param) graph.Tensor {
		d := p.Grad.Div(second(o, p).Sqrt().Add(p.Hyper("eps", o.Eps)))
		if !outside {
			d = p.decayed(d, o.Lambda)
		}
		m := p.State("m", 0).Mul(p.Hyper("beta1", o.Beta1)).Add(d)
		p.Set("m", m)
		if outside {
			m = p.decayed(m, o.Lambda)
		}
		return m
	})
}
