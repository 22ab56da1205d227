// Package tile holds the micro-kernels of matrix products and convolutions:
// blocks that fit the registers, transposes, and the matrices of Winograd's
// algorithm, in plain Go and in the assembly of each instruction set beside it.
// Those who cut products into tiles know of an instruction set no more than the
// sizes in its [Set].
package tile

import "descent/internal/fma"

// BlockK is how many terms are summed before they are added to C. It is part of
// what a product means: results change with it.
const BlockK = 512

// Width is the columns of the common tile: widths of blocks are its multiples.
const Width = 32

// Line is the number of float32 in a cache line.
const Line = 16

// A Tile is one call of the micro-kernels that products have, with the
// terms of A in runs. Places and distances count float32.
//
//	C[CAt + i·CRow + j] = Σₚ A[At + i·ARow + term p]·B[BAt + p·BRow + j]    or C += that sum
//
// A tile of depth multiplies channel by channel: A, too, is read at + j.
type Tile struct {
	Rows, Cols, K int
	Log, Tail     int // vectors across, as a logarithm, and lanes of the last one
	Depth, Add    bool

	A              []float32
	At, ARow, ACol int
	First, Run     int // terms of A in the first run, and in those that follow
	Jumps          []int

	B         []float32
	BAt, BRow int
	Panel     []float32 // if any, what was read of B goes there

	C         []float32
	CAt, CRow int
}

// Tiles in plain Go.
const (
	plainRows  = 8
	plainLanes = 16
	plainWide  = 1 // the logarithm of the vectors
)

// multiplyPlain is the specification of the micro-kernels.
func (t *Tile) multiplyPlain() {
	var sum [plainLanes << plainWide]float32
	acc := sum[:t.Cols]
	for i := range t.Rows {
		clear(acc)
		at, left, next := t.At+i*t.ARow, t.First, 0
		for p := range t.K {
			if left == 0 {
				at += t.Jumps[next]
				left = t.Run
				next++
			}
			b := t.B[t.BAt+p*t.BRow:][:t.Cols]
			if t.Depth {
				for j, x := range t.A[at:][:t.Cols] {
					acc[j] = fma.MulAdd(x, b[j], acc[j])
				}
			} else {
				fma.Row(acc, t.A[at], b)
			}
			at += t.ACol
			left--
		}
		row := t.C[t.CAt+i*t.CRow:][:t.Cols]
		if !t.Add {
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
