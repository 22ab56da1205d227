package canonical

import "math"

// Exp returns eˣ, with an error below 1.5.
//
// x = k·ln 2 + 16·r; the Taylor series of degree 8 gives s = eʳ - 1, and four
// squarings e¹⁶ʳ, as s ← s(s + 2). Up to here math on amd64 is the same, but
// infinite from 1023.5·ln 2 on.
//
// Source: Shibata, "Efficient evaluation methods of elementary functions
// suitable for SIMD computation", ISC 2010; 16·r, the degree of 8 and the four squarings
// are those of exp in his SLEEF.
func Exp(x float64) float64 {
	const (
		largest = 7.09782712893383973096e+02 // ln of the largest number
		high    = 0.69314718055966295651160180568695068359375
		low     = 0.28235290563031577122588448175013436025525412068e-12 // high + low is ln 2
	)
	switch {
	case math.IsNaN(x):
		return x
	case x > largest:
		return math.Inf(1)
	case x < -750:
		return 0
	}
	k := math.RoundToEven(float64(math.Log2E * x))
	r := math.FMA(-k, high, x)
	r = math.FMA(-k, low, r) / 16
	s := taylor[len(taylor)-1]
	for i := len(taylor) - 2; i >= 0; i-- {
		s = math.FMA(s, r, taylor[i])
	}
	s *= r
	for range 3 {
		s *= s + 2
	}
	y := math.FMA(s, s+2, 1)
	switch {
	case k < -1075:
		return 0
	case k < -1022: // in two steps, of which the first is exact
		return float64(y*power(int(k)+1022)) * power(-1022)
	case k > 1023:
		return float64(y*power(1023)) * 2
	}
	return y * power(int(k))
}

// taylor is that of (eˣ - 1)/x.
var taylor = []float64{1, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320}

// power returns 2ᵏ, for k of a normal number.
func power(k int) float64 { return math.Float64frombits(uint64(k+1023) << 52) }

// Exp2 returns 2ˣ, with an error below 1.
//
// x = k + r/ln 2. With r² = t, c = r - t(p₁ + p₂t + … + p₅t⁴) is r·(eʳ+1)/(eʳ-1)
// subtracted from 2 + r, and eʳ = 1 + r + rc/(2-c).
//
// Source: Ng, fdlibm, e_exp.c, 1993.
func Exp2(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > 1.0239999999999999e+03:
		return math.Inf(1)
	case x < -1074:
		return 0
	}
	k := math.Trunc(x + math.Copysign(0.5, x))
	high, low := float64((x-k)*ln2High), float64(-(x-k)*ln2Low)
	r := high - low
	t := float64(r * r)
	c := r - float64(t*polynomial(t, remez))
	y := 1 - ((low - float64(r*c)/(2-c)) - high)
	return math.Ldexp(y, int(k))
}

var remez = []float64{
	1.66666666666666657415e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05,
	-1.65339022054652515390e-06, 4.13813679705723846039e-08,
}

// Expm1 returns eˣ - 1, with an error below 1, also where x is small.
//
// x = k·ln 2 + r + c, with c what r lost. e is r - (eʳ - 1) but for its term
// r²/2, from a rational function of r²; and eˣ - 1 = 2ᵏ(1 - (e - r)) - 1 is added up in
// the order that loses least for that k.
//
// Source: Ng, fdlibm, s_expm1.c, 1993.
func Expm1(x float64) float64 {
	const (
		largest = 7.09782712893383973096e+02
		nothing = 3.88162421113569373274e+01 // 56·ln 2: e to minus that is lost
		half    = math.Ln2 / 2
	)
	k, size := 0, math.Abs(x)
	switch {
	case math.IsNaN(x) || size < 0x1p-54:
		return x
	case x >= largest:
		return math.Inf(1)
	case x <= -nothing:
		return -1
	case size >= 1.03972077083991796413e+00: // 3/2·ln 2
		k = int(float64(math.Log2E*x) + math.Copysign(0.5, x))
	case size > half:
		k = int(math.Copysign(1, x))
	}
	high, low := x-float64(float64(k)*ln2High), float64(float64(k)*ln2Low)
	r := high - low
	c := (high - r) - low

	h := float64(0.5 * r)
	s := float64(r * h)
	q := polynomial(s, expm1Terms)
	t := 3 - float64(q*h)
	e := float64(s * ((q - t) / (6 - float64(r*t))))
	if k == 0 {
		return r - (float64(r*e) - s)
	}
	e = float64(r*(e-c)) - c
	e -= s
	switch {
	case k == -1:
		return float64(0.5*(r-e)) - 0.5
	case k == 1 && r < -0.25:
		return -2 * (e - (r + 0.5))
	case k == 1:
		return 1 + float64(2*(r-e))
	case k < 0 || k > 56:
		return raised(1-(e-r), k) - 1
	case k < 20:
		return raised((1-power(-k))-(e-r), k)
	}
	return raised((r-(e+power(-k)))+1, k)
}

var expm1Terms = []float64{
	1, -3.33333333333331316428e-02, 1.58730158725481460165e-03,
	-7.93650757867487942473e-05, 4.00821782732936239552e-06, -2.01099218183624371326e-07,
}

// raised returns y·2ᵏ, for y near 1 and k up to 1024.
func raised(y float64, k int) float64 {
	return math.Float64frombits(math.Float64bits(y) + uint64(k)<<52)
}
