//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"descent/internal/kernel/isa"
)

//go:generate sh -c "cd _asm && go run ./gemm -dir .."

// A gemmTile computes a block of C that fits the registers; see generateTile
// in _asm/gemm. Strides are in bytes.
type gemmTile func(k int, a *float32, aRow, aCol int, b *float32, bRow int, c *float32, cRow, tail int, add bool, panel *float32, first, run int, jumps *int, ahead uintptr, aheadRow int)

// soon is the address of the row of B that is eight steps ahead, which may lie
// behind its end: it is fetched, not read.
func soon(b *float32, bRow int) uintptr { return address(b) + uintptr(8*bRow) }

func address(v *float32) uintptr { return uintptr(unsafe.Pointer(v)) }

// gemmTiles holds tiles by the logarithm of their vectors and by rows.
type gemmTiles [5][15]gemmTile

// gemmPackers holds those of two vectors that pack B, by rows.
type gemmPackers [15]gemmTile

// gemmISA is the kernels of one instruction set.
type gemmISA struct {
	lanes     int
	tiles     *gemmTiles
	packers   *gemmPackers
	rows      [5]int // the tallest tile, by the logarithm of its vectors
	depths    *gemmTiles
	depthRows [3]int // the tallest depth tile
	linears   *[10]winogradLinear
	transpose func(cols int, src *float32, srcRow, rows int, dst *float32, dstRow int)
}

var (
	gemmISA256 = gemmISA{8, &gemmTiles256, &gemmPackers256, [5]int{6, 6, 2, 1}, &gemmDepths256, [3]int{8, 4, 3}, &winogradLinears256, gemmTranspose256}
	gemmISA512 = gemmISA{16, &gemmTiles512, &gemmPackers512, [5]int{14, 14, 6, 3, 1}, &gemmDepths512, [3]int{8, 8, 4}, &winogradLinears512, gemmTranspose512}
)

// vectors is the logarithm of the vectors across a tile: the fewer rows, the
// more, to keep enough chains of multiply-adds going and to read B in long
// lines.
func (isa *gemmISA) vectors(r gemmRect) int {
	wide := 1
	for l := 2; l < len(isa.rows); l++ {
		if r.r1-r.r0 <= isa.rows[l] {
			wide = l
		}
	}
	for wide > 0 && (r.c1-r.c0) <= isa.lanes<<wide/2 {
		wide--
	}
	return wide
}

// piece returns the logarithm of the vectors of the next tile where n columns
// are left, and how many lanes of its last vector are in use.
func (isa *gemmISA) piece(wide, n int) (log, tail int) {
	for log = wide; log > 0 && n <= isa.lanes<<log-isa.lanes; log-- {
	}
	return log, isa.lanes - max(0, isa.lanes<<log-n)
}

// FMAPeak runs n steps, at most 10000 for a call, of nothing but independent
// multiply-adds on the current tier, and returns how many floating-point
// operations that was: the limit that products are measured against.
func FMAPeak(n int) (operations int) {
	const chains = 12 // as in generatePeak in _asm/gemm
	switch isa.Current() {
	case isa.AVX512:
		gemmPeak512(n)
		return 2 * 16 * chains * n
	case isa.AVX2:
		gemmPeak256(n)
		return 2 * 8 * chains * n
	}
	return fmaPeakPlain(n)
}
