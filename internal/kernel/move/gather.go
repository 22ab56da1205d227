package move

import (
	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// Gather copies rows of a table: row i of the result [Count, Width] is row
// In[1][i] of the table In[0] [Rows, Width], or zero where there is none.
type Gather struct{ Count, Rows, Width int }

// ScatterAdd adds rows to a table that is zero: row r of the result [Rows,
// Width] is the sum of the rows i of In[1] [Count, Width] with In[0][i] = r,
// in ascending order of i.
type ScatterAdd struct{ Count, Rows, Width int }

// rowOf returns the row that a label names, -1 if there is none. A fraction is
// cut off.
func rowOf(label float32, rows int) int {
	if label >= 0 && label < float32(rows) {
		return int(label)
	}
	return -1
}

func (g *Gather) rows() int { return max(1, taskSize/g.Width) } // of a task

func (g *Gather) Tasks() int   { return (g.Count + g.rows() - 1) / g.rows() } // implements [kernel.Kernel]
func (g *Gather) Scratch() int { return 0 }                                   // implements [kernel.Kernel]
func (g *Gather) Shared() int  { return 0 }                                   // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (g *Gather) Run(i int, c *kernel.Call) {
	for at := i * g.rows(); at < min(g.Count, (i+1)*g.rows()); at++ {
		out := c.Out[0][at*g.Width:][:g.Width]
		switch r := rowOf(c.In[1][at], g.Rows); {
		case r < 0:
			clear(out)
		case g.Width == 1: // where a copy takes longer
			out[0] = c.In[0][r]
		default:
			copy(out, c.In[0][r*g.Width:][:g.Width])
		}
	}
}

// scatterTasks is how many parts the table has at most: each task reads all
// labels.
const scatterTasks = 16

func (s *ScatterAdd) rows() int {
	return max((s.Rows+scatterTasks-1)/scatterTasks, min(s.Rows, taskSize/16/s.Width), 1)
}

func (s *ScatterAdd) Tasks() int   { return (s.Rows + s.rows() - 1) / s.rows() } // implements [kernel.Kernel]
func (s *ScatterAdd) Scratch() int { return 0 }                                  // implements [kernel.Kernel]
func (s *ScatterAdd) Shared() int  { return 0 }                                  // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (s *ScatterAdd) Run(i int, c *kernel.Call) {
	add := vec.Current().VV[formula.Add]
	from, to := i*s.rows(), min(s.Rows, (i+1)*s.rows())
	clear(c.Out[0][from*s.Width : to*s.Width])
	for at, label := range c.In[0][:s.Count] {
		if r := rowOf(label, s.Rows); r >= from && r < to {
			dst := c.Out[0][r*s.Width:][:s.Width]
			add(dst, dst, c.In[1][at*s.Width:][:s.Width])
		}
	}
}

func (g *Gather) Cost() kernel.Cost { return kernel.Words(g.Count * (2*g.Width + 1)) } // implements [kernel.Coster]

// Cost implements [kernel.Coster].
func (s *ScatterAdd) Cost() kernel.Cost {
	return kernel.Cost{Operations: s.Count * s.Width}.Plus(kernel.Words(s.Count*(s.Width+1) + s.Rows*s.Width))
}
