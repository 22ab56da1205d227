package product

import "descent/internal/kernel"

// Batch is many matrix products of one shape as one instruction. The operands of
// each, and its result, lie in In[0], In[1] and Out[0] wherever the distances say;
// nothing is copied:
//
//	product (i₀, i₁, ...) has its A from Σ iₐ·StepA[a] on, B and C alike
//
// Rows of C are as far apart as columns of the result are many where it is read
// as a matrix, and a product is a rectangle of that: so an epilogue sees one
// result. With Swap the operand of In[0] is B.
type Batch struct {
	Dims                []int // how many products there are along each axis
	StepA, StepB, StepC []int
	One                 Gemm // each product; RowC must be set
	Swap                bool

	blocks    blocks
	each      int // products of a task, if it has whole ones
	products  int
	resultLen int
}

// NewBatch returns the kernel with its tasks cut.
func NewBatch(b Batch) *Batch {
	b.products = 1
	for _, d := range b.Dims {
		b.products *= d
	}
	b.blocks = b.One.partitionAmong(b.products)
	b.each = 1
	if b.blocks.down*b.blocks.across == 1 {
		b.each = max(1, min(minCost/max(1, b.One.cost(b.One.M, b.One.N)), b.products))
	}
	b.resultLen = b.products * b.One.M * b.One.N
	return &b
}

// Tasks is the number of blocks of all products, or of runs of small products.
func (b *Batch) Tasks() int {
	return (b.products + b.each - 1) / b.each * b.blocks.down * b.blocks.across
}

// Scratch implements [kernel.Kernel].
func (b *Batch) Scratch() int {
	n := b.One.packed(b.blocks)
	if e := b.One.Epilogue; e != nil {
		n = max(n, e.Scratch(min(b.blocks.width, b.One.N)))
	}
	return n
}

// Shared implements [kernel.Kernel].
func (b *Batch) Shared() int { return 0 }

// Run implements [kernel.Kernel].
func (b *Batch) Run(i int, c *kernel.Call) {
	per := b.blocks.down * b.blocks.across
	r := b.blocks.block(b.One, i%per)
	for p := i / per * b.each; p < min(b.products, (i/per+1)*b.each); p++ {
		b.run(p, r, c)
	}
}

// run computes a block of product p.
func (b *Batch) run(p int, r rect, c *kernel.Call) {
	var inA, inB, inC int
	for a, rest := len(b.Dims)-1, p; a >= 0; a-- {
		at := rest % b.Dims[a]
		rest /= b.Dims[a]
		inA += at * b.StepA[a]
		inB += at * b.StepB[a]
		inC += at * b.StepC[a]
	}
	x, y := c.In[0], c.In[1]
	if b.Swap {
		x, y = y, x
	}
	b.One.multiply(r, c.Out[0][inC:], x[inA:], y[inB:], c.Scratch, nil)
	if e := b.One.Epilogue; e != nil {
		cols := b.One.RowC
		row, col := inC/cols, inC%cols
		e.RunRect(c, c.Out[0], c.In[2:], b.resultLen/cols, cols, row+r.r0, row+r.r1, col+r.c0, col+r.c1, c.Scratch)
	}
}

// Follow implements [kernel.Follower].
func (b *Batch) Follow(e kernel.Epilogue) kernel.Kernel {
	with := *b
	with.One.Epilogue = e
	return &with
}

// Cost implements [kernel.Coster].
func (b *Batch) Cost() kernel.Cost {
	g := b.One
	c := kernel.Following(g.Epilogue, b.resultLen/g.RowC, g.RowC)
	c.Operations += 2 * b.products * g.M * g.N * g.K
	return c.Plus(kernel.Words(b.products * (g.M*g.K + g.K*g.N)))
}
