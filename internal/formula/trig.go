package formula

import (
	"math"

	"descent/internal/fma"
)

const (
	// trigMax is the largest argument of sin and cos. Beyond it, where float32
	// lie half a unit apart, the number of quarters of a turn would no longer
	// fit the low bits of a float32.
	trigMax = 0x1p22

	twoByPi  = 0x1.45f306p-1   // 2/π
	quarter1 = 0x1.921fb6p+0   // π/2, rounded
	quarter2 = -0x1.777a5cp-25 // what rounding lost, rounded
	quarter3 = -0x1.ee59dap-50 // and what that lost
)

// sin r = r + r·s·p(s) and cos r = 1 + s·q(s) with s = r², the lowest power
// first.
var (
	sinP = [...]float32{-0x1.555556p-3, 0x1.11113cp-7, -0x1.a01f6ap-13, 0x1.6df378p-19}
	cosQ = [...]float32{-0x1.fffffep-2, 0x1.5554d6p-5, -0x1.6bec4ap-10, 0x1.9465acp-16}
)

// quarters splits a ≥ 0 into n quarters of a turn and a rest r, and returns
// sin r and cos r; n is in the low bits. The first difference is exact, since
// both of its numbers are multiples of 2⁻²³ that nearly cancel.
func quarters(a float32) (n uint32, sin, cos float32) {
	t := fma.MulAdd(twoByPi, a, roundMagic)
	k := t - roundMagic
	r := fma.MulAdd(-quarter1, k, a)
	r = fma.MulAdd(-quarter2, k, r)
	r = fma.MulAdd(-quarter3, k, r)
	s := float32(r * r)
	sin = fma.MulAdd(float32(r*s), horner(sinP[:], s), r)
	cos = fma.MulAdd(s, horner(cosQ[:], s), 1)
	return math.Float32bits(t), sin, cos
}

func (w Writer[V]) quarters(a V) (n, sin, cos V) {
	t := w.FMA(w.num(twoByPi), a, w.num(roundMagic))
	k := w.Sub(t, w.num(roundMagic))
	r := w.FNMA(w.num(quarter1), k, a)
	r = w.FNMA(w.num(quarter2), k, r)
	r = w.FNMA(w.num(quarter3), k, r)
	s := w.Mul(r, r)
	sin = w.FMA(w.Mul(r, s), w.horner(sinP[:], s), r)
	cos = w.FMA(w.horner(cosQ[:], s), s, w.num(1))
	return t, sin, cos
}

// turned is the sine of n quarters and the rest that sin and cos are of: one of
// the two, by the lowest bit of n, with the sign that the next one says.
func turned(n uint32, sin, cos float32) float32 {
	y := sin
	if n&1 != 0 {
		y = cos
	}
	return math.Float32frombits(math.Float32bits(y) ^ n<<30&signBit)
}

func (w Writer[V]) turned(n, sin, cos V) V {
	odd := w.Compare(IsLess, w.Or(w.Shl(n, 31), w.Const(oneBits)), w.num(0)) // of ±1
	return w.Xor(w.Pick(odd, cos, sin), w.And(w.Shl(n, 30), w.Const(signBit)))
}

// sin32 is sin x, within 2.5 ulp for |x| ≤ 2²². Beyond, as for ±Inf, it is NaN.
func sin32(x float32) float32 {
	a := Abs32(x)
	if !(a <= trigMax) {
		return float32(math.NaN())
	}
	n, sin, cos := quarters(a)
	return math.Float32frombits(math.Float32bits(turned(n, sin, cos)) ^ math.Float32bits(x)&signBit)
}

// Sin is sin x.
func (w Writer[V]) Sin(x V) V {
	a := w.Abs(x)
	n, sin, cos := w.quarters(a)
	y := w.Xor(w.turned(n, sin, cos), w.And(x, w.Const(signBit)))
	return w.Pick(w.Compare(IsLessEqual, a, w.num(trigMax)), y, w.Const(nanBits))
}

// cos32 is cos x = sin(|x| + π/2), within 2.5 ulp for |x| ≤ 2²². Beyond, as for
// ±Inf, it is NaN.
func cos32(x float32) float32 {
	a := Abs32(x)
	if !(a <= trigMax) {
		return float32(math.NaN())
	}
	n, sin, cos := quarters(a)
	return turned(n+1, sin, cos)
}

// Cos is cos x.
func (w Writer[V]) Cos(x V) V {
	a := w.Abs(x)
	n, sin, cos := w.quarters(a)
	y := w.turned(w.AddInt(n, w.Const(1)), sin, cos)
	return w.Pick(w.Compare(IsLessEqual, a, w.num(trigMax)), y, w.Const(nanBits))
}
