package graph

import (
	"descent/internal/canonical"
	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Exp returns eˣ.
func (x Tensor) Exp() Tensor { return x.apply(exp{}) }

// Expm1 returns eˣ - 1, exact also for small x.
func (x Tensor) Expm1() Tensor { return x.apply(expm1{}) }

// Log returns the natural logarithm of x.
func (x Tensor) Log() Tensor { return x.apply(log{}) }

// Log1p returns log(1 + x), exact also for small x.
func (x Tensor) Log1p() Tensor { return x.apply(log1p{}) }

type (
	exp   struct{ elementwise }
	expm1 struct{ elementwise }
	log   struct{ elementwise }
	log1p struct{ elementwise }
)

func (exp) Name() string   { return "Exp" }
func (expm1) Name() string { return "Expm1" }
func (log) Name() string   { return "Log" }
func (log1p) Name() string { return "Log1p" }

func (exp) Eval64(e *Eval)   { e.map1(canonical.Exp) }
func (expm1) Eval64(e *Eval) { e.map1(canonical.Expm1) }
func (log) Eval64(e *Eval)   { e.map1(canonical.Log) }
func (log1p) Eval64(e *Eval) { e.map1(canonical.Log1p) }

func (exp) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Unary(formula.Exp, x[0]) }
func (expm1) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Unary(formula.Expm1, x[0])
}
func (log) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Unary(formula.Log, x[0]) }
func (log1p) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Unary(formula.Log1p, x[0])
}

func (exp) Grad(y, dy Tensor, _ ...Tensor) []Tensor   { return []Tensor{dy.Mul(y)} }
func (expm1) Grad(y, dy Tensor, _ ...Tensor) []Tensor { return []Tensor{dy.Mul(y.AddScalar(1))} }
func (log) Grad(_, dy Tensor, x ...Tensor) []Tensor   { return []Tensor{dy.Div(x[0])} }
func (log1p) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.Div(x[0].AddScalar(1))}
}
