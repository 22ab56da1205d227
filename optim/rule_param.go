package optim

import (
	"cmp"
	"fmt"
	"math"
	"strconv"

	"descent/graph"
	"descent/schedule"
)

// Param is one parameter as a rule sees it. What its methods return belongs
// to the graph of Value; what is wrong is an error of that graph.
type Param struct {
	Name   string
	Value  graph.Tensor // θ, before the update
	Grad   graph.Tensor // g, of θ's shape
	Decays bool         // weights do; biases and the parameters of norms do not
	Hidden bool         // a weight of a hidden layer: not the first, nor the last, nor a table of embeddings

	group  string       // "", or what the names of the group's own scalars begin with
	rule   string       // scopes the names of the rule's scalars
	lambda *float64     // weight decay instead of the rule's own; nil: the rule's own
	rate   graph.Tensor // η with the factor of the group
	named  string       // what the entry of the rate is called; "" is RateScalar
	slots  []slot
	shared *Param // keeps the slots of all parameters together; nil: there are none yet
	hosts  []Host

	scheduled []scheduled                  // hyperparameters of the rule
	schedules map[string]schedule.Schedule // of what is around it, by name
}

// Rate is η of this update, of shape []. The step η·u is taken by the caller
// of the rule; few rules need the rate itself. A group's factor is not in it.
func (p *Param) Rate() graph.Tensor {
	return p.Value.Graph().Scalar(cmp.Or(p.named, RateScalar), nil)
}

// EMA is the exponential moving average of x in a slot that starts at 0:
//
//	s ← β·s + (1-β)·x
//
// It returns the new s. 1-β is taken in float64.
func (p *Param) EMA(name string, beta float64, x graph.Tensor) graph.Tensor {
	b, rest := p.Hyper(name+".beta", beta), p.Hyper(name+".1-beta", 1-beta)
	s := p.State(name, 0).Mul(b).Add(x.Mul(rest))
	p.Set(name, s)
	return s
}

// Hyper returns hyperparameter v as an entry of the scalar table, named
// "<rule>.<name>". A hyperparameter is never a constant of the graph, which
// would round it to float32 and would have to be compiled anew to change.
func (p *Param) Hyper(name string, v float64) graph.Tensor {
	return p.Scalar(name, p.course(v))
}

// Scalar is Hyper for a value that depends on the number of the update,
// t = 1, 2, ...; it is computed in float64 before each update.
func (p *Param) Scalar(name string, at func(t int) float64) graph.Tensor {
	return p.scalar(p.rule+"."+name, at)
}

// setting is Hyper for a number of the configuration around the rule.
func (p *Param) setting(name string, v float64) graph.Tensor {
	if s, ok := p.schedules[name]; ok {
		return p.scalar(p.group+name, func(t int) float64 { return v * s.At(t-1) })
	}
	return p.scalar(p.group+name, func(int) float64 { return v })
}

func (p *Param) scalar(name string, at func(t int) float64) graph.Tensor {
	g := p.Value.Graph()
	for _, s := range g.Scalars() {
		if s.Name == name && (s.At == nil || s.At(1) != at(1)) {
			p.fail("Scalar", fmt.Errorf("scalar %q exists with another value; scalars of one name are one", name))
		}
	}
	return g.Scalar(name, at)
}

// Debias corrects an average m that started at 0 with decay β:
//
//	m̂ = m·1/(1-βᵗ)
//
// The factor is computed in float64, by a form that stays exact for β near 1. A
// β that follows a schedule gives 1/(1-β₁β₂…βₜ), by the decays that m has had.
func (p *Param) Debias(m graph.Tensor, beta float64) graph.Tensor {
	name, at := p.correction(beta)
	return m.Mul(p.Scalar("debias "+name, at))
}

// rootBias is √(1-βᵗ), what a rule is multiplied by that divides by the root of
// a mean square as it is, or as Debias has it for a β that follows a schedule.
func (p *Param) rootBias(beta float64) graph.Tensor {
	name, at := p.correction(beta)
	return p.Scalar("root bias "+name, func(t int) float64 { return 1 / math.Sqrt(at(t)) })
}

// correction is 1/(1-βᵗ) and a name for it.
func (p *Param) correction(beta float64) (name string, at func(t int) float64) {
	for _, s := range p.scheduled {
		if s.mark == beta {
			return s.key, s.debiased()
		}
	}
	return strconv.FormatFloat(beta, 'g', -1, 64), func(t int) float64 { return debias(beta, t) }
}

func (p *Param) fail(call string, err error) {
	p.Value.Graph().Fail("optim."+call, fmt.Errorf("rule %q, parameter %q: %w", p.rule, p.Name, err))
}
