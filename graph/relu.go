package graph

import (
	"math"

	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// ReLU returns y = max(x, 0), elementwise.
//
// Gradient: dy where y > 0, else 0, also at x = 0; written in y so that the
// planner may free x.
func (x Tensor) ReLU() Tensor { return x.apply(relu{}) }

type relu struct{ elementwise }

func (relu) Name() string { return "ReLU" }
func (relu) Eval64(e *Eval) {
	e.map1(func(x float64) float64 { return math.Max(x, 0) })
}
func (relu) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Binary(formula.Max, x[0], b.Const(0))
}
func (relu) Grad(y, dy Tensor, _ ...Tensor) []Tensor {
	zero := dy.Const(0)
	return []Tensor{zero.Less(y).Select(dy, zero)}
}
