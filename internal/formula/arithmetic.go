package formula

import "math"

// This file has the maps that are an instruction or two. Of each function there
// is the specification in plain Go, whose name ends in 32, and the

func neg32(x float32) float32    { return -x }
func square32(x float32) float32 { return x * x }

func add32(x, y float32) float32 { return x + y }
func sub32(x, y float32) float32 { return x - y }
func mul32(x, y float32) float32 { return x * y }
func div32(x, y float32) float32 { return x / y }

// Abs32 is |x|.
func Abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// Sqrt32 is √x. It is exact: the root in float64, rounded twice, equals the root
// rounded once, since 53 ≥ 2·24 + 2.
func Sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// sign32 is ±1, and x itself where x is ±0 or NaN.
func sign32(x float32) float32 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// Neg is −x.
func (w Writer[V]) Neg(x V) V { return w.Xor(x, w.Const(signBit)) }

// Abs is |x|.
func (w Writer[V]) Abs(x V) V { return w.And(x, w.Const(signBit-1)) }

// Sign is ±1, or x where x is ±0 or NaN.
func (w Writer[V]) Sign(x V) V {
	one := w.Or(w.And(x, w.Const(signBit)), w.num(1))
	return w.Pick(w.Compare(IsOrderedAndUnequal, x, w.num(0)), one, x)
}

// Square is x².
func (w Writer[V]) Square(x V) V { return w.Mul(x, x) }
