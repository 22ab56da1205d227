package formula

import "math"

// whole32 is where float32 have no fractions any more: 2²³.
const whole32 = 0x1p23

// round32 is the whole number next to x, the even one of two that are as near. The
// sum with 2²³ has no room for a fraction, so that it is rounded.
func round32(x float32) float32 {
	a := Abs32(x)
	if !(a < whole32) {
		return x
	}
	r := (a + whole32) - whole32
	return math.Float32frombits(math.Float32bits(r) | math.Float32bits(x)&signBit)
}

// Round is the whole number next to x, the even one of two.
func (w Writer[V]) Round(x V) V {
	a := w.Abs(x)
	r := w.Sub(w.Add(a, w.num(whole32)), w.num(whole32))
	r = w.Or(r, w.And(x, w.Const(signBit)))
	return w.Pick(w.Compare(IsLess, a, w.num(whole32)), r, x)
}

// floor32 is the largest whole number that is at most x.
func floor32(x float32) float32 {
	r := round32(x)
	if x < r {
		return r - 1
	}
	return r
}

// Floor is the largest whole number that is at most x.
func (w Writer[V]) Floor(x V) V {
	r := w.Round(x)
	return w.Sub(r, w.Only(w.Compare(IsLess, x, r), w.num(1)))
}
