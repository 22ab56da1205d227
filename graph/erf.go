package graph

import (
	"math"

	"descent/internal/canonical"
	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Erf returns the error function 2/√π ∫₀ˣ e^(-u²) du, elementwise.
//
// Gradient: dx = 2/√π·e^(-x²)·dy.
func (x Tensor) Erf() Tensor { return x.apply(erf{}) }

type erf struct{ elementwise }

func (erf) Name() string                                           { return "Erf" }
func (erf) Eval64(e *Eval)                                         { e.map1(canonical.Erf) }
func (erf) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Unary(formula.Erf, x[0]) }
func (erf) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.Mul(x[0].Square().Neg().Exp().Scale(2 / math.Sqrt(math.Pi)))}
}
