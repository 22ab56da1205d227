package kernel

import "math"

// lanes is how many partial sums a reduction keeps. Element i goes to lane
// i mod 16, in order, and [foldSum] adds the lanes in a fixed tree, so one
// AVX-512 register, two AVX2 registers and a Go loop give equal bits.
const lanes = 16

func sumLanesPlain(acc, x []float32) {
	acc = acc[:lanes]
	for len(x) >= lanes {
		for i, v := range x[:lanes] {
			acc[i] += v
		}
		x = x[lanes:]
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

// foldSum returns the sum of 16 lanes: i += i+8, then +4, +2, +1. It
// overwrites acc.
func foldSum(acc []float32) float32 {
	for h := lanes / 2; h > 0; h /= 2 {
		for i := range h {
			acc[i] += acc[i+h]
		}
	}
	return acc[0]
}

func rowSumPlain(dst, x []float32, cols int) {
	for r := range dst {
		var acc [lanes]float32
		sumLanesPlain(acc[:], x[r*cols:(r+1)*cols])
		dst[r] = foldSum(acc[:])
	}
}

func rowMaxPlain(dst, x []float32, cols int) {
	for r := range dst {
		dst[r] = float32(math.Inf(-1))
		for _, v := range x[r*cols : (r+1)*cols] {
			dst[r] = max32(dst[r], v)
		}
	}
}

// sumPairwise adds n partial results of size floats each, which lie one
// after the other in parts, in a fixed tree: neighbours first. The sum is
// left in the first; without any part it is zero.
func (v *vecTable) sumPairwise(parts []float32, n, size int) []float32 {
	for ; n > 1; n = (n + 1) / 2 {
		for i := 0; i < n; i += 2 {
			dst, x := parts[i/2*size:][:size], parts[i*size:][:size]
			if i+1 == n {
				copy(dst, x)
				continue
			}
			v.vv[opAdd-firstBinary](dst, x, parts[(i+1)*size:][:size])
		}
	}
	return parts[:size]
}

func fill(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}
