package move

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// Widen writes what a narrow matrix means as float32, row-major: the matrix, or with
// Rows its transpose, whose rows are the columns that it has.
type Widen struct {
	Matrix tile.Narrow
	Rows   bool
}

func (w *Widen) columns() int { return max(1, taskSize/w.Matrix.Inner) } // of a task

func (w *Widen) Tasks() int   { return (w.Matrix.Columns + w.columns() - 1) / w.columns() } // implements [kernel.Kernel]
func (w *Widen) Scratch() int { return w.Matrix.Inner }                                     // implements [kernel.Kernel]
func (w *Widen) Shared() int  { return 0 }                                                  // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (w *Widen) Run(i int, c *kernel.Call) {
	for j := i * w.columns(); j < min((i+1)*w.columns(), w.Matrix.Columns); j++ {
		if w.Rows {
			w.Matrix.Column(c.Out[0][j*w.Matrix.Inner:][:w.Matrix.Inner], c.In[0], j)
			continue
		}
		column := c.Scratch[:w.Matrix.Inner]
		w.Matrix.Column(column, c.In[0], j)
		for k, v := range column {
			c.Out[0][k*w.Matrix.Columns+j] = v
		}
	}
}

// Cost implements [kernel.Coster].
func (w *Widen) Cost() kernel.Cost {
	return kernel.Words(w.Matrix.Words() + w.Matrix.Inner*w.Matrix.Columns)
}

// GatherNarrow is [Gather] of a narrow table, In[0], whose rows are the columns of the
// matrix.
type GatherNarrow struct {
	Count int
	Table tile.Narrow
}

func (g *GatherNarrow) plain() *Gather {
	return &Gather{Count: g.Count, Rows: g.Table.Columns, Width: g.Table.Inner}
}

func (g *GatherNarrow) Tasks() int   { return g.plain().Tasks() } // implements [kernel.Kernel]
func (g *GatherNarrow) Scratch() int { return 0 }                 // implements [kernel.Kernel]
func (g *GatherNarrow) Shared() int  { return 0 }                 // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (g *GatherNarrow) Run(i int, c *kernel.Call) {
	rows, width := g.plain().rows(), g.Table.Inner
	for at := i * rows; at < min(g.Count, (i+1)*rows); at++ {
		out := c.Out[0][at*width:][:width]
		if r := rowOf(c.In[1][at], g.Table.Columns); r >= 0 {
			g.Table.Column(out, c.In[0], r)
		} else {
			clear(out)
		}
	}
}

// Cost implements [kernel.Coster].
func (g *GatherNarrow) Cost() kernel.Cost { return g.plain().Cost() }
