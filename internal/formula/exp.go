package formula

import (
	"math"

	"descent/internal/fma"
)

const (
	log2E      = 0x1.715476p+0  // 1/ln 2
	ln2Hi      = 0x1.62e43p-1   // ln 2, rounded
	ln2Lo      = -0x1.05c61p-29 // what rounding lost
	roundMagic = 0x1.8p23       // adding it leaves the nearest integer in the low bits
	expMax     = 89             // exp is +Inf here and above
	expMin     = -104           // exp is 0 here and below
	expm1Min   = -27            // expm1 is -1 here and below
)

// expQ is expm1(r) = r + r²·q(r), the lowest power first.
var expQ = [...]float32{0x1p-1, 0x1.555554p-3, 0x1.5554dep-5, 0x1.1112d2p-7, 0x1.6d5a6cp-10, 0x1.9e92e4p-13}

// expReduce splits eˣ = 2ⁿ·(1 + m), m = expm1(r) with |r| ≤ ½ ln 2.
func expReduce(x float32) (n int32, m float32) {
	t := fma.MulAdd(x, log2E, roundMagic)
	n = int32(math.Float32bits(t)) - int32(math.Float32bits(roundMagic))
	k := t - roundMagic
	r := fma.MulAdd(k, -ln2Hi, x)
	r = fma.MulAdd(k, -ln2Lo, r)
	return n, fma.MulAdd(float32(r*r), horner(expQ[:], r), r)
}

func (w Writer[V]) expReduce(x V) (n, m V) {
	t := w.FMA(w.num(log2E), x, w.num(roundMagic))
	n = w.SubInt(t, w.num(roundMagic))
	k := w.Sub(t, w.num(roundMagic))
	r := w.FNMA(w.num(ln2Hi), k, x)
	r = w.FNMA(w.num(ln2Lo), k, r)
	return n, w.FMA(w.Mul(r, r), w.horner(expQ[:], r), r)
}

// exp32 is eˣ, within 1 ulp, subnormal results included.
func exp32(x float32) float32 {
	n, m := expReduce(above(expMin, below(expMax, x)))
	a := n >> 1 // 2ⁿ in two steps, so that neither overflows
	return float32(float32((m+1)*pow2(a)) * pow2(n-a))
}

// Exp is eˣ.
func (w Writer[V]) Exp(x V) V {
	n, m := w.expReduce(w.above(expMin, w.below(expMax, x)))
	a := w.Sar(n, 1)
	y := w.Mul(w.Add(m, w.num(1)), w.pow2(a))
	return w.Mul(y, w.pow2(w.SubInt(n, a)))
}

// expm1f32 is eˣ − 1, within 1.5 ulp.
func expm1f32(x float32) float32 {
	n, m := expReduce(above(expm1Min, below(expMax, x)))
	a := n >> 1
	s := pow2(a)
	y := fma.MulAdd(s, m, s-pow2(a-n)) * pow2(n-a)
	return copysign32(y, x) // for -0
}

// Expm1 is eˣ − 1.
func (w Writer[V]) Expm1(x V) V {
	n, m := w.expReduce(w.above(expm1Min, w.below(expMax, x)))
	a := w.Sar(n, 1)
	s := w.pow2(a)
	y := w.FMA(s, m, w.Sub(s, w.pow2(w.SubInt(a, n))))
	return w.copysign(w.Mul(y, w.pow2(w.SubInt(n, a))), x)
}
