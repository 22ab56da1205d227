// Package fma holds fused multiply-adds of float32 in plain Go: a·b + c, rounded
// once, whatever the compiler and the processor make of it. Everything that
// products and formulas mean is said in them.
package fma

import "math"

// exact returns a·b + c with one rounding, for the cases that [MulAdd]
// cannot settle by rounding twice. The product is exact in float64; the sum is
// rounded to odd, which leaves in the last bit whether anything was lost, and
// so rounds to float32 as the exact sum would.
//
// Source: Boldo and Melquiond, "Emulation of a FMA and Correctly Rounded
// Sums: Proved Algorithms Using Rounding to Odd", IEEE Transactions on
// Computers 57(4), 2008; the error of the sum is Knuth's TwoSum.
func exact(a, b, c float32) float32 {
	s, e := twoSum(float64(a)*float64(b), float64(c))
	bits := math.Float64bits(s)
	if bits&1 == 0 && e != 0 && s-s == 0 {
		if (e > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
	}
	return float32(math.Float64frombits(bits))
}

// twoSum returns p + q and what float64 lost of it: s + e = p + q, exactly; e is
// NaN where s is not finite.
func twoSum(p, q float64) (s, e float64) {
	s = p + q
	t := s - p
	return s, (p - (s - t)) + (q - t)
}

// Cols is the width of a [Tile].
const Cols = 4
