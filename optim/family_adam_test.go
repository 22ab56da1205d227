package optim

import (
	"math"

	"descent/graph"
)

// adamRows are of Adam and its kind.
var adamRows = []row{
	{
		rule: NewAdam(), describe: "adam beta1=0.9 beta2=0.999 eps=1e-08 eps_hat=false uncorrected=false", rate: 0.001, theta: 4, state: 6, descent: 0.05,
		bad:     []Rule{Adam{}, Adam{Beta1: 0.9, Beta2: 0.999}, Adam{Beta1: 1, Beta2: 0.999, Eps: 1e-8}, Adam{Beta1: 0.9, Beta2: 1, Eps: 1e-8}, Adam{Beta1: 0.9, Beta2: -0.1, Eps: 1e-8}},
		names:   []string{"Eps", "Eps", "Beta1", "Beta2", "Beta2"},
		wrong:   []Rule{adamLike{root: true}, adamLike{raw: true}, adamLike{rawSecond: true}, adamLike{hat: true}, adamLike{swapped: true}},
		options: []Rule{plainAdam, hatOfHat, rawFirstOnly, rawSecondOnly},
	},
	{
		rule: NewAdamW(), describe: "adamw beta1=0.9 beta2=0.999 eps=1e-08 weight_decay=0.01", rate: 0.001, theta: 3, state: 6, descent: 0.05,
		bad: []Rule{AdamW{}, AdamW{0.9, 0.999, 1e-8, -0.1}, AdamW{0.9, 0.999, 1e-8, inf}}, names: []string{"Eps", "Lambda", "Lambda"},
		wrong: []Rule{NewAdam(), coupled{}, apartFromRate{}, afterStep{}},
	},
	{
		rule: NewAMSGrad(), describe: "amsgrad beta1=0.9 beta2=0.999 eps=1e-08", rate: 0.001, theta: 4, state: 6, descent: 0.05,
		bad: []Rule{AMSGrad{}, AMSGrad{1, 0.999, 1e-8}}, names: []string{"Eps", "Beta1"},
		wrong: []Rule{maxOfCorrected, NewAdam()},
	},
	{
		rule: NewAdaMax(), describe: "adamax beta1=0.9 beta2=0.999 eps=1e-08", rate: 0.002, theta: 4, state: 3.2, descent: 0.05,
		bad: []Rule{AdaMax{}, AdaMax{0.9, 1, 1e-8}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{correctedNorm, rawFirst, epsOnGradient},
	},
	{
		rule: NewNAdam(), describe: "nadam beta1=0.9 beta2=0.999 eps=1e-08 momentum_decay=0.004", rate: 0.002, theta: 4, state: 6, descent: 0.05,
		bad: []Rule{NAdam{}, NAdam{0.9, 0.999, 1e-8, -1}}, names: []string{"Eps", "Psi"},
		wrong: []Rule{doubledProduct, muOfNow, constantMu},
	},
	{
		rule: NewRAdam(), describe: "radam beta1=0.9 beta2=0.999 eps=1e-08 amsgrad=false", rate: 0.001, theta: 4.5, state: 6, descent: 0.05,
		bad: []Rule{RAdam{}, RAdam{Beta1: 0.9, Beta2: 1, Eps: 1e-8}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{epsOnCorrected, trustsEarly, NewAdam()}, options: []Rule{notLargest, largestCorrected},
	},
	{
		rule: NewAdan(), describe: "adan beta1=0.98 beta2=0.92 beta3=0.99 eps=1e-08", rate: 0.001, theta: 4, state: 3, descent: 0.05,
		bad: []Rule{Adan{}, Adan{0.98, 0.92, 1, 1e-8}}, names: []string{"Eps", "Beta3"},
		wrong: []Rule{differenceFrom0, complements},
	},
	{
		rule: NewAdaBelief(), describe: "adabelief beta1=0.9 beta2=0.999 eps=1e-16 amsgrad=false rectify=false", rate: 0.001, theta: 13, state: 6, descent: 0.05,
		bad: []Rule{AdaBelief{}, AdaBelief{Beta1: 0.9, Beta2: 0.999, Eps: 1e-40}}, names: []string{"Eps", "Eps"},
		wrong: []Rule{beliefOfOld, epsOnce, NewAdam()}, options: []Rule{plainBelief, beliefWithoutLargest, beliefRectifiedAlone, beliefEps},
	},
	{
		rule: NewYogi(), describe: "yogi beta1=0.9 beta2=0.999 eps=0.001", rate: 0.01, theta: 3.2, state: 2.1, descent: 0.05,
		bad: []Rule{Yogi{}, Yogi{0.9, 1, 1e-3}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{reversedSign, uncorrectedYogi, Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-3}},
	},
	{
		rule: NewAdEMAMix(), describe: "ademamix beta1=0.9 beta2=0.999 beta3=0.9999 alpha=5 eps=1e-08 weight_decay=0 mix_warmup=0", rate: 0.001, theta: 5, state: 9, descent: 0.5,
		bad:   []Rule{AdEMAMix{}, AdEMAMix{Beta1: 0.9, Beta3: 0.5, Eps: 1e-8, Warmup: 5}, AdEMAMix{Beta3: 0.5, Eps: 1e-8, Warmup: 5}},
		names: []string{"Eps", "Beta3", "Beta3"},
		wrong: []Rule{correctedSlow, NewAdam()},
	},
	{
		rule: NewADOPT(), describe: "adopt beta1=0.9 beta2=0.9999 eps=1e-06", rate: 0.001, theta: 7.5, state: 19, descent: 0.05,
		bad: []Rule{ADOPT{}, ADOPT{0.9, 1, 1e-6}, ADOPT{0.9, 0, 1e-6}}, names: []string{"Eps", "Beta2", "Beta2"},
		wrong: []Rule{adoptsNew, unlimited, averagedFirst},
	},
	{
		rule: NewLAMB(), describe: "lamb beta1=0.9 beta2=0.999 eps=1e-06 weight_decay=0.01", rate: 0.001, theta: 4, state: 6, descent: 0.02, more: 1,
		bad: []Rule{LAMB{}, LAMB{0.9, 0.999, 1e-6, -1}}, names: []string{"Eps", "Lambda"},
		wrong: []Rule{decayOutsideNorm, AdamW{0.9, 0.999, 1e-6, 0.01}},
	},
}

var (
	plainAdam = wrong("without options", func(o Adam, p *Param) graph.Tensor {
		return Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p)
	})
	// ε̂ corrected as if it were added to v.
	hatOfHat = wrong("corrected hat", func(o Adam, p *Param) graph.Tensor {
		o.EpsHat = false
		return o.Update(p).Mul(p.Scalar("extra", func(t int) float64 { return 1 / math.Sqrt(debias(o.Beta2, t)) }))
	})
	rawFirstOnly = wrong("corrected v", func(o Adam, p *Param) graph.Tensor {
		o.Uncorrected = false
		return o.Update(p).Div(p.Scalar("extra", func(t int) float64 { return debias(o.Beta1, t) }))
	})
	rawSecondOnly = wrong("corrected m", func(o Adam, p *Param) graph.Tensor {
		return o.Update(p).Mul(p.Scalar("extra", func(t int) float64 { return debias(o.Beta1, t) }))
	})

	notLargest = wrong("without AMSGrad", func(o RAdam, p *Param) graph.Tensor {
		o.AMSGrad = false
		return o.Update(p)
	})
	largestCorrected = wrong("largest of corrected", func(o RAdam, p *Param) graph.Tensor {
		m, v := p.Debias(p.EMA("m", o.Beta1, p.Grad), o.Beta1), p.EMA("v", o.Beta2, p.Grad.Square())
		return p.rectified(m, p.largest(p.Debias(v, o.Beta2)), p.Hyper("eps", o.Eps), o.Beta2)
	})

	plainBelief = wrong("without options", func(o AdaBelief, p *Param) graph.Tensor {
		return AdaBelief{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p)
	})
	beliefWithoutLargest = wrong("without AMSGrad", func(o AdaBelief, p *Param) graph.Tensor {
		o.AMSGrad = false
		return o.Update(p)
	})
	// The authors' program, whose rectified step is of s itself.
	beliefRectifiedAlone = wrong("AMSGrad or Rectify", func(o AdaBelief, p *Param) graph.Tensor {
		o.AMSGrad = o.AMSGrad && !o.Rectify
		return o.Update(p)
	})
	beliefEps = wrong("largest before ε", func(o AdaBelief, p *Param) graph.Tensor {
		eps, m := p.Hyper("eps", o.Eps), p.EMA("m", o.Beta1, p.Grad)
		s := p.largest(p.EMA("s", o.Beta2, p.Grad.Sub(m).Square())).Add(eps)
		m = p.Debias(m, o.Beta1)
		if o.Rectify {
			return p.rectified(m, s, eps, o.Beta2)
		}
		return m.Div(p.Debias(s, o.Beta2).Sqrt().Add(eps))
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
		return Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p)
	})

	decayOutsideNorm = wrong("decay outside the norm", func(o LAMB, p *Param) graph.Tensor {
		r := Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p)
		return p.decayed(r.Mul(trust(p.Value, r, p.Value.Graph().Const(1))), o.Lambda)
	})
)

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

// nadamLike is NAdam with its two sequences of t: μₜ₊₁ and the product.
func nadamLike(o NAdam, p *Param, ahead, product func(t int) float64) graph.Tensor {
	m, v := p.EMA("m", o.Beta1, p.Grad), p.EMA("v", o.Beta2, p.Grad.Square())
	a := p.Scalar("a", func(t int) float64 { return ahead(t) / (1 - product(t+1)) })
	b := p.Scalar("b", func(t int) float64 { return (1 - ahead(t-1)) / (1 - product(t)) })
	return m.Mul(a).Add(p.Grad.Mul(b)).Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
}
