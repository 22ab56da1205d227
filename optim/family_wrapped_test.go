package optim

import (
	"descent/graph"
)

// wrappedRows are of rules around rules, which Names does not list.
var wrappedRows = []row{
	{
		rule: Cautious{NewAdam()}, describe: "cautious-adam beta1=0.9 beta2=0.999 eps=1e-08 eps_hat=false uncorrected=false", rate: 0.001, theta: 3.2, state: 2, descent: 0.05, more: 2,
		bad: []Rule{Cautious{Adam{}}}, names: []string{"Eps"},
		wrong: []Rule{notMadeUp, NewAdam()},
	},
	{
		rule: Cautious{NewAdamW()}, describe: "cautious-adamw beta1=0.9 beta2=0.999 eps=1e-08 weight_decay=0.01", rate: 0.001, theta: 5, state: 2, descent: 0.05, more: 2,
		wrong: []Rule{masksDecay},
	},
	{
		rule: Centralized{NewSGD()}, describe: "centralized-sgd", rate: 0.01, theta: 7, descent: 0.3,
		wrong: []Rule{ascent{}},
	},
}

var (
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
