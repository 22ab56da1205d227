package kernel

import "descent/internal/kernel/isa"

// vecTable holds the vector functions of one instruction set. In all of
// them dst may be the same memory as an operand, and operands are at least as
// long as dst, whose length counts.
//
// All instruction sets return equal bits, but for the sign and payload of a
// NaN, which are nobody's concern.
type vecTable struct {
	unary [unaryCount]func(dst, x []float32)             // op(x)
	vv    [binaryCount]func(dst, x, y []float32)         // op(x, y)
	vs    [binaryCount]func(dst, x []float32, s float32) // op(x, s)
	sv    [binaryCount]func(dst, x []float32, s float32) // op(s, x)

	selectVV func(dst, cond, x, y []float32)
	selectVS func(dst, cond, x []float32, t float32) // cond ? x : t
	selectSV func(dst, cond, y []float32, s float32) // cond ? s : y
	selectSS func(dst, cond []float32, s, t float32) // cond ? s : t

	axpby        func(dst, x, y []float32, s, t float32)          // x·s + y·t
	squareAxpby  func(dst, x, y []float32, s, t float32)          // x²·s + y·t
	axpy         func(dst, x, y []float32, s float32)             // x·s + y
	sqrtScaleAdd func(dst, x []float32, s, t float32)             // √(x·s) + t
	scaleDiv     func(dst, x, y []float32, s float32)             // (x·s) / y
	ratio        func(dst, x, y []float32, s, t, u float32)       // (x·s) / (√(y·t) + u)
	ratioStep    func(dst, x, y, z []float32, s, t, u, w float32) // ratio·w + z

	sumLanes func(acc, x []float32)           // acc[i mod 16] += x[i]
	rowSum   func(dst, x []float32, cols int) // the sum of each row, in lanes and their tree
	rowMax   func(dst, x []float32, cols int) // the maximum of each row; −Inf if cols is 0

	// takeEqual moves rest to dst where x is top, and leaves 0 in the other
	// of the two. It does so for each group of width elements of rest and
	// top; those of dst and x begin dstStep and xStep apart.
	takeEqual func(dst, rest, x, top []float32, width, dstStep, xStep int)

	colSum func(acc, x []float32, rows int) // adds rows of x, as long as acc, one after the other

	// uniformBlocks draws whole blocks of a stream; dst is a multiple of
	// 32 long. See [vecTable.uniform].
	uniformBlocks func(dst []float32, block, draw, stream0, stream1, seed0, seed1 uint32)
}

// vecFor returns the functions of tier t.
func vecFor(t isa.Tier) *vecTable { return vecTiers[t] }
