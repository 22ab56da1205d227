package recurrent

import (
	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
	"descent/internal/kernel/vec"
)

// Backward makes gradients of that of the states, going back through time:
//
//	In[0] the recurrent weight, turned [Gates·Units, Units]    In[1] h [N, Units] of a GRU, c [N, Units] of an LSTM
//	In[2] what [Forward] kept    then the states of a GRU, lengths if there are, and the gradient of the states
//	Out[0] of x    Out[1] of h    Out[2] of hUn of a GRU [T, N, Units], of c of an LSTM [N, Units]
//
// What the weight gives other gates has the gradient of x. A task is a run of samples.
type Backward struct{ Shape }

// Tasks implements [kernel.Kernel].
func (f *Backward) Tasks() int { return f.tasks() }

// Shared implements [kernel.Kernel].
func (f *Backward) Shared() int { return 0 }

// Spares implements [kernel.Sparer].
func (f *Backward) Spares() {}

// Scratch implements [kernel.Kernel]: gradients of states by what is beside the product
// and by that, of cells and of gates, and terms.
func (f *Backward) Scratch() int {
	rows := f.samples()
	return tile.Line + rows*(3*apart(f.Units)+apart(f.width())) + 2*apart(f.Units) + f.backward(rows).Room()
}

// Run implements [kernel.Kernel].
func (f *Backward) Run(i int, c *kernel.Call) {
	n0, n1 := f.run(i)
	s := carver(tile.Aligned(c.Scratch))
	dh, product := s.take((n1-n0)*apart(f.Units)), s.take((n1-n0)*apart(f.Units))
	dc, da := s.take((n1-n0)*apart(f.Units)), s.take((n1-n0)*apart(f.width()))
	terms := [2][]float32{s.take(apart(f.Units))[:f.Units], s.take(apart(f.Units))[:f.Units]}
	clear(dh)
	clear(product)
	clear(dc)
	dy := c.In[len(c.In)-1]
	var lengths []float32
	if f.Lengths {
		lengths = c.In[len(c.In)-2]
	}
	v, gemm := vec.Current(), f.backward(n1-n0)
	for k := f.T - 1; k >= 0; k-- {
		t := f.position(k)
		var fetched uint32
		for n := n0; n < n1; n++ {
			fetched |= fetch(f.part(dy, n*f.T+t)) | fetch(f.before(c, n, k)) | fetch(c.In[2][(t*f.N+n)*f.Kept()*f.Units:][:f.Kept()*f.Units])
		}
		terms[0][0] = float32(fetched) // anything that keeps what was read
		for n := n0; n < n1; n++ {     // first of all what is far apart in memory
			dh := row(dh, n-n0, f.Units)
			v.VV[formula.Add](dh, dh, row(product, n-n0, f.Units))
			v.VV[formula.Add](dh, dh, dy[(n*f.T+t)*f.Units:])
		}
		for n := n0; n < n1; n++ {
			dh, dc, da := row(dh, n-n0, f.Units), row(dc, n-n0, f.Units), row(da, n-n0, f.width())
			kept := c.In[2][(t*f.N+n)*f.Kept()*f.Units:][:f.Kept()*f.Units]
			switch counts := f.counts(lengths, n, t); {
			case !counts:
				clear(da)
			case f.Cell == GRU:
				f.gru(v, da, dh, kept, f.before(c, n, k), terms)
			default:
				f.lstm(v, da, dh, dc, kept, f.before(c, n, k), terms)
			}
			if len(c.Out[0]) > 0 {
				copy(c.Out[0][(n*f.T+t)*f.width():], da)
			}
			if f.Cell == GRU {
				dq := f.part(da, 2)
				v.VV[formula.Mul](dq, dq, kept)
				if len(c.Out[2]) > 0 {
					copy(f.part(c.Out[2], t*f.N+n), dq)
				}
			}
		}
		gemm.Within(product, da, c.In[0], s)
	}
	v.VV[formula.Add](dh, dh, product)
	f.keep(c.Out[1], dh, n0, n1)
	if f.Cell == LSTM {
		f.keep(c.Out[2], dc, n0, n1)
	}
}

