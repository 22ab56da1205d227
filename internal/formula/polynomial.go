package formula

import (
	"math"

	"descent/internal/fma"
)

// What the functions of exp.go, log.go and their kin are made of: of each step
// the specification in plain Go, and the formula. Coefficients are made by
// testdata/coefficients.py; error bounds are measured by TestMathError over all
// exponents.

const (
	oneBits      = 127 << 23 // bits of 1
	signBit      = 1 << 31   // of a float32
	infinityBits = 0x7f800000
	nanBits      = 0x7fc00000
)

// horner evaluates a polynomial, each step fused.
func horner(c []float32, x float32) float32 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = fma.MulAdd(y, x, c[i])
	}
	return y
}

func (w Writer[V]) horner(c []float32, x V) V {
	y := w.num(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		y = w.FMA(y, x, w.num(c[i]))
	}
	return y
}

// pow2 is 2ⁿ for n in [-126, 127].
func pow2(n int32) float32 { return math.Float32frombits(uint32(n<<23) + oneBits) }

func (w Writer[V]) pow2(n V) V { return w.AddInt(w.Shl(n, 23), w.Const(oneBits)) }

func copysign32(x, sign float32) float32 {
	return math.Float32frombits(math.Float32bits(x)&^signBit | math.Float32bits(sign)&signBit)
}

func (w Writer[V]) copysign(x, sign V) V {
	return w.Or(w.Abs(x), w.And(sign, w.Const(signBit)))
}

// above and below bound x from below and above; NaN passes.
func above(lo, x float32) float32 {
	if x < lo {
		return lo
	}
	return x
}

func below(hi, x float32) float32 {
	if x > hi {
		return hi
	}
	return x
}

func (w Writer[V]) above(lo float32, x V) V { return w.Max(w.num(lo), x) }
func (w Writer[V]) below(hi float32, x V) V { return w.Min(w.num(hi), x) }
