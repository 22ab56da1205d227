package vec

import (
	"math"

	"descent/internal/formula"
)

// Lanes is how many partial sums a reduction keeps. Element i goes to lane
// i mod 16, in order, and [FoldSum] adds the lanes in a fixed tree, so one
// AVX-512 register, two AVX2 registers and a Go loop give equal bits.
const Lanes = 16

func sumLanesPlain(acc, x []float32) {
	acc = acc[:Lanes]
	for len(x) >= Lanes {
		for i, v := range x[:Lanes] {
			acc[i] += v
		}
		x = x[Lanes:]
	}
	for i, v := range x {
		acc[i] += v
	}
}

func colSumPlain(acc, x []float32, rows int) {
	for r := range rows {
		for i, v := range x[r*len(acc) : (r+1)*len(acc)] {
			acc[i] += v
		}
	}
}

// FoldSum returns the sum of 16 lanes: i += i+8, then +4, +2, +1. It
// overwrites acc.
func FoldSum(acc []float32) float32 {
	for h := Lanes / 2; h > 0; h /= 2 {
		for i := range h {
			acc[i] += acc[i+h]
		}
	}
	return acc[0]
}

func rowSumPlain(dst, x []float32, cols int) {
	for r := range dst {
		var acc [Lanes]float32
		sumLanesPlain(acc[:], x[r*cols:(r+1)*cols])
		dst[r] = FoldSum(acc[:])
	}
}

func rowMaxPlain(dst, x []float32, cols int) {
	for r := range dst {
		dst[r] = float32(math.Inf(-1))
		for _, v := range x[r*cols : (r+1)*cols] {
			dst[r] = formula.Max32(dst[r], v)
		}
	}
}

// SumPairwise adds n partial results of size floats each, which lie one
// after the other in parts, in a fixed tree: neighbours first. The sum is
// left in the first; without any part it is zero.
func (v *Table) SumPairwise(parts []float32, n, size int) []float32 {
	for ; n > 1; n = (n + 1) / 2 {
		for i := 0; i < n; i += 2 {
			dst, x := parts[i/2*size:][:size], parts[i*size:][:size]
			if i+1 == n {
				copy(dst, x)
				continue
			}
			v.VV[formula.Add](dst, x, parts[(i+1)*size:][:size])
		}
	}
	return parts[:size]
}

// Fill sets all of dst to v.
func Fill(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}
