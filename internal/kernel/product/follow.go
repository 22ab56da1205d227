package product

import "descent/internal/kernel"

// Follow implements [kernel.Follower]. It returns the product with e run over each block of the result while
// it is in cache: input 0 of e is the product, its other inputs follow A and B
// in Call.In, and its outputs are Call.Out, the first of which also holds the
// block on the way.
func (g *Gemm) Follow(e kernel.Epilogue) kernel.Kernel {
	with := *g
	with.Epilogue = e
	if ending, ok := e.Ending(); ok {
		with.ending = &ending
	}
	return &with
}

// Apart implements [kernel.Placer].
func (g *Gemm) Apart(rows, width, distance int) kernel.Kernel {
	if rows != g.M || width != g.N || g.RowC != 0 || g.Epilogue != nil && (g.ending == nil || g.ending.Rest != 0) {
		return nil
	}
	with := *g
	with.RowC = distance
	return &with
}
