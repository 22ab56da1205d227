package attention

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// Backward makes the gradients Out[0] of queries, Out[1] of keys and Out[2] of
// values, like them, from that of the result, the last of In. A task is a group of
// heads of a sample. Weights are computed again, block by block, and gradients of keys
// and values are added up over blocks, in ascending order.
type Backward struct{ Shape }

// Tasks implements [kernel.Kernel].
func (f *Backward) Tasks() int { return f.N * f.Groups }

// Shared implements [kernel.Kernel].
func (f *Backward) Shared() int { return 0 }

// Scratch implements [kernel.Kernel]: keys and values that were turned, weights and
// their gradients of a block, those after dropout, a row of products or draws.
func (f *Backward) Scratch() int {
	rows := min(blockRows, f.T)
	room := max(
		f.scores(rows, f.S, f.Key, 0).Room(), f.scores(rows, f.S, f.Value, 0).Room(), f.mix(rows, f.S, f.Key, 0, 0).Room(),
		f.spread(rows, f.S, f.Key, 0, 0).Room(), f.spread(rows, f.S, f.Value, 0, 0).Room(),
	)
	return tile.Line + (f.Key+f.Value+(2+f.draws())*rows+1)*f.row() + room
}

// Run implements [kernel.Kernel].
func (f *Backward) Run(i int, c *kernel.Call) {
	g, n := i%f.Groups, i/f.Groups
	q, k, v, dy := c.In[0], c.In[1], c.In[2], c.In[len(c.In)-1]
	dq, dk, dv := c.Out[0], c.Out[1], c.Out[2]
	s := carver(tile.Aligned(c.Scratch))
	rows := min(blockRows, f.T)
	keys, values := s.take(f.Key*f.row()), s.take(f.Value*f.row())
	p, dp, one := s.take(rows*f.row()), s.take(rows*f.row()), s.take(f.row())
	kept := p
	if f.Dropout {
		kept = s.take(rows * f.row())
	}
	from := n*f.S*f.Groups + g
	k, v, dk, dv = k[from*f.Key:], v[from*f.Value:], dk[from*f.Key:], dv[from*f.Value:]
	count := f.count(c, n)
	f.turn(keys, k, f.Key, f.keyRow(), count)
	f.turn(values, v, f.Value, f.valueRow(), count)
	for j := range f.S {
		clear(dk[j*f.keyRow():][:f.Key])
		clear(dv[j*f.valueRow():][:f.Value])
	}
	for h := g * f.heads(); h < (g+1)*f.heads(); h++ {
		for r0 := 0; r0 < f.T; r0 += blockRows {
			b := f.newBlock(c, n, h, r0, f.T)
			at := (n*f.T+r0)*f.Heads + h
			q, dq, dy := q[at*f.Key:], dq[at*f.Key:], dy[at*f.Value:]
			f.scores(b.rows(), b.keys, f.Key, f.queryRow()).Within(p, q, keys, s)
			b.softmax(p)
			f.scores(b.rows(), b.keys, f.Value, f.resultRow()).Within(dp, dy, values, s)
			if f.Dropout {
				b.drop(kept, p, one)
				b.drop(dp, dp, one)
			}
			f.spread(b.rows(), b.keys, f.Value, f.resultRow(), f.valueRow()).Within(dv, kept, dy, s)
			b.differentiate(dp, p, one)
			f.mix(b.rows(), b.keys, f.Key, f.keyRow(), f.queryRow()).Within(dq, dp, k, s)
			f.spread(b.rows(), b.keys, f.Key, f.queryRow(), f.keyRow()).Within(dk, dp, q, s)
		}
	}
}

// Cost implements [kernel.Coster].
func (f *Backward) Cost() kernel.Cost {
	const softmax = 36 // operations, with what gradients take
	c := kernel.Words(2*f.operands() + f.N*f.T*f.resultRow())
	c.Operations = f.pairs() * (2*3*f.Key + 2*2*f.Value + softmax)
	return c
}
