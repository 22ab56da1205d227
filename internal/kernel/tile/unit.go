//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"descent/internal/kernel/isa"
)

// convUnit is the micro-kernels of the tier in use; without an instruction set
// it is plain Go.
type convUnit struct{ isa *gemmISA }

func currentConvUnit() convUnit {
	switch isa.Current() {
	case isa.AVX512:
		return convUnit{&gemmISA512}
	case isa.AVX2:
		return convUnit{&gemmISA256}
	}
	return convUnit{}
}

// choose returns how wide tiles are, as the logarithm of their vectors, and
// how tall at most, for a block of height × width of which packed columns at
// most can be held.
func (u convUnit) choose(height, width int, depth, packed bool) (wide, rows int) {
	if u.isa == nil {
		return convPlainWide, convPlainRows
	}
	if !depth {
		wide = u.isa.vectors(gemmRect{r1: height, c1: width})
		if packed {
			for wide > 1 && u.isa.lanes<<wide > convMaxPanel {
				wide--
			}
		}
		return wide, u.isa.rows[wide]
	}
	most := u.isa.depthRows
	for wide < 2 && (height <= most[wide+1] || most[wide] == most[wide+1]) && width > u.isa.lanes<<wide {
		wide++
	}
	return wide, most[wide]
}

// piece returns the vectors of the next tile where n columns are left, and how
// many columns that is in memory that it packs.
func (u convUnit) piece(t *convTile, wide, n int) (panel int) {
	if u.isa == nil {
		t.cols = min(n, convPlainLanes<<convPlainWide)
		return convPlainLanes << convPlainWide
	}
	t.log, t.tail = u.isa.piece(wide, n)
	t.cols = min(n, u.isa.lanes<<t.log)
	return u.isa.lanes << t.log
}

// packs reports whether a tile of that many rows can pack what it reads of B.
func (u convUnit) packs(t *convTile, rows int) bool {
	return u.isa != nil && !t.depth && t.log == 1 && u.isa.packers[rows] != nil
}

func (u convUnit) multiply(t *convTile) {
	if u.isa == nil {
		t.multiplyPlain()
		return
	}
	tile := u.isa.tiles[t.log][t.rows]
	switch {
	case t.depth:
		tile = u.isa.depths[t.log][t.rows]
	case t.panel != nil:
		tile = u.isa.packers[t.rows]
	}
	first := min(t.first, t.k)
	b, bRow := &t.b[t.bAt], 4*t.bRow
	tile(t.k, &t.a[t.at], 4*t.aRow, 4*t.aCol, b, bRow, &t.c[t.cAt], 4*t.cRow, t.tail, t.add,
		unsafe.SliceData(t.panel), first, t.run, unsafe.SliceData(t.jumps), soon(b, bRow), bRow)
}

// transpose writes cols columns of rows of src as rows of dst, whose length
// is that of whole vectors.
func (u convUnit) transpose(cols int, src []float32, srcRow, rows int, dst []float32, dstRow int) {
	if u.isa == nil {
		transposePlain(cols, src, srcRow, rows, dst, dstRow)
		return
	}
	for r := 0; r < rows; r += u.isa.lanes {
		u.isa.transpose(cols, &src[r*srcRow], 4*srcRow, min(u.isa.lanes, rows-r), &dst[r], 4*dstRow)
	}
}

// A winogradLinear applies a matrix; see generateLinear in _asm/gemm. Distances
// are in bytes.
type winogradLinear func(n int, src *float32, srcStep int, dst *float32, dstStep, count, srcNext, dstNext int)

// sweep applies the matrix of that number to columns.
func (u convUnit) sweep(matrix int, s *winogradSweep) {
	if u.isa == nil {
		s.sweepPlain(matrix)
		return
	}
	u.isa.linears[matrix](s.n, &s.src[s.at], 4*s.step, &s.dst[s.to], 4*s.dstStep, s.count, 4*s.next, 4*s.dstNext)
}

// align drops what stands before the first whole cache line.
func (convUnit) align(s []float32) []float32 { return gemmAligned(s) }
