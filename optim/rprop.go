package optim

import (
	"math"

	"descent/graph"
)

// Rprop moves each element by a step of its own, which grows while the sign
// of its gradient stays and shrinks when it changes:
//
//	s ← min(s·η⁺, Max)             where g·g₋ > 0
//	s ← max(s·η⁻, Min), g ← 0      where g·g₋ < 0
//	u = sign(g)·s    s₀ = 1        g₋ the gradient before, 0 at t = 1
//
// It is for full batches: signs of the gradients of mini-batches flip by
// chance, and all steps shrink. s is in units of the learning rate: with it
// at 0.01 the defaults are the first step and the limits 1e-6 and 50 of
// PyTorch, where the rate is only the first step.
//
// Use it for small networks and batch gradient descent, where it needs no
// tuning of the rate.
//
// Source: Riedmiller and Braun, "A direct adaptive method for faster
// backpropagation learning: the RPROP algorithm", ICNN 1993; a step after a
// change of sign is left out and not taken back, iRprop⁻ of Igel and Hüsken,
// "Improving the Rprop Learning Algorithm", NC 2000, as in PyTorch.
type Rprop struct {
	Up   float64 `json:"up" usage:"η⁺, growth of a step" range:"[1, ∞)"`
	Down float64 `json:"down" usage:"η⁻, what is left of a step after a change of sign" range:"(0, 1)"`
	Min  float64 `json:"min_step" usage:"least step, in units of the rate" range:"(0, 1]"`
	Max  float64 `json:"max_step" usage:"largest step, in units of the rate" range:"[1, ∞)"`
}

// NewRprop returns Rprop with η⁺ = 1.2, η⁻ = 0.5 and s from 1e-4 to 5000.
func NewRprop() Rprop { return Rprop{Up: 1.2, Down: 0.5, Min: 1e-4, Max: 5000} }

func (Rprop) Name() string         { return "rprop" }
func (Rprop) DefaultRate() float64 { return 0.01 }
func (o Rprop) Validate() error {
	c := (&check{rule: "Rprop"}).want(o.Up >= 1 && !math.IsInf(o.Up, 1), "Up", o.Up, "must be at least 1")
	c.want(o.Down > 0 && o.Down < 1, "Down", o.Down, "must be in (0, 1)")
	c.want(o.Min > 0 && o.Min <= 1, "Min", o.Min, "must be in (0, 1]: steps start at 1")
	return c.want(o.Max >= 1 && !math.IsInf(o.Max, 1), "Max", o.Max, "must be finite and at least 1: steps start at 1").err
}

func (o Rprop) Update(p *Param) graph.Tensor {
	zero := p.Grad.Const(0)
	// The product of signs, as that of small gradients would vanish.
	agree := p.Grad.Sign().Mul(p.State("g", 0).Sign())
	same, flip := zero.Less(agree), agree.Less(zero)
	s := p.State("s", 1)
	s = same.Select(s.Mul(p.Hyper("up", o.Up)), flip.Select(s.Mul(p.Hyper("down", o.Down)), s))
	s = s.Min(p.Hyper("max_step", o.Max)).Max(p.Hyper("min_step", o.Min))
	g := flip.Select(zero, p.Grad)
	p.Set("s", s)
	p.Set("g", g)
	return g.Sign().Mul(s)
}
