//go:build arm64 || ppc64 || ppc64le || riscv64 || s390x

package fma

// MulAdd returns a·b + c with one rounding: on these architectures the compiler
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

// Term is what [Tile] has its packed operand and its sums in.
type Term = float32

// Rows is the height of a [Tile]: a third of the registers, and chains enough
// for two units that take four cycles.
const Rows = 3

// A Range is needed where a multiply-add has to be put together.
type Range struct{}

// NewRange returns it.
func NewRange() Range { return Range{} }

// Include does nothing.
func (Range) Include(float32) {}

// Fits holds always: the instruction knows all numbers.
func (Range) Fits(Range) bool { return true }

// Tile adds n products to each of 3 × 4 sums, in order, each with one
// rounding: row r of a begins at at[r], its terms col apart, and b has 4 numbers
// for each term.
func Tile(acc *[Rows * Cols]Term, n int, a []float32, at *[Rows]int, col int, b []Term) {
	c00, c01, c02, c03 := acc[0], acc[1], acc[2], acc[3]
	c10, c11, c12, c13 := acc[4], acc[5], acc[6], acc[7]
	c20, c21, c22, c23 := acc[8], acc[9], acc[10], acc[11]
	i, j, k := at[0], at[1], at[2]
	for b = b[:n*Cols]; len(b) >= Cols; b = b[Cols:] {
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		x, y, z := a[i], a[j], a[k]
		c00 += x * b0
		c01 += x * b1
		c02 += x * b2
		c03 += x * b3
		c10 += y * b0
		c11 += y * b1
		c12 += y * b2
		c13 += y * b3
		c20 += z * b0
		c21 += z * b1
		c22 += z * b2
		c23 += z * b3
		i += col
		j += col
		k += col
	}
	*acc = [Rows * Cols]Term{c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23}
}
