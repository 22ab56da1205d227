package tile

import (
	"unsafe"

	"descent/internal/kernel/isa"
)

//go:generate sh -c "cd ../_asm && go run ./tile -dir ../tile"

// A Func computes a block of C that fits the registers; see generateTile in
// _asm/tile. Strides are in bytes.
type Func func(k int, a *float32, aRow, aCol int, b *float32, bRow int, c *float32, cRow, tail int, add bool, panel *float32, first, run int, jumps *int, ahead uintptr, aheadRow int, ends, relu bool, endSub, endMul, endAdd, endRest *float32)

// Funcs holds them by the logarithm of their vectors and by rows.
type Funcs [5][15]Func

// A linear applies a matrix; see generateLinear in _asm/tile. Distances are in
// bytes.
type linear func(n int, src *float32, srcStep int, dst *float32, dstStep, count, srcNext, dstNext int)

// A threesFunc computes lines of results; see generateThrees in _asm/tile. Distances are
// in bytes.
type threesFunc func(lines, n int, a *float32, aLine, aRow, aCol, aDown int, b *float32, bRow int, c *float32, cLine, cRow, tail int, sub, mul, add, floor, zero *float32)

// A Set is the micro-kernels of one instruction set.
type Set struct {
	Lanes   int       // of a vector
	Tiles   *Funcs    // products
	Common  int       // the logarithm of the vectors of the tiles for many rows
	Packers *[15]Func // those tiles that pack B, by rows
	Rows    [5]int    // the tallest tile, by the logarithm of its vectors

	depths    *Funcs                // products channel by channel
	depthRows [3]int                // the tallest of them
	threes    threesFunc            // lines of results of 3 × 3 terms, channel by channel
	linears   *[10]linear           // by the numbers of [Matrix]
	ones      *[Formats][]oneFunc   // products of one row by narrow weights
	wideners  *[Formats][]widenFunc // of narrow weights
	peak      func(n int)
	chains    int // of multiply-adds in a step of peak

	// Transpose writes cols columns of rows ≤ Lanes rows as rows of Lanes;
	// missing rows are zeros. Strides are in bytes.
	Transpose func(cols int, src *float32, srcRow, rows int, dst *float32, dstRow int)
}

// Current returns the micro-kernels of the tier in use; nil for those in plain
// Go.
func Current() *Set { return sets[isa.Current()] }

// Vectors is the logarithm of the vectors across a tile of a block: the fewer
// rows, the more, to keep enough chains of multiply-adds going and to read B in
// long lines.
func (s *Set) Vectors(height, width int) int {
	wide := s.Common
	for l := wide + 1; l < len(s.Rows); l++ {
		if height <= s.Rows[l] {
			wide = l
		}
	}
	for wide > 0 && width <= s.Lanes<<wide/2 {
		wide--
	}
	return wide
}

// Piece returns the logarithm of the vectors of the next tile where n columns
// are left, and how many lanes of its last vector are in use.
func (s *Set) Piece(wide, n int) (log, tail int) {
	for log = wide; log > 0 && n <= s.Lanes<<log-s.Lanes; log-- {
	}
	return log, s.Lanes - max(0, s.Lanes<<log-n)
}

// Soon is the address of the row of B that is eight steps ahead, which may lie
// behind its end: it is fetched, not read.
func Soon(b *float32, bRow int) uintptr { return Address(b) + uintptr(8*bRow) }

// Address is v as a number, for a [Func] to fetch.
func Address(v *float32) uintptr { return uintptr(unsafe.Pointer(v)) }

// Aligned drops what stands before the first whole cache line.
func Aligned(s []float32) []float32 {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(s))) / 4
	return s[-at%Line:]
}
