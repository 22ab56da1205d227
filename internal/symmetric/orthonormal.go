package symmetric

// Orthonormal replaces the n vectors in q, each of length n, by those of Gram
// and Schmidt, the columns of Q in the decomposition QR with a diagonal of R
// that is not negative. It is made of reflections, so that they are
// orthonormal also where the vectors depend on each other or are 0.
func Orthonormal(q []float64, n int) {
	v := make([]float64, len(q))
	copy(v, q)
	signs := make([]float64, n)
	for k := range n {
		at := v[k*n : (k+1)*n]
		signs[k] = 1
		if reflector(at[k:]) < 0 {
			signs[k] = -1
		}
		for j := k + 1; j < n; j++ {
			reflect(v[j*n+k:(j+1)*n], at[k:])
		}
	}
	product(q, v, n, 0)
	for j, s := range signs {
		for i := j * n; i < (j+1)*n; i++ {
			q[i] *= s
		}
	}
}

// product writes the columns of H₀H₁…, vector by vector, to q: Hₖ is the
// reflection by elements k+shift and on of vector k in v.
func product(q, v []float64, n, shift int) {
	clear(q)
	for j := range n {
		x := q[j*n : (j+1)*n]
		x[j] = 1
		for k := j - shift; k >= 0; k-- {
			reflect(x[k+shift:], v[k*n+k+shift:(k+1)*n])
		}
	}
}
