package canonical

import "math"

// Log returns the natural logarithm of x, with an error below 1. That of math on
// amd64 is the same, but wrong below the normal numbers.
//
// x = 2ᵏ(1 + f), with 1 + f from √½ to √2, and s = f/(2 + f): log(1 + f) is
// f - f²/2 + s(f²/2 + R), with R a polynomial of s².
//
// Source: Ng, fdlibm, e_log.c, 1993.
func Log(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	f, k := halved(x)
	f--
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	r := float64(s2*polynomial(s4, logEven)) + float64(s4*polynomial(s4, logOdd))
	h := float64(0.5 * f * f)
	return float64(k*ln2High) - ((h - (float64(s*(h+r)) + float64(k*ln2Low))) - f)
}

// halved returns m from √½ to √2 and k with x = m·2ᵏ.
func halved(x float64) (m, k float64) {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	return m, float64(e)
}

// logTerms are those of R/s², by s²; logEven and logOdd are every other one of them.
var (
	logTerms = []float64{
		6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
		1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
	}
	logEven = []float64{logTerms[0], logTerms[2], logTerms[4], logTerms[6]}
	logOdd  = []float64{logTerms[1], logTerms[3], logTerms[5]}
)

// Log10 returns the decimal logarithm of x, with an error below 2: a power of ten
// need not give a whole number.
func Log10(x float64) float64 { return Log(x) * (1 / math.Ln10) }

// Log1p returns log(1 + x), with an error below 1, also where x is small.
//
// It is [Log] of u = 1 + x, with c/u added, where c is what u lost.
//
// Source: Ng, fdlibm, s_log1p.c, 1993.
func Log1p(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x < -1:
		return math.NaN()
	case x == -1:
		return math.Inf(-1)
	case math.Abs(x) < 0x1p-54:
		return x
	case math.Abs(x) < 0x1p-29:
		return x - float64(x*x*0.5)
	}
	var k, c float64
	f := x
	if x <= -2.928932188134524755992e-01 || x >= 4.142135623730950488017e-01 { // √½ - 1 and √2 - 1
		u := x
		if x < 1<<53 {
			u = 1 + x
			if u >= 2 {
				c = 1 - (u - x)
			} else {
				c = x - (u - 1)
			}
			c /= u
		}
		f, k = halved(u)
		f--
	}
	h := float64(0.5 * f * f)
	high, low := float64(k*ln2High), float64(k*ln2Low)+c
	s := f / (2 + f)
	z := float64(s * s)
	r := float64(z * polynomial(z, logTerms))
	if k == 0 {
		return f - (h - float64(s*(h+r)))
	}
	return high - ((h - (float64(s*(h+r)) + low)) - f)
}
