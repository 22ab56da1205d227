package graph

import (
	"descent/internal/canonical"
	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Sigmoid returns y = 1/(1 + e⁻ˣ), elementwise. No finite x overflows.
//
// Gradient: dx = y·(1 - y)·dy.
func (x Tensor) Sigmoid() Tensor { return x.apply(sigmoid{}) }

type sigmoid struct{ elementwise }

func (sigmoid) Name() string { return "Sigmoid" }
func (sigmoid) Eval64(e *Eval) {
	e.map1(func(x float64) float64 { return 1 / (1 + canonical.Exp(-x)) })
}
func (sigmoid) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Unary(formula.Sigmoid, x[0])
}
func (sigmoid) Grad(y, dy Tensor, _ ...Tensor) []Tensor {
	return []Tensor{dy.Mul(y).Mul(y.Affine(-1, 1))}
}
