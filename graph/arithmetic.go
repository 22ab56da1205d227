package graph

import "descent/internal/kernel/program"

// Add returns x + y. Like every operation on two tensors it broadcasts:
// shapes are aligned at the last axis, and an axis of size 1 is repeated.
func (x Tensor) Add(y Tensor) Tensor { return apply2(add{}, x, y) }

// Sub returns x - y.
func (x Tensor) Sub(y Tensor) Tensor { return apply2(sub{}, x, y) }

// Mul returns x·y, elementwise.
func (x Tensor) Mul(y Tensor) Tensor { return apply2(mul{}, x, y) }

// Div returns x/y, elementwise.
func (x Tensor) Div(y Tensor) Tensor { return apply2(div{}, x, y) }

// Neg returns -x.
func (x Tensor) Neg() Tensor { return x.apply(neg{}) }

// Square returns x².
func (x Tensor) Square() Tensor { return x.apply(square{}) }

// Scale returns a·x for a constant a.
func (x Tensor) Scale(a float64) Tensor { return x.Mul(x.Const(a)) }

// AddScalar returns x + b for a constant b.
func (x Tensor) AddScalar(b float64) Tensor { return x.Add(x.Const(b)) }

// Affine returns a·x + b for constants a and b.
func (x Tensor) Affine(a, b float64) Tensor { return x.Scale(a).AddScalar(b) }

type (
	add    struct{ elementwise }
	sub    struct{ elementwise }
	mul    struct{ elementwise }
	div    struct{ elementwise }
	neg    struct{ elementwise }
	square struct{ elementwise }
)

func (add) Name() string    { return "Add" }
func (sub) Name() string    { return "Sub" }
func (mul) Name() string    { return "Mul" }
func (div) Name() string    { return "Div" }
func (neg) Name() string    { return "Neg" }
func (square) Name() string { return "Square" }

func (add) Eval64(e *Eval)    { e.map2(func(x, y float64) float64 { return x + y }) }
func (sub) Eval64(e *Eval)    { e.map2(func(x, y float64) float64 { return x - y }) }
func (mul) Eval64(e *Eval)    { e.map2(func(x, y float64) float64 { return x * y }) }
func (div) Eval64(e *Eval)    { e.map2(func(x, y float64) float64 { return x / y }) }
func (neg) Eval64(e *Eval)    { e.map1(func(x float64) float64 { return -x }) }
func (square) Eval64(e *Eval) { e.map1(func(x float64) float64 { return x * x }) }

func (add) Lower(b *program.Builder, x ...program.Reg) program.Reg    { return b.Add(x[0], x[1]) }
func (sub) Lower(b *program.Builder, x ...program.Reg) program.Reg    { return b.Sub(x[0], x[1]) }
func (mul) Lower(b *program.Builder, x ...program.Reg) program.Reg    { return b.Mul(x[0], x[1]) }
func (div) Lower(b *program.Builder, x ...program.Reg) program.Reg    { return b.Div(x[0], x[1]) }
func (neg) Lower(b *program.Builder, x ...program.Reg) program.Reg    { return b.Neg(x[0]) }
func (square) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Square(x[0]) }

func (add) Grad(_, dy Tensor, _ ...Tensor) []Tensor { return []Tensor{dy, dy} }
func (sub) Grad(_, dy Tensor, _ ...Tensor) []Tensor { return []Tensor{dy, dy.Neg()} }
func (mul) Grad(_, dy Tensor, x ...Tensor) []Tensor { return []Tensor{dy.Mul(x[1]), dy.Mul(x[0])} }
func (neg) Grad(_, dy Tensor, _ ...Tensor) []Tensor { return []Tensor{dy.Neg()} }
func (square) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.Mul(x[0].Scale(2))}
}

func (div) Grad(y, dy Tensor, x ...Tensor) []Tensor {
	dx := dy.Div(x[1])
	return []Tensor{dx, dx.Mul(y).Neg()}
}

// Unit implements lowering.Unit: x·1 = 1·x = x.
func (mul) Unit(in ...Tensor) (int, bool) {
	if isConst(in[0], 1) {
		return 1, true
	}
	return 0, isConst(in[1], 1)
}

// Unit implements lowering.Unit: x - 0 = x.
func (sub) Unit(in ...Tensor) (int, bool) { return 0, isConst(in[1], 0) }

// Unit implements lowering.Unit: x/1 = x.
func (div) Unit(in ...Tensor) (int, bool) { return 0, isConst(in[1], 1) }

// isConst reports whether x is the constant v, perhaps repeated.
func isConst(x Tensor, v float32) bool {
	if _, ok := x.Op().(broadcast); ok {
		x = x.Inputs()[0]
	}
	c, ok := x.Op().(Const)
	return ok && c.Value() == v
}
