package optim

import (
	"math"
	"slices"

	"descent/graph"
)

// matrixRows are of rules that move matrices, and L-BFGS.
var matrixRows = []row{
	{
		rule: NewMuon(), describe: "muon momentum=0.95 nesterov=true match_adam=false adam_rate=0.015 beta1=0.9 beta2=0.95 eps=1e-10 weight_decay=0", rate: 0.02, theta: 23, state: 2, descent: 0.05, shape: []int{4, 9}, more: 6,
		bad:   []Rule{Muon{}, Muon{Mu: 1}, Muon{Eps: 1e-8}},
		names: []string{"Eps", "Mu", "AdamRate"},
		wrong: []Rule{transposedFactor, notAhead, sumNotMean, unscaledMuon},
	},
	{
		rule: NewSOAP(), describe: "soap beta1=0.95 beta2=0.95 eps=1e-08 every=10 max_dim=512 weight_decay=0", rate: 0.003, theta: 4.5, state: 130, descent: 0.05, shape: []int{4, 5}, more: 6,
		bad:   []Rule{SOAP{}, SOAP{Eps: 1e-8}, SOAP{Eps: 1e-8, Every: 1}},
		names: []string{"Eps", "Every", "MaxDim"},
		wrong: []Rule{NewAdam(), countsFirst, rawBasis},
	},
	{
		rule: NewShampoo(), describe: "shampoo beta1=0.9 beta2=0.999 eps=1e-08 ridge=1e-06 every=10 max_dim=512 weight_decay=0", rate: 0.001, theta: 3, state: 52, descent: 0.05, shape: []int{4, 5}, more: 4,
		bad:   []Rule{Shampoo{}, Shampoo{Eps: 1e-8}, Shampoo{Eps: 1e-8, Ridge: 1e-6}},
		names: []string{"Eps", "Ridge", "Every"},
		wrong: []Rule{NewAdam(), ungrafted, gradientTurned},
	},
	{
		rule: NewLBFGS(), describe: "lbfgs memory=10", rate: 1, theta: 34, state: 370, descent: 0.5, more: 42,
		bad: []Rule{LBFGS{}, LBFGS{101}}, names: []string{"Memory", "Memory"},
		wrong: []Rule{NewSGD(), oldestFirst, oneOfTwoLoops, wholeFirstStep},
	},
}

var (
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
)

// bfgs is LBFGS of one parameter with an H of its own and a whole first step.
func bfgs(o LBFGS, p *Param, h func(g many, pairs []pair) many) graph.Tensor {
	s, y := many{p.Value.Sub(p.Copy("at"))}, many{p.Grad.Sub(p.State("g", 0))}
	p.Set("at", p.Value)
	p.Set("g", p.Grad)
	later := p.Scalar("later", func(t int) float64 { return float64(min(t-1, 1)) })
	return h(many{p.Grad}, o.remember([]*Param{p}, s, y, later))[0]
}
