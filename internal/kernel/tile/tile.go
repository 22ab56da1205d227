// Package tile holds the micro-kernels of matrix products and convolutions:
// blocks that fit the registers, transposes, and the matrices of Winograd's
// algorithm, in plain Go and in the assembly of each instruction set beside it.
// Those who cut products into tiles know of an instruction set no more than the
// sizes in its [Set].
package tile

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
