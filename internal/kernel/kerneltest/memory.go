// Package kerneltest has what tests of kernels share: numbers that are hard to
// get right, memory between guards, every tier in turn, and whether committed
// assembly is what its generator writes.
package kerneltest

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Specials are numbers at the ends of their range, and those without order.
var Specials = []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)),
	float32(math.NaN()), 1e-45, -1e-45, 1e-39, -1e-39, 0x1p-126, math.MaxFloat32, -math.MaxFloat32, 88.7, -103.9, 1e-8,
	0x1p22, -0x1p22}

// Floats returns n normal numbers, one in eight of them special if asked.
func Floats(r *rand.Rand, n int, special bool) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
		if special && r.IntN(8) == 0 {
			x[i] = Specials[r.IntN(len(Specials))]
		}
	}
	return x
}

// Fill sets all of x to v.
func Fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

const guard = float32(-12345.5)

// Guarded returns n floats at an offset between guard values, and all of it.
func Guarded(n, offset int) (x, all []float32) {
	all = make([]float32, n+offset+32)
	Fill(all, guard)
	return all[16+offset:][:n:n], all
}

// CheckGuards fails where something else than the n floats was written.
func CheckGuards(t *testing.T, what string, all []float32, n, offset int) {
	t.Helper()
	for i, v := range all {
		if (i < 16+offset || i >= 16+offset+n) && v != guard {
			t.Fatalf("%s: writes outside, at %d of %d", what, i-16-offset, n)
		}
	}
}

// Differ returns the first index at which x and y differ in bits, all NaN
// being equal, or −1.
func Differ(x, y []float32) int {
	if len(x) != len(y) {
		return 0
	}
	for i := range x {
		if math.Float32bits(x[i]) != math.Float32bits(y[i]) && (x[i] == x[i] || y[i] == y[i]) {
			return i
		}
	}
	return -1
}
