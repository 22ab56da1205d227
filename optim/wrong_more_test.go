package optim

import (
	"math"

	"descent/graph"
)

// variant is a mistake in one function of the right rule.
type variant[R Rule] struct {
	base
	name  string
	f     func(o R, p *Param) graph.Tensor
	right R
}

func (v variant[R]) Name() string                 { return v.name }
func (v variant[R]) with(right Rule) Rule         { v.right = right.(R); return v }
func (v variant[R]) Update(p *Param) graph.Tensor { return v.f(v.right, p) }

func wrong[R Rule](name string, f func(o R, p *Param) graph.Tensor) Rule {
	return variant[R]{name: name, f: f}
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

	// optax's AMSGrad.
	maxOfCorrected = wrong("max of corrected", func(o AMSGrad, p *Param) graph.Tensor {
		m, v := p.EMA("m", o.Beta1, p.Grad), p.EMA("v", o.Beta2, p.Grad.Square())
		n := p.State("n", 0).Max(p.Debias(v, o.Beta2))
		p.Set("n", n)
		return p.Debias(m, o.Beta1).Div(n.Sqrt().Add(p.Hyper("eps", o.Eps)))
	})

	correctedNorm = wrong("corrected norm", func(o AdaMax, p *Param) graph.Tensor {
		u := o.Update(p)
		return u.Div(p.Scalar("extra", func(t int) float64 { return debias(o.Beta2, t) }))
	})
	rawFirst = wrong("raw first moment", func(o AdaMax, p *Param) graph.Tensor {
		return o.Update(p).Div(p.Scalar("extra", func(t int) float64 { return debias(o.Beta1, t) }))
	})
	// PyTorch's AdaMax.
	epsOnGradient = wrong("eps on gradient", func(o AdaMax, p *Param) graph.Tensor {
		m := p.Debias(p.EMA("m", o.Beta1, p.Grad), o.Beta1)
		n := p.State("n", 0).Mul(p.Hyper("beta2", o.Beta2)).Max(p.Grad.Abs().Add(p.Hyper("eps", o.Eps)))
		p.Set("n", n)
		return m.Div(n)
	})

	// PyTorch's NAdam up to 1.13.
	doubledProduct = wrong("doubled product", func(o NAdam, p *Param) graph.Tensor {
		return nadamLike(o, p, func(t int) float64 { return o.mu(t + 1) }, func(t int) float64 { q := o.product(t); return q * q })
	})
	muOfNow = wrong("μ of now", func(o NAdam, p *Param) graph.Tensor { return nadamLike(o, p, o.mu, o.product) })
	// β₁ in place of μ, as in the first form of the paper.
	constantMu = wrong("constant μ", func(o NAdam, p *Param) graph.Tensor {
		return nadamLike(o, p, func(int) float64 { return o.Beta1 }, func(t int) float64 { return math.Pow(o.Beta1, float64(t)) })
	})

	epsOnCorrected = wrong("eps on corrected", func(o RAdam, p *Param) graph.Tensor {
		m, v := p.Debias(p.EMA("m", o.Beta1, p.Grad), o.Beta1), p.EMA("v", o.Beta2, p.Grad.Square())
		r := p.Scalar("r", func(t int) float64 { return rectifier(o.Beta2, t) })
		return r.Select(m.Mul(r).Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps))), m)
	})
	trustsEarly = wrong("one update late", func(o RAdam, p *Param) graph.Tensor {
		m, v := p.Debias(p.EMA("m", o.Beta1, p.Grad), o.Beta1), p.EMA("v", o.Beta2, p.Grad.Square())
		r := p.Scalar("r", func(t int) float64 {
			if rectifier(o.Beta2, t-1) == 0 {
				return 0
			}
			return rectifier(o.Beta2, t) / math.Sqrt(debias(o.Beta2, t))
		})
		return r.Select(m.Mul(r).Div(v.Sqrt().Add(p.Hyper("eps", o.Eps))), m)
	})

	differenceFrom0 = wrong("difference from 0", func(o Adan, p *Param) graph.Tensor {
		d := p.Grad.Sub(p.State("g", 0))
		p.Set("g", p.Grad)
		b := p.Hyper("beta2", o.Beta2)
		m, v := p.Debias(p.EMA("m", o.Beta1, p.Grad), o.Beta1), p.Debias(p.EMA("v", o.Beta2, d), o.Beta2)
		n := p.Debias(p.EMA("n", o.Beta3, p.Grad.Add(d.Mul(b)).Square()), o.Beta3)
		return m.Add(v.Mul(b)).Div(n.Sqrt().Add(p.Hyper("eps", o.Eps)))
	})
	// The paper's β.
	complements = wrong("1-β", func(o Adan, p *Param) graph.Tensor {
		return Adan{1 - o.Beta1, 1 - o.Beta2, 1 - o.Beta3, o.Eps}.Update(p)
	})

	beliefOfOld = wrong("old m", func(o AdaBelief, p *Param) graph.Tensor {
		eps, d := p.Hyper("eps", o.Eps), p.Grad.Sub(p.State("m", 0))
		m := p.EMA("m", o.Beta1, p.Grad)
		s := p.State("s", 0).Mul(p.Hyper("beta2", o.Beta2)).Add(d.Square().Mul(p.Hyper("1-beta2", 1-o.Beta2))).Add(eps)
		p.Set("s", s)
		return p.Debias(m, o.Beta1).Div(p.Debias(s, o.Beta2).Sqrt().Add(eps))
	})
	epsOnce = wrong("eps once", func(o AdaBelief, p *Param) graph.Tensor {
		m := p.EMA("m", o.Beta1, p.Grad)
		s := p.EMA("s", o.Beta2, p.Grad.Sub(m).Square())
		return p.Debias(m, o.Beta1).Div(p.Debias(s, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
	})

	reversedSign = wrong("reversed sign", func(o Yogi, p *Param) graph.Tensor {
		m, q, old := p.EMA("m", o.Beta1, p.Grad), p.Grad.Square(), p.State("v", 0)
		v := old.Add(old.Sub(q).Sign().Mul(q).Mul(p.Hyper("1-beta2", 1-o.Beta2))).Abs()
		p.Set("v", v)
		return p.Debias(m, o.Beta1).Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
	})
	uncorrectedYogi = wrong("uncorrected", func(o Yogi, p *Param) graph.Tensor {
		o.Update(p)
		return p.slot("m").next.Div(p.slot("v").next.Sqrt().Add(p.Hyper("eps", o.Eps)))
	})

	correctedSlow = wrong("corrected slow average", func(o AdEMAMix, p *Param) graph.Tensor {
		m, s, v := p.EMA("m", o.Beta1, p.Grad), p.EMA("s", o.Beta3, p.Grad), p.EMA("v", o.Beta2, p.Grad.Square())
		u := p.Debias(m, o.Beta1).Add(p.Debias(s, o.Beta3).Mul(p.Hyper("alpha", o.Alpha)))
		return p.decayed(u.Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps))), o.Lambda)
	})

	adoptsNew = wrong("new v", func(o ADOPT, p *Param) graph.Tensor {
		high := p.Scalar("limit", func(t int) float64 { return math.Pow(float64(t-1), 0.25) })
		v := p.EMA("v", o.Beta2, p.Grad.Square())
		return p.EMA("m", o.Beta1, p.Grad.Div(v.Sqrt().Max(p.Hyper("eps", o.Eps))).Min(high).Max(high.Neg()))
	})
	unlimited = wrong("unlimited", func(o ADOPT, p *Param) graph.Tensor {
		old, start := p.State("v", 0), p.Scalar("later", func(t int) float64 { return float64(min(t-1, 1)) })
		keep := p.Scalar("keep", func(t int) float64 { return o.Beta2 * float64(min(t-1, 1)) })
		p.Set("v", old.Mul(keep).Add(p.Grad.Square().Mul(keep.Affine(-1, 1))))
		return p.EMA("m", o.Beta1, p.Grad.Div(old.Sqrt().Max(p.Hyper("eps", o.Eps))).Mul(start))
	})
	averagedFirst = wrong("averaged first", func(o ADOPT, p *Param) graph.Tensor {
		return Adam(o).Update(p)
	})

	// The Lion of a library whose tests only said that the loss went down.
	swappedBetas = wrong("swapped betas", func(o Lion, p *Param) graph.Tensor { return Lion{o.Beta2, o.Beta1, o.Lambda}.Update(p) })
	signOfNew    = wrong("sign of the new average", func(o Lion, p *Param) graph.Tensor {
		return p.decayed(p.EMA("m", o.Beta2, p.Grad).Sign(), o.Lambda)
	})

	decayOutsideNorm = wrong("decay outside the norm", func(o LAMB, p *Param) graph.Tensor {
		r := Adam{o.Beta1, o.Beta2, o.Eps}.Update(p)
		return p.decayed(r.Mul(trust(p.Value, r, p.Value.Graph().Const(1))), o.Lambda)
	})

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

	notMadeUp = wrong("not made up", func(o Cautious, p *Param) graph.Tensor {
		u := o.Rule.Update(p)
		return u.Mul(u.Const(0).Less(u.Sign().Mul(p.Grad.Sign())))
	})
	masksDecay = wrong("masks the decay", func(o Cautious, p *Param) graph.Tensor {
		u := o.Rule.Update(p)
		mask := u.Const(0).Less(u.Sign().Mul(p.Grad.Sign()))
		return u.Mul(mask).Div(mask.Mean().Max(p.Hyper("least", 1e-3)))
	})
)

// nadamLike is NAdam with its two sequences of t: μₜ₊₁ and the product.
func nadamLike(o NAdam, p *Param, ahead, product func(t int) float64) graph.Tensor {
	m, v := p.EMA("m", o.Beta1, p.Grad), p.EMA("v", o.Beta2, p.Grad.Square())
	a := p.Scalar("a", func(t int) float64 { return ahead(t) / (1 - product(t+1)) })
	b := p.Scalar("b", func(t int) float64 { return (1 - ahead(t-1)) / (1 - product(t)) })
	return m.Mul(a).Add(p.Grad.Mul(b)).Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
}
