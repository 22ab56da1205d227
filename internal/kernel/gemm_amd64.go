//go:build amd64 && !purego

package kernel

import "unsafe"

const (
	gemmAlign = 16 // float32 in a cache line
	gemmPanel = 32 // columns of a panel of packed B

	// gemmSharePanel is the number of tiles from which the first one packs
	// B for the others. Measured: fewer read it faster where it lies.
	gemmSharePanel = 4
)

// packed is how many float32 a task of the partition packs into.
func (g Gemm) packed(p gemmPartition) int {
	k := min(g.K, gemmBlockK)
	n := 0
	if g.packsA(gemmRect{c1: p.width}, &gemmISA256) { // where AVX-512 packs, so does AVX2
		n += (p.height/12 + 2) * gemmAlign * k // panels of 14 rows in 16 lanes, or of 6 in 8
	}
	if g.TransB || p.height > 12 {
		n += gemmPanel * k
	}
	return max(n+gemmAlign, p.width)
}

// multiply computes a block of C.
func (g Gemm) multiply(r gemmRect, c, a, b, scratch []float32) {
	switch {
	case g.K == 0:
		for i := r.r0; i < r.r1; i++ {
			clear(c[i*g.N+r.c0 : i*g.N+r.c1])
		}
	case r.r0 == r.r1 || r.c0 == r.c1:
	case CurrentTier() >= AVX512:
		g.multiplyTiles(&gemmISA512, r, c, a, b, scratch)
	case CurrentTier() >= AVX2:
		g.multiplyTiles(&gemmISA256, r, c, a, b, scratch)
	default:
		g.multiplyPlain(r, c, a, b, scratch)
	}
}

// multiplyTiles computes a block of C tile by tile, column by column of tiles
// so that a strip of B stays close.
func (g Gemm) multiplyTiles(isa *gemmISA, r gemmRect, c, a, b, scratch []float32) {
	am, ak, bk, _ := g.strides()
	wide := isa.vectors(r)
	if g.TransB {
		wide = min(wide, 1) // transposing bounds the time, and likes a narrow panel
	}
	height := r.r1 - r.r0
	down := (height + isa.rows[wide] - 1) / isa.rows[wide]
	packA := g.packsA(r, isa)
	packB := !g.TransB && down >= gemmSharePanel

	scratch = gemmAligned(scratch)
	panel := 0 // float32 in a panel of packed A
	if packA {
		panel = min(g.K, gemmBlockK) * isa.lanes
	}
	aPacked, bPacked := scratch[:down*panel], scratch[down*panel:]
	var panelB *float32
	if g.TransB || packB {
		panelB = &bPacked[0]
	}

	for k0 := 0; k0 < g.K; k0 += gemmBlockK {
		k := min(gemmBlockK, g.K-k0)
		if packA {
			g.packA(isa, r, a, aPacked, k0, k, down)
		}
		for j, next := r.c0, 0; j < r.c1; j = next {
			log, tail := isa.piece(wide, r.c1-j)
			next = min(j+isa.lanes<<log, r.c1)
			var bAt *float32
			bRow, panelRow := 4*bk, 4*isa.lanes<<log
			if g.TransB {
				g.packB(isa, b, bPacked, k0, k, j, next, panelRow)
				bAt, bRow = panelB, panelRow
			} else {
				bAt = &b[k0*bk+j]
			}
			for t := range down {
				r0, r1 := r.r0+t*height/down, r.r0+(t+1)*height/down
				aAt, aRow, aCol := &a[r0*am+k0*ak], 4*am, 4*ak
				if packA {
					aAt, aRow, aCol = &aPacked[t*panel], 4, 4*isa.lanes
				}
				tile, packs := isa.tiles[log][r1-r0], packB && t == 0 && log == 1
				if packs {
					tile = isa.packers[r1-r0]
				}
				tile(k, aAt, aRow, aCol, bAt, bRow, &c[r0*g.N+j], 4*g.N, tail, k0 > 0, panelB, k, 0, nil)
				if packs {
					bAt, bRow = panelB, panelRow
				}
			}
		}
	}
}

// packsA reports whether to pack A. It is read where it lies, unless its rows
// begin so close to a multiple of a page that those of one tile compete for
// the same few lines of the cache, and there are enough columns to share the
// cost.
func (g Gemm) packsA(r gemmRect, isa *gemmISA) bool {
	const page, near = 1024, 8 // float32
	return !g.TransA && (g.K+near)%page <= 2*near && g.K > page/2 && r.c1-r.c0 >= 4*isa.lanes
}

// packA stores terms [k0, k0+k) of the block's rows of A as one panel for each
// tile, a vector for each term.
func (g Gemm) packA(isa *gemmISA, r gemmRect, a, packed []float32, k0, k, down int) {
	height, panel := r.r1-r.r0, min(g.K, gemmBlockK)*isa.lanes
	for t := range down {
		r0, r1 := r.r0+t*height/down, r.r0+(t+1)*height/down
		isa.transpose(k, &a[r0*g.K+k0], 4*g.K, r1-r0, &packed[t*panel], 4*isa.lanes)
	}
}

// packB stores terms [k0, k0+k) of columns [j, next) of a transposed B as one
// panel with rows of panelRow bytes.
func (g Gemm) packB(isa *gemmISA, b, packed []float32, k0, k, j, next, panelRow int) {
	for v := j; v < next; v += isa.lanes {
		isa.transpose(k, &b[v*g.K+k0], 4*g.K, min(isa.lanes, next-v), &packed[v-j], panelRow)
	}
}

// gemmAligned drops what stands before the first whole cache line.
func gemmAligned(s []float32) []float32 {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(s))) / 4
	return s[-at%gemmAlign:]
}
