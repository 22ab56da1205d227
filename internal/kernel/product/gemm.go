// Package product has the kernel of matrix products.
package product

import (
	"descent/internal/kernel"
	"descent/internal/kernel/move"
	"descent/internal/kernel/tile"
)

// Gemm is the matrix product C = op(A)·op(B), row-major:
//
//	A [M, K], or [K, M] when TransA; as [Gemm.Prepare] says
//	B [K, N], or [N, K] when TransB
//	C [M, N]
//
// In[0] is A, In[1] is B and Out[0] is C, which must not overlap them. With an
// Epilogue, In[2:] are the inputs of that program from its second one on: its
// first is the product. A program that stores to Out[0] replaces the product.
//
// Element i, j is a chain of fused multiply-adds over ascending k, from zero,
// for each block of 512 values of k; the blocks' results are added in order.
// So tiles, tasks and instruction sets cannot change a bit; only the payload
// of a NaN may depend on them.
type Gemm struct {
	M, N, K          int
	TransA, TransB   bool
	RowA, RowB, RowC int             // how far apart rows are in memory; 0: one follows the other
	Add              bool            // the product is added to what C holds
	Narrow           tile.Format     // of B, which is then a [tile.Narrow] of K × N; A is not transposed, and nothing is added to
	Epilogue         kernel.Epilogue // nil: none

	ending *kernel.Ending // the epilogue, if tiles do it; set by [Gemm.Follow]
}

// Tasks returns the number of blocks of C.
func (g Gemm) Tasks() int {
	p := g.partition()
	return p.down * p.across
}

// Scratch returns the room for packed blocks of A and B, or for the epilogue.
func (g Gemm) Scratch() int {
	p := g.partition()
	n := g.packed(p)
	if g.Epilogue != nil {
		n = max(n, g.Epilogue.Scratch(min(p.width, g.N)))
	}
	return n
}

// Shared returns 0: blocks of C are independent.
func (g Gemm) Shared() int { return 0 }

// Run computes block i of C.
func (g Gemm) Run(i int, c *kernel.Call) {
	r := g.block(i)
	if end, ok := g.end(r, c); ok {
		g.multiply(r, c.Out[0], c.In[0], c.In[1], c.Scratch, &end)
		return
	}
	g.multiply(r, c.Out[0], c.In[0], c.In[1], c.Scratch, nil)
	if g.Epilogue != nil {
		g.Epilogue.RunRect(c, c.Out[0], c.In[2:], g.M, g.rowC(), r.r0, r.r1, r.c0, r.c1, c.Scratch)
	}
}

// end returns the epilogue as what tiles do themselves, false if they do not.
func (g Gemm) end(r rect, c *kernel.Call) (tile.End, bool) {
	if g.ending == nil || g.K == 0 || g.Narrow != tile.Float32 && r.r1-r.r0 <= fewRows {
		return tile.End{}, false
	}
	return tile.EndOf(*g.ending, c.In[2:]), true
}

// Within computes all of C in a task of another kernel, which knows where its
// operands lie: distances of rows must be set, and there is no epilogue. scratch has
// room for [Gemm.Room].
func (g Gemm) Within(c, a, b, scratch []float32) {
	g.multiply(rect{0, g.M, 0, g.N}, c, a, b, scratch, nil)
}

// Room is how many float32 [Gemm.Within] packs into.
func (g Gemm) Room() int { return g.packed(blocks{height: g.M, width: g.N}) }

// stored returns the rows and columns of A in memory.
func (g Gemm) stored() (rows, cols int) {
	if g.TransA {
		return g.K, g.M
	}
	return g.M, g.K
}

// rowA is how far apart rows of A are in memory: one line more than they are
// long where they would begin so close to a multiple of a page that those of
// one tile compete for the same few lines of the cache, and there are enough of
// them, and columns of C enough to share the cost of a copy.
func (g Gemm) rowA() int {
	const page, near, few = 1024, 8, 8 // float32, and rows
	rows, cols := g.stored()
	if g.RowA != 0 {
		return g.RowA
	}
	if (cols+near)%page <= 2*near && cols > page/2 && rows > few && g.N >= 2*minWidth {
		return cols + tile.Line
	}
	return cols
}

// Prepare implements [kernel.Preparer]: A with its rows apart.
func (g Gemm) Prepare() (operand int, form kernel.Kernel, size int) {
	rows, cols := g.stored()
	row := g.rowA()
	if row == cols || g.RowA != 0 {
		return 0, nil, 0
	}
	return 0, &move.Splice{Runs: rows, Width: row, Parts: []move.Part{{To: cols, Width: cols}}}, rows * row
}

// strides returns how far apart in A and B the neighbours in m, n and k are.
func (g Gemm) strides() (am, ak, bk, bn int) {
	am, ak, bk, bn = g.rowA(), 1, g.rowB(), 1
	if g.TransA {
		am, ak = 1, g.rowA()
	}
	if g.TransB {
		bk, bn = 1, g.rowB()
	}
	return am, ak, bk, bn
}

// rowB and rowC are how far apart rows of B and C are in memory.
func (g Gemm) rowB() int {
	switch {
	case g.RowB != 0:
		return g.RowB
	case g.TransB:
		return g.K
	}
	return g.N
}

func (g Gemm) rowC() int {
	if g.RowC != 0 {
		return g.RowC
	}
	return g.N
}

// Cost implements [kernel.Coster].
func (g Gemm) Cost() kernel.Cost {
	c := kernel.Following(g.Epilogue, g.M, g.N)
	c.Operations += 2 * g.M * g.N * g.K
	b := g.K * g.N
	if g.Narrow != tile.Float32 {
		b = g.narrow().Words()
	}
	return c.Plus(kernel.Words(g.M*g.K + b))
}
