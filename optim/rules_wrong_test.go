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

// moves is a mistake in how a rule moves its parameters.
type moves[R IterateRule] struct {
	IterateRule
	name string
	f    func(o R, p *Param, step graph.Tensor) graph.Tensor
}

func (v moves[R]) Name() string         { return v.name }
func (v moves[R]) with(right Rule) Rule { v.IterateRule = right.(R); return v }
func (v moves[R]) Move(p *Param, step graph.Tensor) graph.Tensor {
	return v.f(v.IterateRule.(R), p, step)
}

func wrongMove[R IterateRule](name string, f func(o R, p *Param, step graph.Tensor) graph.Tensor) Rule {
	return moves[R]{name: name, f: f}
}
