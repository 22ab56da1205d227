package graph

import (
	"descent/internal/canonical"
	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Sin returns y = sin(x), x in radians, elementwise.
//
// The engine is within 2.5 ulp for |x| ≤ 2²², and returns NaN beyond: float32
// lie half a radian and more apart there, so that the x of a longer computation
// has no digit left that could tell its sine. Bring large phases into range
// before they are rounded to float32.
//
// Gradient: dx = cos(x)·dy.
func (x Tensor) Sin() Tensor { return x.apply(sin{}) }

// Cos returns y = cos(x), x in radians, elementwise. For its accuracy and its
// range see [Tensor.Sin].
//
// Gradient: dx = -sin(x)·dy.
func (x Tensor) Cos() Tensor { return x.apply(cos{}) }

type (
	sin struct{ elementwise }
	cos struct{ elementwise }
)

func (sin) Name() string                                           { return "Sin" }
func (sin) Eval64(e *Eval)                                         { e.map1(canonical.Sin) }
func (sin) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Unary(formula.Sin, x[0]) }
func (sin) Grad(_, dy Tensor, x ...Tensor) []Tensor                { return []Tensor{dy.Mul(x[0].Cos())} }

func (cos) Name() string                                           { return "Cos" }
func (cos) Eval64(e *Eval)                                         { e.map1(canonical.Cos) }
func (cos) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Unary(formula.Cos, x[0]) }
func (cos) Grad(_, dy Tensor, x ...Tensor) []Tensor                { return []Tensor{dy.Mul(x[0].Sin().Neg())} }
