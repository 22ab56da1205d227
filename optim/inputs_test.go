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

// tameAt is gradientAt of a matrix.
func tameAt(t, i int) float64 {
	return float64(mix(t, i)%129-64)/64 + float64(mix(5555, i)%129-64)/32
}

// gradients returns the gradient of update t of parameters of the given shape,
// or of a vector.
func gradients[T float32 | float64](t int, shape ...int) []T {
	g := make([]T, size(shape))
	for i := range g {
		if g[i] = T(gradientAt(t, i)); shape != nil {
			g[i] = T(tameAt(t, i))
		}
	}
	return g
}

func starts[T float32 | float64](shape ...int) []T {
	x := make([]T, size(shape))
	for i := range x {
		if x[i] = T(startAt(i)); shape != nil {
			x[i] = T(mix(9999, i)%129-64) / 64
		}
	}
	return x
}

func size(shape []int) int {
	if shape == nil {
		return elements
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
