// Package vec holds vector functions: loops over []float32, the instructions of
// fused programs and reductions, in plain Go and in the assembly of each
// instruction set beside it.
//
// All instruction sets return equal bits, but for the sign and payload of a NaN,
// which are nobody's concern.
package vec

import (
	"descent/internal/formula"
	"descent/internal/kernel/isa"
)

//go:generate sh -c "cd ../_asm && go run ./vec -dir ../vec"

// A Table holds the vector functions of one instruction set. In all of them dst
// may be the same memory as an operand, and operands are at least as long as
// dst, whose length counts.
type Table struct {
	Unary [formula.UnaryCount]func(dst, x []float32)             // op(x)
	VV    [formula.BinaryCount]func(dst, x, y []float32)         // op(x, y)
	VS    [formula.BinaryCount]func(dst, x []float32, s float32) // op(x, s)
	SV    [formula.BinaryCount]func(dst, x []float32, s float32) // op(s, x)

	SelectVV func(dst, cond, x, y []float32)
	SelectVS func(dst, cond, x []float32, t float32) // cond ? x : t
	SelectSV func(dst, cond, y []float32, s float32) // cond ? s : y
	SelectSS func(dst, cond []float32, s, t float32) // cond ? s : t

	Axpby        func(dst, x, y []float32, s, t float32)          // x·s + y·t
	SquareAxpby  func(dst, x, y []float32, s, t float32)          // x²·s + y·t
	Axpy         func(dst, x, y []float32, s float32)             // x·s + y
	SqrtScaleAdd func(dst, x []float32, s, t float32)             // √(x·s) + t
	ScaleDiv     func(dst, x, y []float32, s float32)             // (x·s) / y
	Ratio        func(dst, x, y []float32, s, t, u float32)       // (x·s) / (√(y·t) + u)
	RatioStep    func(dst, x, y, z []float32, s, t, u, w float32) // ratio·w + z

	SumLanes func(acc, x []float32)           // acc[i mod 16] += x[i]
	RowSum   func(dst, x []float32, cols int) // the sum of each row, in lanes and their tree
	RowMax   func(dst, x []float32, cols int) // the maximum of each row; −Inf if cols is 0

	// TakeEqual moves rest to dst where x is top, and leaves 0 in the other
	// of the two. It does so for each group of width elements of rest and
	// top; those of dst and x begin dstStep and xStep apart.
	TakeEqual func(dst, rest, x, top []float32, width, dstStep, xStep int)

	ColSum func(acc, x []float32, rows int) // adds rows of x, as long as acc, one after the other

	// uniformBlocks draws whole blocks of a stream; dst is a multiple of
	// 32 long. See [Table.Uniform].
	uniformBlocks func(dst []float32, block, draw, stream0, stream1, seed0, seed1 uint32)
}

// For returns the functions of tier t.
func For(t isa.Tier) *Table {
	if v := tiers[t]; v != nil {
		return v
	}
	return &plain
}

// Current returns the functions of the tier in use.
func Current() *Table { return For(isa.Current()) }