// before returns the state of a GRU, or the cell of an LSTM, of sample n before the k-th
// position.
func (f *Backward) before(c *kernel.Call, n, k int) []float32 {
	switch t := f.position(k - 1); {
	case k == 0:
		return f.part(c.In[1], n)
	case f.Cell == GRU:
		return f.part(c.In[3], n*f.T+t)
	default:
		return f.part(c.In[2], (t*f.N+n)*f.Kept()+4)
	}
}

// keep writes rows of working memory as gradients of the states before, if anything
// reads them.
func (f *Backward) keep(out, rows []float32, n0, n1 int) {
	for n := n0; n < n1 && len(out) > 0; n++ {
		copy(f.part(out, n), row(rows, n-n0, f.Units))
	}
}

// gru makes the gradient da of x of that of the state, and leaves in dh what goes to
// the state before by the update gate. h is the state before.
func (f *Backward) gru(v *vec.Table, da, dh, kept, h []float32, terms [2][]float32) {
	r, z, n, q := f.part(kept, 0), f.part(kept, 1), f.part(kept, 2), f.part(kept, 3)
	dr, dz, dn := f.part(da, 0), f.part(da, 1), f.part(da, 2)
	a, b := terms[0], terms[1]
	v.VV[formula.Sub](dz, h, n) // z(1 - z)(h - n)
	v.VV[formula.Mul](dz, dz, dh)
	throughSigmoid(v, dz, z, a)
	v.VV[formula.Mul](a, dh, z)
	v.VV[formula.Sub](dn, dh, a) // (1 - z)(1 - n²)
	throughTanh(v, dn, n, b)
	v.VV[formula.Mul](dr, dn, q) // r(1 - r)q
	throughSigmoid(v, dr, r, b)
	copy(dh, a)
}

// lstm makes the gradient da of x of those of the state and the cell, and leaves in dc
// what goes to the cell before, and in dh nothing. c is the cell before.
func (f *Backward) lstm(v *vec.Table, da, dh, dc, kept, c []float32, terms [2][]float32) {
	i, forget, g, o := f.part(kept, 0), f.part(kept, 1), f.part(kept, 2), f.part(kept, 3)
	di, df, dg, do := f.part(da, 0), f.part(da, 1), f.part(da, 2), f.part(da, 3)
	a, b := terms[0], terms[1]
	v.Unary[formula.Tanh](a, f.part(kept, 4))
	v.VV[formula.Mul](do, dh, a) // o(1 - o)·tanh(c)
	v.VV[formula.Mul](b, dh, o)  // o(1 - tanh²(c))
	throughTanh(v, b, a, a)
	v.VV[formula.Add](dc, dc, b)
	throughSigmoid(v, do, o, a)
	v.VV[formula.Mul](df, dc, c) // f(1 - f)c
	throughSigmoid(v, df, forget, a)
	v.VV[formula.Mul](di, dc, g) // i(1 - i)g
	throughSigmoid(v, di, i, a)
	v.VV[formula.Mul](dg, dc, i) // i(1 - g²)
	throughTanh(v, dg, g, a)
	v.VV[formula.Mul](dc, dc, forget)
	clear(dh)
}

// throughSigmoid makes d, the gradient of y = σ(x), that of x: d·y(1 - y).
func throughSigmoid(v *vec.Table, d, y, term []float32) {
	v.VV[formula.Mul](d, d, y)
	v.SV[formula.Sub](term, y, 1)
	v.VV[formula.Mul](d, d, term)
}

// throughTanh makes d, the gradient of y = tanh(x), that of x: d(1 - y²). term may be y.
func throughTanh(v *vec.Table, d, y, term []float32) {
	v.Unary[formula.Square](term, y)
	v.SV[formula.Sub](term, term, 1)
	v.VV[formula.Mul](d, d, term)
}

// Cost implements [kernel.Coster].
func (f *Backward) Cost() kernel.Cost {
	return f.cost(2*f.Gates()+f.Kept()+2, 50)
}
