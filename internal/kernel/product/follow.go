package kernel

// Follow returns the product with p run over each block of the result while
// it is in cache: input 0 of p is the product, its other inputs follow A and B
// in Call.In, and its outputs are Call.Out, the first of which also holds the
// block on the way.
func (g *Gemm) Follow(p *Program) Kernel {
	with := *g
	with.Epilogue = p
	return &with
}
