package optim

import "math"

// The inputs of testdata/golden.py: 37 elements, an odd number for vector
// kernels; gradients are data.
const elements = 37

var exponents = [...]int{-140, -40, -27, -20, -13, -10, -7, -5, -3, -2, -1, 0, 1, 2, 4, 7, 10, 13}

func mix(a, b int) int {
	h := uint32(a)*2654435761 + uint32(b)*2246822519 + 374761393
	h ^= h >> 15
	h *= 2246822519
	h ^= h >> 13
	h *= 3266489917
	return int(h ^ h>>16)
}

func gradientAt(t, i int) float64 {
	scale := math.Ldexp(1, exponents[i%len(exponents)])
	k := mix(t, i)%129 - 64
	kind := mix(7777, i) % 5
	switch {
	case i == 3 || kind == 0 && t < 6:
		return 0
	case kind == 1:
		k = max(k, -k) + 1
	case kind == 2:
		k = (max(k, -k) + 1) * (1 - 2*(t%2))
	}
	return scale * float64(k) / 64
}

func startAt(i int) float64 {
	if i == 5 || i == 20 {
		return 0
	}
	scale := math.Ldexp(1, []int{0, -3, 3, -10, -20, 7}[i%6])
	return scale * float64(mix(9999, i)%129-64) / 64
}

func rateAt(base float64, t int) float64 {
	switch {
	case t < 6:
		return base
	case t < 12:
		return base * 0.25
	}
	return base * 0.5
}

func gradients[T float32 | float64](t int) []T {
	g := make([]T, elements)
	for i := range g {
		g[i] = T(gradientAt(t, i))
	}
	return g
}

func starts[T float32 | float64]() []T {
	x := make([]T, elements)
	for i := range x {
		x[i] = T(startAt(i))
	}
	return x
}
