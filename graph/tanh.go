package graph

import (
	"descent/internal/canonical"
	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Tanh returns y = tanh(x), elementwise.
//
// Gradient: dx = (1 - y²)·dy, written in y so that the planner may free x
// after the forward pass.
func (x Tensor) Tanh() Tensor { return x.apply(tanh{}) }

type tanh struct{ elementwise }

func (tanh) Name() string   { return "Tanh" }
func (tanh) Eval64(e *Eval) { e.map1(canonical.Tanh) }
func (tanh) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Unary(formula.Tanh, x[0])
}
func (tanh) Grad(y, dy Tensor, _ ...Tensor) []Tensor {
	return []Tensor{dy.Mul(y.Square().Affine(-1, 1))}
}
