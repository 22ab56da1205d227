package formula

import "descent/internal/fma"

const (
	erfMax   = 4 // erf is 1 here and above
	erfSplit = 1 // where erf changes its polynomial
)

// erf a = a + a·p(a²) up to the split, and 1 − exp(−a − a·q(a)) above, the
// lowest power first.
var (
	erfP  = [...]float32{0x1.06eba8p-3, -0x1.81273ep-2, 0x1.ce2ce2p-4, -0x1.b7f6ap-6, 0x1.53ed62p-8, -0x1.a32afcp-11, 0x1.470608p-14}
	erfcQ = [...]float32{0x1.078c7ep-3, 0x1.451eeap-1, 0x1.b4260ap-4, -0x1.88bc62p-6, 0x1.ea4052p-9, -0x1.6b93e4p-12, 0x1.c8cc9ap-17}
)

// erf32 is the error function, within 1 ulp: an odd polynomial up to 1, and
// 1 − exp(−a − a·q(a)), a = |x|, above.
func erf32(x float32) float32 {
	a := Abs32(x)
	if a < erfSplit {
		return copysign32(fma.MulAdd(a, horner(erfP[:], float32(a*a)), a), x)
	}
	t := below(erfMax, a)
	n, m := expReduce(-fma.MulAdd(t, horner(erfcQ[:], t), t))
	return copysign32(1-float32((m+1)*pow2(n)), x)
}

// Erf is the error function.
func (w Writer[V]) Erf(x V) V {
	a := w.Abs(x)
	small := w.FMA(w.horner(erfP[:], w.Mul(a, a)), a, a)
	t := w.below(erfMax, a)
	n, m := w.expReduce(w.Neg(w.FMA(w.horner(erfcQ[:], t), t, t)))
	large := w.Sub(w.num(1), w.Mul(w.Add(m, w.num(1)), w.pow2(n)))
	return w.copysign(w.Pick(w.Compare(IsLess, a, w.num(erfSplit)), small, large), x)
}
