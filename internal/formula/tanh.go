package formula

import "descent/internal/fma"

const tanhMax = 10 // tanh is 1 here and above

// tanh32 is tanh x = expm1(2|x|) / (expm1(2|x|) + 2) with the sign of x,
// within 2.5 ulp.
func tanh32(x float32) float32 {
	a := below(tanhMax, Abs32(x))
	n, m := expReduce(a + a)
	s := pow2(n)
	y := fma.MulAdd(s, m, s-1)
	return copysign32(y/(y+2), x)
}

// Tanh is tanh x.
func (w Writer[V]) Tanh(x V) V {
	a := w.below(tanhMax, w.Abs(x))
	n, m := w.expReduce(w.Add(a, a))
	s := w.pow2(n)
	y := w.FMA(s, m, w.Sub(s, w.num(1)))
	return w.copysign(w.Div(y, w.Add(y, w.num(2))), x)
}

// sigmoid32 is 1/(1 + e⁻ˣ), within 2.5 ulp. It takes e to the power -|x|, which
// cannot overflow.
func sigmoid32(x float32) float32 {
	z := exp32(-Abs32(x))
	num := float32(1)
	if x < 0 {
		num = z
	}
	return num / (z + 1)
}

// Sigmoid is 1/(1 + e⁻ˣ).
func (w Writer[V]) Sigmoid(x V) V {
	z := w.Exp(w.Or(x, w.Const(signBit)))
	num := w.Pick(w.Compare(IsLess, x, w.num(0)), z, w.num(1))
	return w.Div(num, w.Add(z, w.num(1)))
}
