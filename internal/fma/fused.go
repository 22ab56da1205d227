//go:build arm64

package fma

// MulAdd returns a·b + c with one rounding: on this architecture the compiler
// fuses the expression, which the tests hold it to. It does so for amd64.v3 too,
// but not where it folds the load of an operand into the multiplication.
func MulAdd(a, b, c float32) float32 { return a*b + c }

// Row adds a·b[j] to acc[j], each with one rounding.
func Row(acc []float32, a float32, b []float32) {
	b = b[:len(acc)]
	for j, x := range b {
		acc[j] += a * x
	}
}
