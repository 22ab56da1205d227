// Package half reads the 16-bit floating-point formats, that of IEEE 754 and bfloat16,
// which is the upper half of a float32, and writes the second.
package half

import "math"

// Float32 returns the number of these bits: 1 of sign, 5 of exponent with a bias of
// 15, 10 of fraction. Each is a float32 exactly; NaN keeps its payload.
func Float32(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0: // zero and subnormal numbers
		v := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// BFloat16 returns the number of these bits: 1 of sign, 8 of exponent with a bias of 127, 7
// of fraction.
func BFloat16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// Nearest returns the bits of the bfloat16 nearest to v, an even one between two; beyond
// the largest it is infinite. v is a number.
func Nearest(v float32) uint16 {
	bits := math.Float32bits(v)
	return uint16((bits + 0x7FFF + bits>>16&1) >> 16)
}

// Widen returns the numbers of these bits of bfloat16.
func Widen(b []uint16) []float32 {
	wide := make([]float32, len(b))
	for i, h := range b {
		wide[i] = BFloat16(h)
	}
	return wide
}
