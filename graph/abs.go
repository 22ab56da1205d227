package graph

import (
	"math"

	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Abs returns |x|. Its subgradient at 0 is 0.
func (x Tensor) Abs() Tensor { return x.apply(abs{}) }

// Sign returns -1, 0 or 1, constant for the gradient.
func (x Tensor) Sign() Tensor { return x.apply(sign{}) }

type (
	abs  struct{ elementwise }
	sign struct{ elementwise }
)

func (abs) Name() string  { return "Abs" }
func (sign) Name() string { return "Sign" }

func (abs) Eval64(e *Eval) { e.map1(math.Abs) }
func (sign) Eval64(e *Eval) {
	e.map1(func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return x // ±0 and NaN
	})
}

func (abs) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Unary(formula.Abs, x[0]) }
func (sign) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Unary(formula.Sign, x[0])
}

func (abs) Grad(_, dy Tensor, x ...Tensor) []Tensor { return []Tensor{dy.Mul(x[0].Sign())} }
func (sign) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return []Tensor{{}} }
