package symmetric

import (
	"fmt"
	"math"
	"testing"
)

// numbers are in [-1, 1), the same on every machine.
func numbers(n int) []float64 {
	x, h := make([]float64, n), uint32(1)
	for i := range x {
		h = h*1664525 + 1013904223
		x[i] = float64(int32(h)) / (1 << 31)
	}
	return x
}

// gram is the sum of xxᵀ over rank vectors of length n.
func gram(n, rank int, scale float64) []float64 {
	x, a := numbers(n*rank), make([]float64, n*n)
	for k := range rank {
		for i := range n {
			for j := range n {
				a[i*n+j] += scale * x[k*n+i] * x[k*n+j]
			}
		}
	}
	return a
}

func matrices() map[string][]float64 {
	all := map[string][]float64{
		"zero": make([]float64, 25), "one": {3}, "negative": {-2}, "two": {1, 2, 2, -3}, "diagonal": {3, 0, 0, 0, 3, 0, 0, 0, 5},
	}
	for _, n := range []int{2, 3, 7, 16, 33, 70} {
		all[fmt.Sprint("full ", n)] = gram(n, 2*n, 1)
		all[fmt.Sprint("tiny ", n)] = gram(n, n, 1e-30)
		all[fmt.Sprint("rank 2 of ", n)] = gram(n, 2, 1e6)
	}
	sparse := gram(20, 20, 1)
	for i := range 20 { // rows and columns of zeros, as of pixels that are always off
		for _, j := range []int{0, 5, 6, 19} {
			sparse[i*20+j], sparse[j*20+i] = 0, 0
		}
	}
	all["sparse"] = sparse
	return all
}

// orthonormal returns how far vectors are from it.
func orthonormal(q []float64, n int) (off float64) {
	for i := range n {
		for j := range n {
			want := 0.0
			if i == j {
				want = 1
			}
			off = max(off, math.Abs(dot(q[i*n:(i+1)*n], q[j*n:(j+1)*n])-want))
		}
	}
	return off
}

func largest(a []float64) (m float64) {
	for _, x := range a {
		m = max(m, math.Abs(x))
	}
	return m
}

func TestEigen(t *testing.T) {
	for name, a := range matrices() {
		n := int(math.Sqrt(float64(len(a))))
		values, vectors := Eigen(a, n)
		if off := orthonormal(vectors, n); off > 1e-13 {
			t.Errorf("%s: vectors off by %v", name, off)
		}
		for k, v := range values {
			if k > 0 && v > values[k-1] {
				t.Errorf("%s: values %v do not fall", name, values)
			}
			x := vectors[k*n : (k+1)*n]
			for i := range n {
				if got := dot(a[i*n:(i+1)*n], x); !(math.Abs(got-v*x[i]) <= 1e-13*float64(n)*largest(a)) {
					t.Fatalf("%s: vector %d, element %d: %v, want %v", name, k, i, got, v*x[i])
				}
			}
		}
	}
}

// TestEigenKnown has the eigenvalues of a chain: 2 - 2cos(πk/(n+1)).
func TestEigenKnown(t *testing.T) {
	const n = 40
	a := make([]float64, n*n)
	for i := range n {
		a[i*n+i] = 2
		if i > 0 {
			a[i*n+i-1], a[(i-1)*n+i] = -1, -1
		}
	}
	values, _ := Eigen(a, n)
	for i, got := range values {
		if want := 2 - 2*math.Cos(math.Pi*float64(n-i)/(n+1)); math.Abs(got-want) > 1e-13 {
			t.Errorf("value %d is %v, want %v", i, got, want)
		}
	}
}

func TestOrthonormal(t *testing.T) {
	for name, a := range matrices() {
		n := int(math.Sqrt(float64(len(a))))
		q := append([]float64(nil), a...)
		Orthonormal(q, n)
		if off := orthonormal(q, n); off > 1e-13 {
			t.Errorf("%s: off by %v", name, off)
		}
		for j := range n { // R = Qᵀa is upper triangular, its diagonal not negative
			for i := range n {
				r := dot(q[i*n:(i+1)*n], a[j*n:(j+1)*n])
				if bound := 1e-13 * float64(n) * largest(a); i > j && math.Abs(r) > bound || i == j && r < -bound {
					t.Errorf("%s: R[%d][%d] = %v", name, i, j, r)
				}
			}
		}
	}
}

func BenchmarkEigen(b *testing.B) {
	for _, n := range []int{64, 256, 512} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := gram(n, n, 1)
			for b.Loop() {
				Eigen(a, n)
			}
		})
	}
}

func BenchmarkOrthonormal(b *testing.B) {
	for _, n := range []int{64, 256, 512} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := gram(n, n, 1)
			for b.Loop() {
				Orthonormal(append([]float64(nil), a...), n)
			}
		})
	}
}
