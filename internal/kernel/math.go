package kernel

import (
	"math"

	"descent/internal/formula"
)

// This file is the specification of exp, log and their kin: one sequence of
// IEEE operations each, followed step by step by every instruction set. A
// product that enters a sum is either fused by fma32 or rounded first.
// Package formula has the coefficients, and the same sequences as instructions;
// error bounds are measured by TestMathError over all exponents.

// horner evaluates a polynomial, each step fused.
func horner(c []float32, x float32) float32 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = fma32(y, x, c[i])
	}
	return y
}

// expReduce splits eˣ = 2ⁿ·(1 + m), m = expm1(r) with |r| ≤ ½ ln 2.
func expReduce(x float32) (n int32, m float32) {
	t := fma32(x, formula.Log2E, formula.ExpMagic)
	n = int32(math.Float32bits(t)) - int32(math.Float32bits(formula.ExpMagic))
	k := t - formula.ExpMagic
	r := fma32(k, -formula.Ln2Hi, x)
	r = fma32(k, -formula.Ln2Lo, r)
	return n, fma32(float32(r*r), horner(formula.ExpQ[:], r), r)
}

// pow2 is 2ⁿ for n in [-126, 127].
func pow2(n int32) float32 { return math.Float32frombits(uint32(n<<23) + formula.OneBits) }

func copysign32(x, sign float32) float32 {
	return math.Float32frombits(math.Float32bits(x)&^formula.SignBit | math.Float32bits(sign)&formula.SignBit)
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

// exp32 is eˣ, within 1 ulp, subnormal results included.
func exp32(x float32) float32 {
	n, m := expReduce(above(formula.ExpMin, below(formula.ExpMax, x)))
	a := n >> 1 // 2ⁿ in two steps, so that neither overflows
	return float32(float32((m+1)*pow2(a)) * pow2(n-a))
}

// expm1f32 is eˣ − 1, within 1.5 ulp.
func expm1f32(x float32) float32 {
	n, m := expReduce(above(formula.Expm1Min, below(formula.ExpMax, x)))
	a := n >> 1
	s := pow2(a)
	y := fma32(s, m, s-pow2(a-n)) * pow2(n-a)
	return copysign32(y, x) // for -0
}

// log32 is ln x, within 1 ulp: NaN below 0, −Inf at ±0.
func log32(x float32) float32 {
	u, e := x, float32(0)
	if x < formula.Tiny {
		u, e = float32(x*0x1p23), -23
	}
	i := (int32(math.Float32bits(u)) - formula.LogBase) >> 23
	f := math.Float32frombits(math.Float32bits(u)-uint32(i<<23)) - 1
	y := logSum(f, e+float32(i))
	switch {
	case x < 0:
		return float32(math.NaN())
	case x == 0:
		return float32(math.Inf(-1))
	case !(x < float32(math.Inf(1))):
		return x
	}
	return y
}

// logSum is ln(1 + f) + e·ln 2, f in [-1/3, 1/3].
func logSum(f, e float32) float32 {
	y := fma32(float32(f*f), horner(formula.LogQ[:], f), f)
	y = fma32(e, formula.Ln2Lo, y)
	return fma32(e, formula.Ln2Hi, y)
}

// log1p32 is ln(1 + x), within 2 ulp: NaN below −1, −Inf at −1.
func log1p32(x float32) float32 {
	u := 1 + x
	b := u - 1
	c := (x - b) + (1 - (u - b)) // u + c = 1 + x, exactly
	i := (int32(math.Float32bits(u)) - formula.LogBase) >> 23
	f := math.Float32frombits(math.Float32bits(u)-uint32(i<<23)) - 1
	scale := math.Float32frombits(uint32(max(127-i, 0) << 23)) // 2⁻ⁱ
	y := copysign32(logSum(f+float32(c*scale), float32(i)), x) // the sign, for -0
	switch {
	case x < -1:
		return float32(math.NaN())
	case x == -1:
		return float32(math.Inf(-1))
	case !(x < float32(math.Inf(1))):
		return x
	}
	return y
}

// tanh32 is tanh x = expm1(2|x|) / (expm1(2|x|) + 2) with the sign of x,
// within 2.5 ulp.
func tanh32(x float32) float32 {
	a := below(formula.TanhMax, abs32(x))
	n, m := expReduce(a + a)
	s := pow2(n)
	y := fma32(s, m, s-1)
	return copysign32(y/(y+2), x)
}

// sigmoid32 is 1/(1 + e⁻ˣ), within 2.5 ulp. It takes e to the power -|x|, which
// cannot overflow.
func sigmoid32(x float32) float32 {
	z := exp32(-abs32(x))
	num := float32(1)
	if x < 0 {
		num = z
	}
	return num / (z + 1)
}

// erf32 is the error function, within 1 ulp: an odd polynomial up to 1, and
// 1 − exp(−a − a·q(a)), a = |x|, above.
func erf32(x float32) float32 {
	a := abs32(x)
	if a < formula.ErfSplit {
		return copysign32(fma32(a, horner(formula.ErfP[:], float32(a*a)), a), x)
	}
	t := below(formula.ErfMax, a)
	n, m := expReduce(-fma32(t, horner(formula.ErfcQ[:], t), t))
	return copysign32(1-float32((m+1)*pow2(n)), x)
}
