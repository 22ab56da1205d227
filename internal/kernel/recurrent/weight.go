package recurrent

import (
	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/product"
	"descent/internal/kernel/program"
	"descent/internal/kernel/tile"
	"descent/internal/kernel/vec"
)

// Weight makes the gradient Out[0] of the recurrent weight, and Out[1] of a GRU's bias, of
//
//	In[0] h [N, Units]    In[1] the states [N, T, Units]    In[2] the gradient of what the weight gives [N, T, Gates·Units]
//
// A task is a block of the first, which adds up the products of all positions, the last
// in time first, as those who add the gradients of positions do; another task makes the
// second, of each sample alike.
type Weight struct{ Shape }

// A block of the gradient stays in a cache while all positions are gone through.
const (
	blockRows    = 256
	blockColumns = 64
)

func (f *Weight) down() int   { return (f.Units + blockRows - 1) / blockRows }
func (f *Weight) across() int { return (f.width() + blockColumns - 1) / blockColumns }

// Tasks implements [kernel.Kernel].
func (f *Weight) Tasks() int {
	if f.Cell == GRU {
		return f.down()*f.across() + 1
	}
	return f.down() * f.across()
}

// Shared implements [kernel.Kernel].
func (f *Weight) Shared() int { return 0 }

// Spares implements [kernel.Sparer].
func (f *Weight) Spares() {}

// apart reports whether the product of a position is made by itself before it is added:
// it is the sum of several.
func (f *Weight) apart() bool { return f.N > tile.BlockK }

// product is that of one position: rows of states, turned, by gradients.
func (f *Weight) product(rows, columns int) product.Gemm {
	g := product.Gemm{M: rows, N: columns, K: f.N, TransA: true, RowA: f.T * f.Units, RowB: f.T * f.width(), RowC: f.width()}
	if f.apart() {
		g.RowC = blockColumns
	}
	return g
}

// Scratch implements [kernel.Kernel]: what the product packs, and that of one position;
// or the gradient of the bias by one sample, and sums of such.
func (f *Weight) Scratch() int {
	n := f.product(min(blockRows, f.Units), blockColumns).Room() + tile.Line
	if f.apart() {
		n += blockRows * blockColumns
	}
	return max(n, (1+f.sums())*f.Units)
}

// sums is how many sums of samples the gradient of the bias is added up from.
func (f *Weight) sums() int {
	rows := program.SummedRows(f.N, f.Units)
	return (f.N + rows - 1) / rows
}

// Run implements [kernel.Kernel].
func (f *Weight) Run(i int, c *kernel.Call) {
	switch {
	case i == f.down()*f.across():
		f.bias(c)
	case len(c.Out[0]) > 0:
		f.block(i/f.across()*blockRows, i%f.across()*blockColumns, c)
	}
}

// block makes a block of the gradient of the weight.
func (f *Weight) block(r0, c0 int, c *kernel.Call) {
	rows, columns := min(blockRows, f.Units-r0), min(blockColumns, f.width()-c0)
	s, v, out := carver(tile.Aligned(c.Scratch)), vec.Current(), c.Out[0][r0*f.width()+c0:]
	gemm := f.product(rows, columns)
	var one []float32
	if f.apart() {
		one = s.take(blockRows * blockColumns)
	}
	for k := f.T - 1; k >= 0; k-- {
		states, b := c.In[0], c.In[2][f.position(k)*f.width()+c0:]
		gemm.RowA = f.Units
		if k > 0 {
			states, gemm.RowA = c.In[1][f.position(k-1)*f.Units:], f.T*f.Units
		}
		if k == f.T-1 {
			g := gemm
			g.RowC = f.width()
			g.Within(out, states[r0:], b, s)
			continue
		}
		if gemm.Add = one == nil; gemm.Add {
			gemm.Within(out, states[r0:], b, s)
			continue
		}
		gemm.Within(one, states[r0:], b, s)
		for r := range rows {
			to := out[r*f.width():][:columns]
			v.VV[formula.Add](to, to, one[r*blockColumns:])
		}
	}
}

// bias makes the gradient of the bias.
func (f *Weight) bias(c *kernel.Call) {
	if len(c.Out[1]) == 0 {
		return
	}
	v, each := vec.Current(), program.SummedRows(f.N, f.Units)
	one, parts := c.Scratch[:f.Units], c.Scratch[f.Units:][:f.sums()*f.Units]
	clear(parts)
	for n := range f.N {
		clear(one)
		for k := f.T - 1; k >= 0; k-- {
			at := n*f.T + f.position(k)
			v.VV[formula.Add](one, one, f.part(c.In[2][at*f.width():], 2))
		}
		v.ColSum(f.part(parts, n/each), one, 1)
	}
	copy(c.Out[1], v.SumPairwise(parts, f.sums(), f.Units))
}

// Cost implements [kernel.Coster].
func (f *Weight) Cost() kernel.Cost {
	c := kernel.Words(f.N*f.T*(f.Units+f.width()) + f.Units*f.width())
	c.Operations = 2 * f.N * f.T * f.Units * f.width()
	return c
}
