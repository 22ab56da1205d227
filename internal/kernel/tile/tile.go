package kernel

import "descent/internal/fma"

// A convTile is one call of the micro-kernels that products have, with the
// terms of A in runs. Places and distances count float32.
//
//	C[i, j] = Σₚ a[at + i·aRow + term p]·b[bAt + p·bRow + j]    or C += that sum
//
// A tile of depth multiplies channel by channel: a, too, is read at + j.
type convTile struct {
	rows, cols, k int
	log, tail     int // vectors across, as a logarithm, and lanes of the last one
	depth, add    bool

	a              []float32
	at, aRow, aCol int
	first, run     int
	jumps          []int

	b         []float32
	bAt, bRow int
	panel     []float32 // if any, what was read of b goes there

	c         []float32
	cAt, cRow int
}

// Tiles in plain Go.
const (
	convPlainRows  = 8
	convPlainLanes = 16
	convPlainWide  = 1 // the logarithm of the vectors
)

// multiplyPlain is the specification of the micro-kernels.
func (t *convTile) multiplyPlain() {
	var sum [convPlainLanes << convPlainWide]float32
	acc := sum[:t.cols]
	for i := range t.rows {
		clear(acc)
		at, left, next := t.at+i*t.aRow, t.first, 0
		for p := range t.k {
			if left == 0 {
				at += t.jumps[next]
				left = t.run
				next++
			}
			b := t.b[t.bAt+p*t.bRow:][:t.cols]
			if t.depth {
				for j, x := range t.a[at:][:t.cols] {
					acc[j] = fma.MulAdd(x, b[j], acc[j])
				}
			} else {
				fma.Row(acc, t.a[at], b)
			}
			at += t.aCol
			left--
		}
		row := t.c[t.cAt+i*t.cRow:][:t.cols]
		if !t.add {
			copy(row, acc)
			continue
		}
		for j, x := range acc {
			row[j] += x
		}
	}
}

// transposePlain writes cols columns of rows of src as rows of dst.
func transposePlain(cols int, src []float32, srcRow, rows int, dst []float32, dstRow int) {
	for c := range cols {
		for r := range rows {
			dst[c*dstRow+r] = src[r*srcRow+c]
		}
	}
}
