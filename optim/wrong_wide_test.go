package optim

import (
	"math"
	"slices"

	"descent/graph"
)

var (
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

	transposedFactor = wrong("in/out", func(o Muon, p *Param) graph.Tensor {
		x := matrix(p.Value)
		in, out := float64(x.Dim(0)), float64(x.Dim(1))
		return o.Update(p).Mul(p.Hyper("wrong", math.Sqrt(max(1, in/out)/max(1, out/in))))
	})
	notAhead = wrong("not ahead", func(o Muon, p *Param) graph.Tensor {
		o.Nesterov = !o.Nesterov
		return o.Update(p)
	})
	sumNotMean = wrong("momentum of g alone", func(o Muon, p *Param) graph.Tensor { // b = μb + g, mixed as if it were an average
		b := p.State("b", 0).Mul(p.Hyper("momentum", o.Mu)).Add(p.Grad)
		p.Set("b", b)
		g := p.Grad.Mul(p.Hyper("1-momentum", 1-o.Mu)).Add(b.Mul(p.Hyper("momentum", o.Mu)))
		return p.decayed(orthogonal(p, matrix(g)).Reshape(p.Value.Type().Dims()...), o.Lambda)
	})
	unscaledMuon = wrong("no factor", func(o Muon, p *Param) graph.Tensor {
		return p.decayed(orthogonal(p, matrix(p.EMA("b", o.Mu, p.Grad))).Reshape(p.Value.Type().Dims()...), o.Lambda)
	})

	// SOAP that corrects as if the first update had counted.
	countsFirst = wrong("counts the first", func(o SOAP, p *Param) graph.Tensor {
		return o.Update(p).Mul(p.Scalar("wrong", func(t int) float64 { return debias(o.Beta1, t) / debias(o.Beta1, max(t-1, 1)) }))
	})
	// SOAP with the second moment of the gradient as it is.
	rawBasis = wrong("raw second moment", func(o SOAP, p *Param) graph.Tensor {
		g := matrix(p.Grad)
		s := sidesOf(g, o.MaxDim)
		s.keep(p, g, o.Beta2)
		later := func(beta float64) func(t int) float64 {
			return func(t int) float64 { return debias(beta, max(t-1, 1)) }
		}
		m := o.moment(p, "m", o.Beta1, g).Mul(p.Scalar("b1", later(o.Beta1)))
		v := o.moment(p, "v", o.Beta2, g.Square()).Mul(p.Scalar("b2", later(o.Beta2)))
		u := s.apply(p, m, true, false).Div(v.Sqrt().Add(p.Hyper("eps", o.Eps)))
		o.refresh(p, s)
		return p.decayed(s.apply(p, u, false, true).Reshape(p.Value.Type().Dims()...), o.Lambda)
	})
	// Shampoo with the length of its own.
	ungrafted = wrong("not grafted", func(o Shampoo, p *Param) graph.Tensor {
		o.Update(p)
		s := sidesOf(matrix(p.Grad), o.MaxDim)
		return p.decayed(s.apply(p, matrix(p.slot("m").next), false, false).Reshape(p.Value.Type().Dims()...), o.Lambda)
	})
	// Shampoo without momentum.
	gradientTurned = wrong("gradient turned", func(o Shampoo, p *Param) graph.Tensor {
		a := o.Update(p)
		s := sidesOf(matrix(p.Grad), o.MaxDim)
		u := s.apply(p, matrix(p.Grad), false, false).Reshape(p.Value.Type().Dims()...)
		return p.decayed(u.Mul(trust(a, u, a.Const(1))), o.Lambda)
	})

	// L-BFGS with one thing wrong.
	oldestFirst = wrong("oldest first", func(o LBFGS, p *Param) graph.Tensor {
		return bfgs(o, p, func(g many, pairs []pair) many { slices.Reverse(pairs); return twoLoops(g, pairs) })
	})
	oneOfTwoLoops = wrong("scaled gradient", func(o LBFGS, p *Param) graph.Tensor {
		return bfgs(o, p, func(g many, pairs []pair) many {
			return twoLoops(g, pairs[:1])
		})
	})
	wholeFirstStep = wrong("whole first step", func(o LBFGS, p *Param) graph.Tensor { return bfgs(o, p, twoLoops) })

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

// moves is a mistake in how a rule moves its parameters.
type moves[R Mover] struct {
	Mover
	name string
	f    func(o R, p *Param, step graph.Tensor) graph.Tensor
}

func (v moves[R]) Name() string         { return v.name }
func (v moves[R]) with(right Rule) Rule { v.Mover = right.(R); return v }
func (v moves[R]) Move(p *Param, step graph.Tensor) graph.Tensor {
	return v.f(v.Mover.(R), p, step)
}

func wrongMove[R Mover](name string, f func(o R, p *Param, step graph.Tensor) graph.Tensor) Rule {
	return moves[R]{name: name, f: f}
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

// bfgs is LBFGS of one parameter with an H of its own and a whole first step.
func bfgs(o LBFGS, p *Param, h func(g many, pairs []pair) many) graph.Tensor {
	s, y := many{p.Value.Sub(p.Copy("at"))}, many{p.Grad.Sub(p.State("g", 0))}
	p.Set("at", p.Value)
	p.Set("g", p.Grad)
	later := p.Scalar("later", func(t int) float64 { return float64(min(t-1, 1)) })
	return h(many{p.Grad}, o.remember([]*Param{p}, s, y, later))[0]
}
