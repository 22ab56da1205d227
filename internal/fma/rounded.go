//go:build !arm64 && !ppc64 && !ppc64le && !riscv64 && !s390x

package fma

import "math"

// MulAdd returns a·b + c with one rounding, as the instruction does.
//
// The product of two float32 is exact in float64, so only the sum is rounded
// before the result is. Rounding twice differs from rounding once where the
// first result lies halfway between two float32, or below the normal range,
// where float32 keeps fewer bits; [exact] takes over there.
func MulAdd(a, b, c float32) float32 {
	s := float64(a)*float64(b) + float64(c)
	if x := math.Float64bits(s); x<<35 != 1<<63 && x<<1 >= (1023-126)<<53 {
		return float32(s)
	}
	return exact(a, b, c)
}

// Row adds a·b[j] to acc[j], each with one rounding. The common case of
// [MulAdd] is written out, since the compiler does not inline it.
func Row(acc []float32, a float32, b []float32) {
	b = b[:len(acc)]
	for j, x := range b {
		s := float64(a)*float64(x) + float64(acc[j])
		if y := math.Float64bits(s); y<<35 != 1<<63 && y<<1 >= (1023-126)<<53 {
			acc[j] = float32(s)
		} else {
			acc[j] = exact(a, x, acc[j])
		}
	}
}

// Term is what [Tile] has its packed operand and its sums in: float32 as
// float64, so that the loop converts nothing.
type Term = float64

// Rows is the height of a [Tile]: what the registers hold.
const Rows = 2

// A Range is between which exponents the numbers of an operand lie.
type Range struct{ low, high uint32 }

// NewRange is the range of nothing.
func NewRange() Range { return Range{low: 1<<32 - 1} }

// Include widens the range to x; zeros are in every range.
func (r *Range) Include(x float32) {
	bits := math.Float32bits(x) &^ (1 << 31)
	r.low = min(r.low, bits-1) // a zero becomes the largest
	r.high = max(r.high, bits)
}

// Fits reports whether sums of up to 512 products of numbers of both ranges
// stay clear of the ends of float32: where none exceeds its largest number,
// and every product is a multiple of its smallest, 2⁻¹⁴⁹, 24 bits are what
// float32 keeps of a sum, also below the normal range.
func (r Range) Fits(o Range) bool {
	const mantissa, bias, terms = 23, 127, 9
	smallest := int(r.low>>mantissa) + int(o.low>>mantissa) - 2*(bias+mantissa)
	largest := int(r.high>>mantissa) + int(o.high>>mantissa) - 2*(bias-1) + terms
	return smallest >= -149 && largest <= 127
}

// Of a float64 that becomes a float32, what is rounded away, and half of its last
// bit.
const (
	lost = 1<<29 - 1
	half = 1 << 28
)

// Tile adds n products to each of 2 × 4 sums, in order, each with one
// rounding: row r of a begins at at[r], its terms col apart, and b has 4 numbers
// for each term. Ranges of both must fit.
//
// Sums stay float64 in registers and are rounded to 24 bits by adding half of the
// last bit and dropping what is behind it. That leaves nothing behind where the sum
// lies halfway between two float32, and there [halfway] decides.
func Tile(acc *[Rows * Cols]Term, n int, a []float32, at *[Rows]int, col int, b []Term) {
	c00, c01, c02, c03 := acc[0], acc[1], acc[2], acc[3]
	c10, c11, c12, c13 := acc[4], acc[5], acc[6], acc[7]
	i, j := at[0], at[1]
	for b = b[:n*Cols]; len(b) >= Cols; b = b[Cols:] {
		x := float64(a[i])
		y0 := math.Float64bits(float64(x*b[0])+c00) + half
		y1 := math.Float64bits(float64(x*b[1])+c01) + half
		y2 := math.Float64bits(float64(x*b[2])+c02) + half
		y3 := math.Float64bits(float64(x*b[3])+c03) + half
		if y0&lost == 0 || y1&lost == 0 || y2&lost == 0 || y3&lost == 0 {
			y0, y1 = halfway(x, b[0], c00, y0), halfway(x, b[1], c01, y1)
			y2, y3 = halfway(x, b[2], c02, y2), halfway(x, b[3], c03, y3)
		}
		c00, c01 = math.Float64frombits(y0&^lost), math.Float64frombits(y1&^lost)
		c02, c03 = math.Float64frombits(y2&^lost), math.Float64frombits(y3&^lost)

		x = float64(a[j])
		y0 = math.Float64bits(float64(x*b[0])+c10) + half
		y1 = math.Float64bits(float64(x*b[1])+c11) + half
		y2 = math.Float64bits(float64(x*b[2])+c12) + half
		y3 = math.Float64bits(float64(x*b[3])+c13) + half
		if y0&lost == 0 || y1&lost == 0 || y2&lost == 0 || y3&lost == 0 {
			y0, y1 = halfway(x, b[0], c10, y0), halfway(x, b[1], c11, y1)
			y2, y3 = halfway(x, b[2], c12, y2), halfway(x, b[3], c13, y3)
		}
		c10, c11 = math.Float64frombits(y0&^lost), math.Float64frombits(y1&^lost)
		c12, c13 = math.Float64frombits(y2&^lost), math.Float64frombits(y3&^lost)
		i += col
		j += col
	}
	*acc = [Rows * Cols]Term{c00, c01, c02, c03, c10, c11, c12, c13}
}

// halfway returns y, which is a·b + c and half of the last bit of a float32 more,
// unless the sum lies halfway between two of them in float64. Then what float64
// lost of it says which is nearer, and where it lost nothing, the even one is
// taken. One bit less is the lower of the two. It is seldom called for, and would
// take registers from the loop.
//
//go:noinline
func halfway(a, b, c float64, y uint64) uint64 {
	if y&lost != 0 {
		return y
	}
	s, e := twoSum(a*b, c)
	switch {
	case e == 0:
		return y &^ (lost + 1)
	case (e > 0) != (s > 0):
		return y - 1
	}
	return y
}
