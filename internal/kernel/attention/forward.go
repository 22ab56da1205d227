package attention

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// Forward makes Out[0], y [N, T, Heads, Value]. A task is a group of heads of a
// sample, or a run of the queries of one.
type Forward struct{ Shape }

// runRows is how many queries share a task at most, so that long sequences have
// many tasks, and few turn the keys again.
const runRows = 512

func (f *Forward) runs() int { return (f.T + runRows - 1) / runRows }

// Tasks implements [kernel.Kernel].
func (f *Forward) Tasks() int { return f.N * f.Groups * f.runs() }

// Shared implements [kernel.Kernel].
func (f *Forward) Shared() int { return 0 }

// Scratch implements [kernel.Kernel]: keys that were turned, the scores of a block,
// draws.
func (f *Forward) Scratch() int {
	rows := min(blockRows, f.T)
	room := max(f.scores(rows, f.S, f.Key, 0).Room(), f.mix(rows, f.S, f.Value, 0, 0).Room())
	return tile.Line + (f.Key+rows+f.draws())*f.row() + room
}

// draws is how many rows of draws a task needs.
func (s *Shape) draws() int {
	if s.Dropout {
		return 1
	}
	return 0
}

// Run implements [kernel.Kernel].
func (f *Forward) Run(i int, c *kernel.Call) {
	run, g, n := i%f.runs(), i/f.runs()%f.Groups, i/f.runs()/f.Groups
	q, k, v, y := c.In[0], c.In[1], c.In[2], c.Out[0]
	s := carver(tile.Aligned(c.Scratch))
	rows := min(blockRows, f.T)
	keys, p, draws := s.take(f.Key*f.row()), s.take(rows*f.row()), s.take(f.draws()*f.row())
	start, end := run*f.T/f.runs(), (run+1)*f.T/f.runs()
	from := n*f.S*f.Groups + g
	f.turn(keys, k[from*f.Key:], f.Key, f.keyRow(), f.seen(end-1, f.count(c, n)))
	for h := g * f.heads(); h < (g+1)*f.heads(); h++ {
		for r0 := start; r0 < end; r0 += blockRows {
			b := f.newBlock(c, n, h, r0, end)
			at := (n*f.T+r0)*f.Heads + h
			f.scores(b.rows(), b.keys, f.Key, f.queryRow()).Within(p, q[at*f.Key:], keys, s)
			b.softmax(p)
			if f.Dropout {
				b.drop(p, p, draws)
			}
			f.mix(b.rows(), b.keys, f.Value, f.valueRow(), f.resultRow()).Within(y[at*f.Value:], p, v[from*f.Value:], s)
		}
	}
}

// carver is working memory that is not in use yet.
type carver []float32

func (s *carver) take(n int) []float32 {
	out := (*s)[:n:n]
	*s = (*s)[n:]
	return out
}

// Cost implements [kernel.Coster].
func (f *Forward) Cost() kernel.Cost {
	const softmax = 30 // operations
	c := kernel.Words(f.operands() + f.N*f.T*f.resultRow())
	c.Operations = f.pairs() * (2*f.Key + 2*f.Value + softmax)
	return c
}

// operands is how many numbers queries, keys and values are.
func (s *Shape) operands() int {
	return s.N * (s.T*s.queryRow() + s.S*s.keyRow() + s.S*s.valueRow())
}
