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
	p, q := float64(a)*float64(b), float64(c)
	s := p + q
	t := s - p
	e := (p - (s - t)) + (q - t) // s + e = p + q, exactly; NaN where s is not finite
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

// Dot returns the chain of multiply-adds Σ a[i·stride]·b[i], from zero.
func Dot(a []float32, stride int, b []float32) (sum float32) {
	for i, x := range b {
		sum = MulAdd(a[i*stride], x, sum)
	}
	return sum
}
