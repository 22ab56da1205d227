package symmetric

import (
	"math"
	"slices"
)

// Eigen returns the eigenvalues of the symmetric n × n matrix a and an
// orthonormal eigenvector of each, vector by vector, both by falling
// eigenvalue. The errors of eigenvalues are relative to the largest.
//
// Reflections make the matrix tridiagonal, then rotations make it diagonal, by
// QL steps with implicit shifts.
//
// Source: Golub and Van Loan, Matrix Computations, 2013, sections 8.3.1 and
// 8.3.3.
func Eigen(a []float64, n int) (values, vectors []float64) {
	t := slices.Clone(a)
	d, e := tridiagonal(t, n)
	q := make([]float64, n*n)
	product(q, t, n, 1)
	diagonal(d, e, q)
	for _, i := range Falling(d) {
		values = append(values, d[i])
		vectors = append(vectors, q[i*n:(i+1)*n]...)
	}
	return values, vectors
}

// tridiagonal returns the diagonal d of HᵀaH and what is beside it, e, with
// e[n-1] = 0. It leaves the reflections that make up H in the rows of a.
func tridiagonal(a []float64, n int) (d, e []float64) {
	d, e = make([]float64, n), make([]float64, n)
	w := make([]float64, n)
	for k := range n {
		d[k] = a[k*n+k]
		v := a[k*n+k+1 : (k+1)*n]
		if len(v) == 0 {
			break
		}
		if e[k] = v[0]; len(v) == 1 {
			v[0] = 0 // no reflection
			continue
		}
		e[k] = reflector(v)
		// The rest B becomes (1-vvᵀ)B(1-vvᵀ) = B - vwᵀ - wvᵀ.
		w := w[:len(v)]
		for i := range w {
			w[i] = dot(a[(k+1+i)*n+k+1:(k+2+i)*n], v)
		}
		add(w, -dot(v, w)/2, v)
		for i := range w {
			row := a[(k+1+i)*n+k+1 : (k+2+i)*n]
			add(row, -v[i], w)
			add(row, -w[i], v)
		}
	}
	return d, e
}

// diagonal makes the tridiagonal matrix of d and e diagonal, and turns the
// vectors of q, one for each element of d, along.
func diagonal(d, e, q []float64) {
	n, size := len(d), 0.0
	for i := range d {
		size = max(size, math.Abs(d[i])+math.Abs(e[i]))
	}
	least := size * 0x1p-53
	for l := range n {
		for range 100 { // two or three are usual
			m := l
			for m < n-1 && math.Abs(e[m]) > least {
				m++
			}
			if m == l {
				break
			}
			step(d, e, q, l, m)
		}
	}
}

// step makes one QL step of the block from l to m.
func step(d, e, q []float64, l, m int) {
	n := len(d)
	g := (d[l+1] - d[l]) / (2 * e[l])
	root := math.Sqrt(float64(g*g) + 1)
	g = d[m] - d[l] + e[l]/(g+math.Copysign(root, g))
	s, c, p := 1.0, 1.0, 0.0
	for i := m - 1; i >= l; i-- {
		f, b := float64(s*e[i]), float64(c*e[i])
		r := math.Sqrt(float64(f*f) + float64(g*g))
		if e[i+1] = r; r == 0 {
			d[i+1] -= p
			e[m] = 0
			return
		}
		s, c = f/r, g/r
		g = d[i+1] - p
		r = float64((d[i]-g)*s) + float64(2*c*b)
		p = float64(s * r)
		d[i+1] = g + p
		g = float64(c*r) - b
		rotate(q[i*n:(i+1)*n], q[(i+1)*n:(i+2)*n], c, s)
	}
	d[l] -= p
	e[l], e[m] = g, 0
}
