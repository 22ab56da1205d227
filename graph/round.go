package graph

import (
	"math"

	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Round returns y, the whole number next to x, the even one of two that are as near.
//
// Shapes: x, y any, equal. Gradient: none; y is constant.
func (x Tensor) Round() Tensor { return x.apply(round{}) }

// Floor returns y, the largest whole number that is at most x. Of -x, negated, it is
// the least that is at least x.
//
// Shapes: x, y any, equal. Gradient: none; y is constant.
func (x Tensor) Floor() Tensor { return x.apply(floor{}) }

type (
	round struct{ elementwise }
	floor struct{ elementwise }
)

func (round) Name() string { return "Round" }
func (floor) Name() string { return "Floor" }

func (round) Eval64(e *Eval) { e.map1(math.RoundToEven) }
func (floor) Eval64(e *Eval) { e.map1(math.Floor) }

func (round) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Unary(formula.Round, x[0])
}
func (floor) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Unary(formula.Floor, x[0])
}

func (round) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return []Tensor{{}} }
func (floor) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return []Tensor{{}} }
