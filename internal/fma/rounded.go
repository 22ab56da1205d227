//go:build !arm64

package fma

import "math"

// MulAdd returns a·b + c with one rounding, as the instruction does.
//
// The product of two float32 is exact in float64, so only the sum is rounded
// before the result is. Rounding twice differs from rounding once where the
// first result lies halfway between two float32, or below the normal range,
// where float32 keeps fewer bits; [exact] takes over there.
func MulAdd(a, b, c float32) float32 {
	s := float64(a)*float64(b) + float64(c)
	if x := math.Float64bits(s); x<<35 != 1<<63 && x<<1 >= (1023-126)<<53 {
		return float32(s)
	}
	return exact(a, b, c)
}

// Row adds a·b[j] to acc[j], each with one rounding. The common case of
// [MulAdd] is written out, since the compiler does not inline it.
func Row(acc []float32, a float32, b []float32) {
	b = b[:len(acc)]
	for j, x := range b {
		s := float64(a)*float64(x) + float64(acc[j])
		if y := math.Float64bits(s); y<<35 != 1<<63 && y<<1 >= (1023-126)<<53 {
			acc[j] = float32(s)
		} else {
			acc[j] = exact(a, x, acc[j])
		}
	}
}
