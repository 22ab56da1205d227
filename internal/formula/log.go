package formula

import (
	"math"

	"descent/internal/fma"
)

const (
	logBase = 0x3f2aaaab // bits of 2/3: significands lie in [2/3, 4/3)
	tiny    = 0x1p-126   // the least normal number
)

// logQ is ln(1 + f) = f + f²·q(f), the lowest power first.
var logQ = [...]float32{-0x1p-1, 0x1.5554e6p-2, -0x1.ffff3cp-3, 0x1.99de24p-3, -0x1.5592e6p-3, 0x1.1dfa3ep-3, -0x1.f40698p-4, 0x1.2285b2p-3, -0x1.06573ap-3}

// log32 is ln x, within 1 ulp: NaN below 0, −Inf at ±0.
func log32(x float32) float32 {
	u, e := x, float32(0)
	if x < tiny {
		u, e = float32(x*0x1p23), -23
	}
	i := (int32(math.Float32bits(u)) - logBase) >> 23
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

// Log is ln x.
func (w Writer[V]) Log(x V) V {
	small := w.Compare(IsLess, x, w.num(tiny))
	u := w.Pick(small, w.Mul(x, w.num(0x1p23)), x)
	i, f := w.logSplit(u)
	e := w.Add(w.Only(small, w.num(-23)), w.ToFloat(i))
	return w.logEnds(w.logSum(f, e), x, 0)
}

// log1p32 is ln(1 + x), within 2 ulp: NaN below −1, −Inf at −1.
func log1p32(x float32) float32 {
	u := 1 + x
	b := u - 1
	c := (x - b) + (1 - (u - b)) // u + c = 1 + x, exactly
	i := (int32(math.Float32bits(u)) - logBase) >> 23
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

// Log1p is ln(1 + x).
func (w Writer[V]) Log1p(x V) V {
	u := w.Add(x, w.num(1))
	b := w.Sub(u, w.num(1))
	c := w.Add(w.Sub(x, b), w.Sub(w.num(1), w.Sub(u, b)))
	i, f := w.logSplit(u)
	scale := w.Shl(w.MaxInt(w.SubInt(w.Const(127), i), w.Const(0)), 23)
	f = w.Add(f, w.Mul(c, scale))
	return w.logEnds(w.copysign(w.logSum(f, w.ToFloat(i)), x), x, -1)
}

// logSum is ln(1 + f) + e·ln 2, f in [-1/3, 1/3].
func logSum(f, e float32) float32 {
	y := fma.MulAdd(float32(f*f), horner(logQ[:], f), f)
	y = fma.MulAdd(e, ln2Lo, y)
	return fma.MulAdd(e, ln2Hi, y)
}

func (w Writer[V]) logSum(f, e V) V {
	y := w.FMA(w.Mul(f, f), w.horner(logQ[:], f), f)
	y = w.FMA(w.num(ln2Lo), e, y)
	return w.FMA(w.num(ln2Hi), e, y)
}

// logSplit is i and f of u = 2ⁱ·(1 + f).
func (w Writer[V]) logSplit(u V) (i, f V) {
	i = w.Sar(w.SubInt(u, w.Const(logBase)), 23)
	return i, w.Sub(w.SubInt(u, w.Shl(i, 23)), w.num(1))
}

// logEnds replaces y, a logarithm, by NaN where x is below zero, by −Inf at
// zero, and by x where it is +Inf or NaN.
func (w Writer[V]) logEnds(y, x V, zero float32) V {
	y = w.Pick(w.Compare(IsNotLess, x, w.Const(infinityBits)), x, y)
	y = w.Pick(w.Compare(IsEqual, x, w.num(zero)), w.Const(infinityBits|signBit), y)
	return w.Pick(w.Compare(IsLess, x, w.num(zero)), w.Const(nanBits), y)
}
