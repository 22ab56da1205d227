// Package symmetric takes symmetric matrices apart in float64, for the update
// rules that work in the basis of eigenvectors.
//
// A product is rounded before it is added: conversions forbid the fused
// multiply-adds that some compilers make. Sums have four lanes in a fixed
// order. So the bits are the same everywhere.
package symmetric

import "math"

// dot is Σaᵢbᵢ.
func dot(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	n := len(a) &^ 3
	b = b[:len(a)]
	for i := 0; i < n; i += 4 {
		s0 += float64(a[i] * b[i])
		s1 += float64(a[i+1] * b[i+1])
		s2 += float64(a[i+2] * b[i+2])
		s3 += float64(a[i+3] * b[i+3])
	}
	for i := n; i < len(a); i++ {
		s0 += float64(a[i] * b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// add adds k·x to y.
func add(y []float64, k float64, x []float64) {
	x = x[:len(y)]
	for i := range y {
		y[i] += float64(k * x[i])
	}
}

// rotate turns x and y: x ← cx - sy, y ← sx + cy.
func rotate(x, y []float64, c, s float64) {
	y = y[:len(x)]
	for i, v := range x {
		w := y[i]
		x[i] = float64(c*v) - float64(s*w)
		y[i] = float64(s*v) + float64(c*w)
	}
}

// reflector turns x into the v of the reflection 1 - 2vvᵀ/vᵀv that takes x to
// (r, 0, 0, ...), scaled so that the reflection is 1 - vvᵀ; v is 0 where x is.
func reflector(x []float64) (r float64) {
	norm := math.Sqrt(dot(x, x))
	if norm == 0 {
		return 0
	}
	r = norm
	if x[0] > 0 {
		r = -norm // so that the difference cancels nothing
	}
	x[0] -= r
	// vᵀv = 2(norm² - r·x₀) = 2·norm·|v₀|
	scale := 1 / math.Sqrt(float64(norm*math.Abs(x[0])))
	for i := range x {
		x[i] *= scale
	}
	return r
}

// reflect applies 1 - vvᵀ to x.
func reflect(x, v []float64) { add(x, -dot(v, x), v) }
