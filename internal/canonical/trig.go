package canonical

import (
	"math"
	"math/bits"
)

// Sin returns the sine of x, in radians; see [Sincos].
func Sin(x float64) float64 {
	sin, _ := Sincos(x)
	return sin
}

// Cos returns the cosine of x, in radians; see [Sincos].
func Cos(x float64) float64 {
	_, cos := Sincos(x)
	return cos
}

// Sincos returns the sine and the cosine of x, in radians, with errors below 2.5.
// Those of math are the same up to 2²⁹, beyond which it loses bits.
//
// Multiples of π/2 are taken off, so that z from -π/4 to π/4 is left: then the sine is
// z + z³P(z²) and the cosine 1 - z²/2 + z⁴Q(z²), or the one is the other.
//
// Source: Moshier, Cephes Mathematical Library 2.8, sin.c, 2000.
func Sincos(x float64) (sin, cos float64) {
	switch {
	case x == 0:
		return x, 1
	case math.IsNaN(x) || math.IsInf(x, 0):
		return math.NaN(), math.NaN()
	}
	octant, z := reduced(math.Abs(x))
	zz := float64(z * z)
	cos = 1 - float64(0.5*zz) + float64(float64(zz*zz)*polynomial(zz, cosTerms))
	sin = z + float64(float64(z*zz)*polynomial(zz, sinTerms))
	if octant&2 != 0 {
		sin, cos = cos, -sin
	}
	if octant&4 != 0 {
		sin, cos = -sin, -cos
	}
	if x < 0 {
		sin = -sin
	}
	return sin, cos
}

var (
	sinTerms = []float64{
		-1.66666666666666307295e-1, 8.33333333332211858878e-3, -1.98412698295895385996e-4,
		2.75573136213857245213e-6, -2.50507477628578072866e-8, 1.58962301576546568060e-10,
	}
	cosTerms = []float64{
		4.16666666666665929218e-2, -1.38888888888730564116e-3, 2.48015872888517045348e-5,
		-2.75573141792967388112e-7, 2.08757008419747316778e-9, -1.13585365213876817300e-11,
	}
)

// reduced returns an even octant, modulo 8, and z from -π/4 to π/4 with
// x = octant·π/4 + z, for x > 0.
func reduced(x float64) (octant uint64, z float64) {
	const ( // three parts of π/4; products of the first two by 30 bits are exact
		a = 7.85398125648498535156e-1
		b = 3.77489470793079817668e-8
		c = 2.69515142907905952645e-15
	)
	if x >= 1<<29 {
		return reducedFar(x)
	}
	octant = uint64(x * (4 / math.Pi))
	octant += octant & 1
	y := float64(octant)
	return octant & 7, ((x - float64(y*a)) - float64(y*b)) - float64(y*c)
}

// reducedFar is [reduced] for a large x, m·2ᵉ with a whole number m. Of the quarter turns
// x·2/π whole turns do not count, so that of 2/π the bits are left out that give such: m is
// multiplied by the 192 bits behind them, modulo four. What is left over the nearest whole
// number of quarters has 64 bits or more.
//
// Source: Payne and Hanek, "Radian reduction for trigonometric functions",
// SIGNUM Newsletter 18(1), 1983.
func reducedFar(x float64) (octant uint64, z float64) {
	fraction, exponent := math.Frexp(x)
	m := uint64(math.Ldexp(fraction, 53))
	skipped := exponent - 53 - 2 + 64
	at, shift := skipped/64, skipped%64
	var turns [3]uint64 // quarters, times 2¹⁹⁰
	carry := uint64(0)
	for i := 2; i >= 0; i-- {
		high, low := bits.Mul64(twoByPi[at+i]<<shift|twoByPi[at+i+1]>>(64-shift), m)
		sum, over := bits.Add64(low, carry, 0)
		turns[i], carry = sum, high+over
	}
	quarters := (turns[0] + 1<<61) >> 62 // the nearest
	high, low := turns[0]-quarters<<62, turns[1]
	negative := high>>63 == 1
	if negative {
		borrow := uint64(0)
		low, borrow = bits.Sub64(0, low, 0)
		high, _ = bits.Sub64(0, high, borrow)
	}
	zeros := bits.LeadingZeros64(high)
	z = math.Ldexp(float64(high<<zeros|low>>(64-zeros)), -62-zeros) * (math.Pi / 2)
	if negative {
		z = -z
	}
	return 2 * quarters, z
}

// twoByPi are the bits of 2/π behind the point, after 64 zeros, as many as the largest x
// asks for.
var twoByPi = [...]uint64{
	0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
	0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
	0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
}
