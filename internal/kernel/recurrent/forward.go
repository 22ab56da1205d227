package recurrent

import (
	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
	"descent/internal/kernel/vec"
)

// Forward makes Out[0], the states [N, T, Units], and Out[1], what the backward pass
// reads [T, N, Kept·Units], of
//
//	In[0] x [N, T, Gates·Units]    In[1] u [Units, Gates·Units]    In[2] h [N, Units]
//	In[3] bias [Units] of a GRU, c [N, Units] of an LSTM           In[4] lengths [N], if there are
//
// A task is a run of samples.
type Forward struct{ Shape }

// Tasks implements [kernel.Kernel].
func (f *Forward) Tasks() int { return f.tasks() }

// Shared implements [kernel.Kernel].
func (f *Forward) Shared() int { return 0 }

// Spares implements [kernel.Sparer].
func (f *Forward) Spares() {}

// Scratch implements [kernel.Kernel]: states and cells, products, what is kept of one
// position, and terms.
func (f *Forward) Scratch() int {
	rows := f.samples()
	return tile.Line + rows*(2*apart(f.Units)+apart(f.width())) + apart(f.Kept()*f.Units) + apart(f.Units) + f.forward(rows).Room()
}

// Run implements [kernel.Kernel].
func (f *Forward) Run(i int, c *kernel.Call) {
	n0, n1 := f.run(i)
	s := carver(tile.Aligned(c.Scratch))
	h, cell, p := s.take((n1-n0)*apart(f.Units)), s.take((n1-n0)*apart(f.Units)), s.take((n1-n0)*apart(f.width()))
	one, term := s.take(apart(f.Kept()*f.Units)), s.take(apart(f.Units))[:f.Units]
	f.load(h, c.In[2], n0, n1)
	if f.Cell == LSTM {
		f.load(cell, c.In[3], n0, n1)
	}
	var lengths []float32
	if f.Lengths {
		lengths = c.In[4]
	}
	v, gemm := vec.Current(), f.forward(n1-n0)
	for k := range f.T {
		t := f.position(k)
		gemm.Within(p, h, c.In[1], s)
		for n := n0; n < n1; n++ {
			at, i := n*f.T+t, n-n0
			h, cell := row(h, i, f.Units), row(cell, i, f.Units)
			kept := one[:f.Kept()*f.Units]
			if len(c.Out[1]) > 0 {
				kept = c.Out[1][(t*f.N+n)*len(kept):][:len(kept)]
			}
			x, p := c.In[0][at*f.width():][:f.width()], row(p, i, f.width())
			switch {
			case !f.counts(lengths, n, t):
				clear(kept)
			case f.Cell == GRU:
				f.gru(v, kept, h, x, p, c.In[3])
			default:
				f.lstm(v, kept, h, cell, x, p, term)
			}
			if f.Cell == LSTM {
				copy(f.part(kept, 4), cell)
			}
			if len(c.Out[0]) > 0 {
				copy(c.Out[0][at*f.Units:][:f.Units], h)
			}
		}
	}
}

// gru makes the next state h of that before, whose product is p.
func (f *Forward) gru(v *vec.Table, kept, h, x, p, bias []float32) {
	u := f.Units
	both, n, q := kept[:2*u], f.part(kept, 2), f.part(kept, 3)
	v.VV[formula.Add](both, x, p)
	v.Unary[formula.Sigmoid](both, both)
	v.VV[formula.Add](q, f.part(p, 2), bias)
	v.VV[formula.Mul](n, both, q)
	v.VV[formula.Add](n, f.part(x, 2), n)
	v.Unary[formula.Tanh](n, n)
	v.VV[formula.Sub](h, h, n)
	v.VV[formula.Mul](h, both[u:], h)
	v.VV[formula.Add](h, n, h)
}

// lstm makes the next state h and cell of those before.
func (f *Forward) lstm(v *vec.Table, kept, h, cell, x, p, term []float32) {
	u := f.Units
	gates := kept[:4*u]
	i, g, o := gates[:u], gates[2*u:3*u], gates[3*u:]
	v.VV[formula.Add](gates, x, p)
	v.Unary[formula.Sigmoid](gates[:2*u], gates)
	v.Unary[formula.Tanh](g, g)
	v.Unary[formula.Sigmoid](o, o)
	v.VV[formula.Mul](cell, gates[u:], cell)
	v.VV[formula.Mul](term, i, g)
	v.VV[formula.Add](cell, cell, term)
	v.Unary[formula.Tanh](h, cell)
	v.VV[formula.Mul](h, o, h)
}

// Cost implements [kernel.Coster].
func (f *Forward) Cost() kernel.Cost {
	const sigmoid = 25 // operations
	return f.cost(f.Gates()+f.Kept()+1, (f.Gates()+1)*sigmoid)
}
