package graph

import (
	"math"

	"descent/internal/formula"
	"descent/internal/kernel/program"
)

// Less returns 1 where x < y and 0 elsewhere, constant for the gradient.
func (x Tensor) Less(y Tensor) Tensor { return apply2(less{}, x, y) }

// LessEqual returns 1 where x ≤ y and 0 elsewhere, constant for the gradient.
func (x Tensor) LessEqual(y Tensor) Tensor { return apply2(lessEqual{}, x, y) }

// Equal returns 1 where x = y and 0 elsewhere, constant for the gradient.
func (x Tensor) Equal(y Tensor) Tensor { return apply2(equal{}, x, y) }

// Select returns x where cond is not 0 and y where it is. The gradient of the
// side that was not taken is 0, whatever its value.
func (cond Tensor) Select(x, y Tensor) Tensor {
	if !cond.Valid() || !x.Valid() || !y.Valid() {
		return cond.apply(selectOp{}, x, y)
	}
	t, err := broadcastShape(x.Type(), y.Type())
	if err == nil {
		t, err = broadcastShape(t, cond.Type())
	}
	if err != nil {
		cond.n.graph.Fail("Select", err, cond.Type(), x.Type(), y.Type())
		return cond.apply(selectOp{}, x, y)
	}
	return cond.BroadcastTo(t).apply(selectOp{}, x.BroadcastTo(t), y.BroadcastTo(t))
}

// Max returns the larger of x and y; the gradient goes to the larger, and
// half to each where they are equal.
func (x Tensor) Max(y Tensor) Tensor { return apply2(maximum{}, x, y) }

// Min returns the smaller of x and y; the gradient goes to the smaller, and
// half to each where they are equal.
func (x Tensor) Min(y Tensor) Tensor { return apply2(minimum{}, x, y) }

// Clamp returns x limited to [lo, hi]; the gradient outside is 0.
func (x Tensor) Clamp(lo, hi float64) Tensor {
	return x.Max(x.Const(lo)).Min(x.Const(hi))
}

type (
	less      struct{ elementwise }
	lessEqual struct{ elementwise }
	equal     struct{ elementwise }
	selectOp  struct{ elementwise }
	maximum   struct{ elementwise }
	minimum   struct{ elementwise }
)

func (less) Name() string      { return "Less" }
func (lessEqual) Name() string { return "LessEqual" }
func (equal) Name() string     { return "Equal" }
func (selectOp) Name() string  { return "Select" }
func (maximum) Name() string   { return "Max" }
func (minimum) Name() string   { return "Min" }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (less) Eval64(e *Eval) { e.map2(func(x, y float64) float64 { return truth(x < y) }) }
func (lessEqual) Eval64(e *Eval) {
	e.map2(func(x, y float64) float64 { return truth(x <= y) })
}
func (equal) Eval64(e *Eval)   { e.map2(func(x, y float64) float64 { return truth(x == y) }) }
func (maximum) Eval64(e *Eval) { e.map2(math.Max) }
func (minimum) Eval64(e *Eval) { e.map2(math.Min) }
func (selectOp) Eval64(e *Eval) {
	for i, c := range e.In[0] {
		if c != 0 {
			e.Out[i] = e.In[1][i]
		} else {
			e.Out[i] = e.In[2][i]
		}
	}
}

func (less) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Binary(formula.Less, x[0], x[1])
}
func (lessEqual) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Binary(formula.LessEqual, x[0], x[1])
}
func (equal) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Binary(formula.Equal, x[0], x[1])
}
func (selectOp) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Select(x[0], x[1], x[2])
}
func (maximum) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Binary(formula.Max, x[0], x[1])
}
func (minimum) Lower(b *program.Builder, x ...program.Reg) program.Reg {
	return b.Binary(formula.Min, x[0], x[1])
}

func (less) Grad(_, _ Tensor, _ ...Tensor) []Tensor      { return []Tensor{{}, {}} }
func (lessEqual) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return []Tensor{{}, {}} }
func (equal) Grad(_, _ Tensor, _ ...Tensor) []Tensor     { return []Tensor{{}, {}} }

func (selectOp) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	zero := dy.Const(0)
	return []Tensor{{}, x[0].Select(dy, zero), x[0].Select(zero, dy)}
}

func (maximum) Grad(_, dy Tensor, x ...Tensor) []Tensor { return extremeGrad(dy, x[1], x[0]) }
func (minimum) Grad(_, dy Tensor, x ...Tensor) []Tensor { return extremeGrad(dy, x[0], x[1]) }

// extremeGrad shares dy between the two operands of a maximum or minimum; the
// first takes it where small < large.
func extremeGrad(dy, small, large Tensor) []Tensor {
	first := small.Less(large).Add(small.Equal(large).Scale(0.5))
	return []Tensor{dy.Mul(first), dy.Mul(first.Affine(-1, 1))}
}
