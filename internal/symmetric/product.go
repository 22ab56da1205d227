package symmetric

import (
	"cmp"
	"slices"
)

// Compose writes the symmetric matrix with the given eigenvalues and
// eigenvectors, as Eigen returns them, to a.
func Compose(a, values, vectors []float64, n int) {
	clear(a)
	for k, v := range values {
		x := vectors[k*n : (k+1)*n]
		for i := range n {
			add(a[i*n:(i+1)*n], float64(v*x[i]), x)
		}
	}
}

// Multiply returns the products of the symmetric n × n matrix a with the
// vectors of q, and of each vector with its product: those of an eigenvector
// are its eigenvalue times itself, and its eigenvalue.
func Multiply(a, q []float64, n int) (products, quotients []float64) {
	products, quotients = make([]float64, len(q)), make([]float64, n)
	for k := range n {
		x, y := q[k*n:(k+1)*n], products[k*n:(k+1)*n]
		for i := range n {
			y[i] = dot(a[i*n:(i+1)*n], x)
		}
		quotients[k] = dot(x, y)
	}
	return products, quotients
}

// Falling returns the numbers of values from the largest to the smallest;
// equal ones keep their order.
func Falling(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[j], values[i]) })
	return order
}

// Transpose transposes the n × n matrix a.
func Transpose(a []float64, n int) {
	for i := range n {
		for j := range i {
			a[i*n+j], a[j*n+i] = a[j*n+i], a[i*n+j]
		}
	}
}
