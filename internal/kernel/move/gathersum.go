package move

import (
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// GatherSum sums rows of a table: row i of the result [Count, Width] is the sum over j
// of In[2][i, j] times row In[1][i, j] of the table In[0] [Rows, Width], in ascending
// order of j. Each product is rounded before it is added; rows that there are not, and
// those whose weight is 0, are passed over.
type GatherSum struct{ Count, Each, Rows, Width int }

// ScatterSum is the transpose: row r of the result [Rows, Width] is the sum of
// In[1][i, j] times row i of In[2] [Count, Width] over all In[0][i, j] = r, in ascending
// order of i and j.
type ScatterSum struct{ Count, Each, Rows, Width int }

// narrow is the width up to which a row is added element by element, with the same bits:
// a call of a kernel for it takes longer.
const narrow = 8

func (g *GatherSum) rows() int { return max(1, taskSize/(g.Width*g.Each)) } // of a task

func (g *GatherSum) Tasks() int   { return (g.Count + g.rows() - 1) / g.rows() } // implements [kernel.Kernel]
func (g *GatherSum) Scratch() int { return 0 }                                   // implements [kernel.Kernel]
func (g *GatherSum) Shared() int  { return 0 }                                   // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (g *GatherSum) Run(i int, c *kernel.Call) {
	axpy := vec.Current().Axpy
	for bag := i * g.rows(); bag < min(g.Count, (i+1)*g.rows()); bag++ {
		out := c.Out[0][bag*g.Width:][:g.Width]
		clear(out)
		weights := c.In[2][bag*g.Each:][:g.Each]
		for j, label := range c.In[1][bag*g.Each:][:g.Each] {
			r, w := rowOf(label, g.Rows), weights[j]
			if r < 0 || w == 0 {
				continue
			}
			row := c.In[0][r*g.Width:][:g.Width]
			if len(row) > narrow {
				axpy(out, row, out, w)
				continue
			}
			for k, v := range row {
				out[k] += float32(w * v)
			}
		}
	}
}

func (s *ScatterSum) rows() int { // of a task
	rows := (&ScatterAdd{s.Count * s.Each, s.Rows, s.Width}).rows()
	if s.Width <= narrow { // where reading the labels is most of it
		rows = max(rows, (s.Rows+narrowTasks-1)/narrowTasks)
	}
	return rows
}

// narrowTasks is how many parts the table has at most where its rows are narrow.
const narrowTasks = 4

func (s *ScatterSum) Tasks() int   { return (s.Rows + s.rows() - 1) / s.rows() } // implements [kernel.Kernel]
func (s *ScatterSum) Scratch() int { return 0 }                                  // implements [kernel.Kernel]
func (s *ScatterSum) Shared() int  { return 0 }                                  // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (s *ScatterSum) Run(i int, c *kernel.Call) {
	axpy := vec.Current().Axpy
	from, to := i*s.rows(), min(s.Rows, (i+1)*s.rows())
	clear(c.Out[0][from*s.Width : to*s.Width])
	low, high := float32(from), float32(to)
	for bag := range s.Count {
		weights, dy := c.In[1][bag*s.Each:][:s.Each], c.In[2][bag*s.Width:][:s.Width]
		for j, label := range c.In[0][bag*s.Each:][:s.Each] {
			w := weights[j]
			if !(label >= low && label < high) || w == 0 {
				continue
			}
			dst := c.Out[0][int(label)*s.Width:][:s.Width]
			if len(dst) > narrow {
				axpy(dst, dy, dst, w)
				continue
			}
			for k, v := range dy {
				dst[k] += float32(w * v)
			}
		}
	}
}

// Cost implements [kernel.Coster].
func (g *GatherSum) Cost() kernel.Cost {
	n := g.Count * g.Each
	return kernel.Cost{Operations: 2 * n * g.Width}.Plus(kernel.Words(n*(g.Width+2) + g.Count*g.Width))
}

// Cost implements [kernel.Coster].
func (s *ScatterSum) Cost() kernel.Cost {
	n := s.Count * s.Each
	return kernel.Cost{Operations: 2 * n * s.Width}.Plus(kernel.Words(n*(s.Width+2) + s.Rows*s.Width))
}
