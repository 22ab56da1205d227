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

// reducedFar is [reduced] for a large x: a whole number times a power of two, which
// is multiplied by those bits of 4/π of which the result is not a multiple of 8.
//
// Source: Payne and Hanek, "Radian reduction for trigonometric functions",
// SIGNUM Newsletter 18(1), 1983.
func reducedFar(x float64) (octant uint64, z float64) {
	all := math.Float64bits(x)
	whole := all&(1<<52-1) | 1<<52
	first := int(all>>52) - 1023 - 52 + 61 // of the bits
	word := func(i int) uint64 {
		w := fourByPi[first/64+i : first/64+i+2]
		return w[0]<<(first%64) | w[1]>>(64-first%64)
	}
	carried, _ := bits.Mul64(word(2), whole)
	high, low := bits.Mul64(word(1), whole)
	low, carry := bits.Add64(low, carried, 0)
	high, _ = bits.Add64(word(0)*whole, high, carry)

	octant = high >> 61
	high, low = high<<3|low>>61, low<<3 // the fraction of an octant
	if octant&1 == 1 {
		low, carry = bits.Sub64(0, low, 0)
		high = -high - carry
	}
	zeros := bits.LeadingZeros64(high)
	z = math.Ldexp(float64(high<<zeros|low>>(64-zeros)), -64-zeros) * (math.Pi / 4)
	if octant&1 == 1 {
		return (octant + 1) & 7, -z
	}
	return octant, z
}

// fourByPi are the bits of 4/π, 64 in a word after the first, as many as the largest x asks for.
var fourByPi = [...]uint64{
	0x0000000000000001, 0x45f306dc9c882a53, 0xf84eafa3ea69bb81, 0xb6c52b3278872083, 0xfca2c757bd778ac3,
	0x6e48dc74849ba5c0, 0x0c925dd413a32439, 0xfc3bd63962534e7d, 0xd1046bea5d768909, 0xd338e04d68befc82,
	0x7323ac7306a673e9, 0x3908bf177bf25076, 0x3ff12fffbc0b301f, 0xde5e2316b414da3e, 0xda6cfd9e4f96136e,
	0x9e8c7ecd3cbfd45a, 0xea4f758fd7cbe2f6, 0x7a0e73ef14a525d4, 0xd7f6bf623f1aba10, 0xac06608df8f6d757,
}
