package optim

import (
	"math"

	"descent/graph"
)

// freeRows are of rules that do without a schedule or without a rate.
var freeRows = []row{
	{
		rule: NewScheduleFreeSGD(), describe: "schedule-free-sgd momentum=0.9 weight_decay=0 warmup_steps=0", rate: 1, theta: 3, state: 10, descent: 0.9,
		bad: []Rule{ScheduleFreeSGD{Beta: 1}, ScheduleFreeSGD{Lambda: -1}, ScheduleFreeSGD{Warmup: -1}}, names: []string{"Beta", "Lambda", "Warmup"},
		wrong: []Rule{evenAverage, averageOfTheta, exchanged, coldAverage},
	},
	{
		rule: NewScheduleFreeAdamW(), describe: "schedule-free-adamw beta1=0.9 beta2=0.999 eps=1e-08 weight_decay=0 warmup_steps=0", rate: 0.0025, theta: 6, state: 10, descent: 0.2,
		bad: []Rule{ScheduleFreeAdamW{}, ScheduleFreeAdamW{0.9, 1, 1e-8, 0, 0}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{uncorrectedFree, NewAdamW()},
	},
	{
		rule: NewProdigy(), describe: "prodigy beta1=0.9 beta2=0.999 eps=1e-08 d0=1e-06 d_coef=1 weight_decay=0 bias_correction=false safeguard=false", rate: 1, theta: 6, state: 13, descent: 1, more: 2,
		bad:   []Rule{Prodigy{}, Prodigy{0.9, 0.999, 1e-8, 0, 1, 0, false, false}, Prodigy{0.9, 0.999, 1e-8, 1, 0, 0, false, false}},
		names: []string{"Eps", "D0", "Coef"},
		wrong: []Rule{prodigyLike{newStep: true}, prodigyLike{oldEps: true}, prodigyLike{plainDecay: true}, prodigyLike{unweighted: true}},
	},
}

var (
	uncorrectedFree = wrongMove("uncorrected", func(o ScheduleFreeAdamW, p *Param, step graph.Tensor) graph.Tensor {
		return o.Move(p, step.Mul(p.Scalar("extra", func(t int) float64 { return math.Sqrt(debias(o.Beta2, t)) })))
	})

	// Weights of an even average, as for a constant rate.
	evenAverage = wrongMove("even average", func(o ScheduleFreeSGD, p *Param, step graph.Tensor) graph.Tensor {
		z, x := p.Copy("z").Sub(step), p.Copy("x")
		x = x.Add(z.Sub(x).Mul(p.Scalar("c", func(t int) float64 { return 1 / float64(t) })))
		return o.between(p, z, x)
	})

	averageOfTheta = wrongMove("average of θ", func(o ScheduleFreeSGD, p *Param, step graph.Tensor) graph.Tensor {
		z, x := p.Copy("z").Sub(step), p.Copy("x")
		x = x.Add(p.Value.Sub(x).Mul(p.Scalar("c", func(t int) float64 { return 1 / float64(t) })))
		return o.between(p, z, x)
	})

	exchanged = wrongMove("exchanged", func(o ScheduleFreeSGD, p *Param, step graph.Tensor) graph.Tensor {
		o.Beta = 1 - o.Beta
		return o.Move(p, step)
	})

	coldAverage = wrongMove("c of the full rate", func(o ScheduleFreeSGD, p *Param, step graph.Tensor) graph.Tensor {
		warm := p.Scalar("before", func(t int) float64 { return min(1, float64(t)/max(1, o.Warmup)) })
		o.Warmup = 0
		return o.Move(p, step.Mul(warm))
	})
)

// between sets z and x and returns θ.
func (o ScheduleFreeSGD) between(p *Param, z, x graph.Tensor) graph.Tensor {
	p.Set("z", z)
	p.Set("x", x)
	return z.Mul(p.Hyper("1-beta", 1-o.Beta)).Add(x.Mul(p.Hyper("beta", o.Beta)))
}

// prodigyLike is Prodigy of one parameter, with a mistake.
type prodigyLike struct {
	base
	Prodigy    Prodigy
	newStep    bool // a step by the new d
	oldEps     bool // ε times the old d
	plainDecay bool // β₂ for its root
	unweighted bool // sums without d/d₀
}

func (o prodigyLike) with(right Rule) Rule { o.Prodigy = right.(Prodigy); return o }
func (o prodigyLike) Update(p *Param) graph.Tensor {
	r := o.Prodigy
	d := p.Shared("d", r.D0)
	step := d
	if r.BiasCorrection {
		step = d.Mul(p.Scalar("c", func(t int) float64 { return debias(r.Beta1, t) / math.Sqrt(debias(r.Beta2, t)) }))
	}
	weight := step.Mul(p.Rate())
	forS := weight
	if r.Safeguard {
		forS = d
	}
	if scale := d.Div(p.Hyper("d0", r.D0)); !o.unweighted {
		weight, forS = weight.Mul(scale), forS.Mul(scale)
	}
	keep := math.Sqrt(r.Beta2)
	if o.plainDecay {
		keep = r.Beta2
	}
	m, v := p.EMA("m", r.Beta1, p.Grad.Mul(d)), p.EMA("v", r.Beta2, p.Grad.Mul(d).Square())
	s := p.State("s", 0).Mul(p.Hyper("keep", keep)).Add(p.Grad.Mul(forS))
	n := p.Shared("n", 0).Mul(p.Hyper("keep", keep)).Add(weight.Mul(p.Grad.Mul(p.Copy("start").Sub(p.Value)).Sum()))
	next := d.Max(n.Mul(p.Hyper("coef", r.Coef)).Div(s.Abs().Sum()))
	p.Set("s", s)
	p.SetShared("n", n)
	p.SetShared("d", next)
	eps := next
	if o.oldEps {
		eps = d
	}
	if o.newStep {
		step = next
	}
	return p.decayed(m.Div(v.Sqrt().Add(eps.Mul(p.Hyper("eps", r.Eps)))), r.Lambda).Mul(step)
}
