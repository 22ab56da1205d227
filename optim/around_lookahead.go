package optim

import (
	"fmt"

	"descent/graph"
)

// slowSlot holds the slow weights of a parameter.
const slowSlot = "slow"

// Lookahead lets a rule explore with fast weights θ, and every k updates moves
// slow weights φ towards where they have come and starts them from there:
//
//	φ ← φ + α(θ - φ), θ ← φ    where k divides t    φ = θ at the start
//
// The state of the rule stays. The slow weights are the result, as in the
// paper, which evaluates them: between two such updates they are those of the
// last one. The zero value is off.
//
// Source: Zhang et al., "Lookahead Optimizer: k steps forward, 1 step back",
// NeurIPS 2019, arXiv:1907.08610, algorithm 1.
type Lookahead struct {
	Every int     `json:"every"` // k, updates between two moves of the slow weights; 0: none
	Alpha float64 `json:"alpha"` // α, how far they move, in (0, 1]
}

// NewLookahead returns the paper's k = 6 with α = 0.5.
func NewLookahead() Lookahead { return Lookahead{Every: 6, Alpha: 0.5} }

// Validate returns an error that names the field out of range.
func (l Lookahead) Validate() error {
	switch {
	case l == Lookahead{}:
		return nil
	case l.Every < 1:
		return fmt.Errorf("optim.Lookahead: Every = %d must count updates, at least 1; optim.NewLookahead() has the paper's", l.Every)
	case !(l.Alpha > 0 && l.Alpha <= 1):
		return fmt.Errorf("optim.Lookahead: Alpha = %v must be in (0, 1]; optim.NewLookahead() has the paper's", l.Alpha)
	}
	return nil
}

// led returns θ after an update that the rule has ended at next.
func (l Lookahead) led(p *Param, next graph.Tensor) graph.Tensor {
	if l == (Lookahead{}) {
		return next
	}
	meets := p.scalar("lookahead meets", func(t int) float64 {
		if t%l.Every == 0 {
			return 1
		}
		return 0
	})
	slow := p.Copy(slowSlot)
	moved := slow.Add(next.Sub(slow).Mul(p.setting("lookahead alpha", l.Alpha)))
	p.Set(slowSlot, meets.Select(moved, slow))
	return meets.Select(moved, next)
}
