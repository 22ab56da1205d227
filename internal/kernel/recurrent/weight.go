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
//	In[0] h [N, Units]    In[1] the states [N, T, Units]
//	In[2] and, of a GRU, In[3], the gradients Out[0] and Out[2] of [Backward]
//
// A task is a block of the first, which adds up the products of all positions, the last
// in time first, as those who add the gradients of positions do; another task makes the
// second, of each sample alike.
type Weight struct{ Shape }

// A block of the gradient stays in a cache while all positions are gone through.
const (
	blockRows    = 256
	blockColumns = 128
)

func (f *Weight) down() int   { return (f.Units + blockRows - 1) / blockRows }
func (f *Weight) across() int { return f.wide(f.width()-f.others()) + f.wide(f.others()) }

func (f *Weight) wide(columns int) int { return (columns + blockColumns - 1) / blockColumns }

// others is how many columns, the last ones, have a gradient that is not of x.
func (f *Weight) others() int {
	if f.Cell == GRU {
		return f.Units
	}
	return 0
}

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

// some is how many samples are multiplied at once: a sum is that of such runs.
func (f *Weight) some() int { return min(f.N, tile.BlockK) }

// product is that of one position of some samples, which lie side by side: rows of
// states, turned, by gradients.
func (f *Weight) product(rows, columns, samples int) product.Gemm {
	return product.Gemm{M: rows, N: columns, K: samples, TransA: true, RowA: apart(rows), RowB: apart(columns), RowC: apart(columns)}
}

// Scratch implements [kernel.Kernel]: a block, states and gradients of one position, and
// what the product packs; or the gradient of the bias by one sample, and sums of such.
func (f *Weight) Scratch() int {
	rows, columns := min(blockRows, f.Units), apart(blockColumns)
	n := tile.Line + 2*rows*columns + f.some()*(apart(rows)+columns) + f.product(rows, blockColumns, f.some()).Room()
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
		f.block(i/f.across()*blockRows, i%f.across(), c)
	}
}

// block makes rows from r0 on of block i of columns.
func (f *Weight) block(r0, i int, c *kernel.Call) {
	// What the block's gradients are part of: where it begins, how wide it is, and how far
	// apart positions and samples are.
	d, from, width, time, sample := c.In[2], i*blockColumns, f.width()-f.others(), f.width(), f.T*f.width()
	c0 := from
	if first := f.wide(width); i >= first {
		d, from, width, time, sample = c.In[3], (i-first)*blockColumns, f.Units, f.N*f.Units, f.Units
		c0 = 2*f.Units + from
	}
	rows, columns := min(blockRows, f.Units-r0), min(blockColumns, width-from)
	s, v := carver(tile.Aligned(c.Scratch)), vec.Current()
	sum, one := s.take(rows*apart(columns)), s.take(rows*apart(columns))
	a, b := s.take(f.some()*apart(rows)), s.take(f.some()*apart(columns))
	clear(sum)
	for k := f.T - 1; k >= 0; k-- {
		for n0 := 0; n0 < f.N; n0 += f.some() {
			samples := min(f.some(), f.N-n0)
			for n := range samples {
				copy(row(a, n, rows), f.before(c, n0+n, k)[r0:])
				copy(row(b, n, columns), d[f.position(k)*time+(n0+n)*sample+from:])
			}
			g := f.product(rows, columns, samples)
			if f.some() == f.N { // the sum of a position is added as a whole
				g.Add = k < f.T-1
				g.Within(sum, a, b, s)
				continue
			}
			g.Add = n0 > 0
			g.Within(one, a, b, s)
		}
		if f.some() < f.N {
			v.VV[formula.Add](sum, sum, one)
		}
	}
	for r := range rows {
		copy(c.Out[0][(r0+r)*f.width()+c0:], row(sum, r, columns))
	}
}

// before returns the state of sample n before the k-th position.
func (f *Weight) before(c *kernel.Call, n, k int) []float32 {
	if k == 0 {
		return f.part(c.In[0], n)
	}
	return f.part(c.In[1], n*f.T+f.position(k-1))
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
			v.VV[formula.Add](one, one, f.part(c.In[3], f.position(k)*f.N+n))
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
