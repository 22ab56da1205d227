package move

import (
	"descent/internal/kernel"
)

// Take copies columns: element j of each of Rows rows of the result is element
// Columns[j] of that row of In[0], which has Width elements.
type Take struct {
	Rows, Width int
	Columns     []int
	runs        []run
}

// run is a stretch of columns that are neighbours in the operand, or all the
// same one.
type run struct {
	at, from, n int
	same        bool
}

// NewTake returns the kernel with its columns cut into runs.
func NewTake(rows, width int, columns []int) *Take {
	t := &Take{Rows: rows, Width: width, Columns: columns}
	for at := 0; at < len(columns); {
		r := run{at: at, from: columns[at], n: 1}
		step := 1
		if at+1 < len(columns) && columns[at+1] == columns[at] {
			step, r.same = 0, true
		}
		for at+r.n < len(columns) && columns[at+r.n] == r.from+r.n*step {
			r.n++
		}
		t.runs = append(t.runs, r)
		at += r.n
	}
	return t
}

func (t *Take) rows() int { return max(1, taskSize/len(t.Columns)) } // of a task

func (t *Take) Tasks() int   { return (t.Rows + t.rows() - 1) / t.rows() } // implements [kernel.Kernel]
func (t *Take) Scratch() int { return 0 }                                  // implements [kernel.Kernel]
func (t *Take) Shared() int  { return 0 }                                  // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (t *Take) Run(i int, c *kernel.Call) {
	for row := i * t.rows(); row < min(t.Rows, (i+1)*t.rows()); row++ {
		out, in := c.Out[0][row*len(t.Columns):], c.In[0][row*t.Width:]
		for _, r := range t.runs {
			to := out[r.at : r.at+r.n]
			if !r.same {
				copy(to, in[r.from:r.from+r.n])
				continue
			}
			v := in[r.from]
			for j := range to {
				to[j] = v
			}
		}
	}
}

// TakeAdd is the transpose of [Take]: element c of each row of the result is the
// sum of the elements j of In[0] with Columns[j] = c, in ascending order of j.
type TakeAdd struct {
	Rows, Width int
	Columns     []int
}

func (t *TakeAdd) rows() int { return max(1, taskSize/len(t.Columns)) } // of a task

func (t *TakeAdd) Tasks() int   { return (t.Rows + t.rows() - 1) / t.rows() } // implements [kernel.Kernel]
func (t *TakeAdd) Scratch() int { return 0 }                                  // implements [kernel.Kernel]
func (t *TakeAdd) Shared() int  { return 0 }                                  // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (t *TakeAdd) Run(i int, c *kernel.Call) {
	for row := i * t.rows(); row < min(t.Rows, (i+1)*t.rows()); row++ {
		out, in := c.Out[0][row*t.Width:(row+1)*t.Width], c.In[0][row*len(t.Columns):]
		clear(out)
		for j, column := range t.Columns {
			out[column] += in[j]
		}
	}
}

// Cost implements [kernel.Coster].
func (t *Take) Cost() kernel.Cost { return kernel.Words(2 * t.Rows * len(t.Columns)) }

// Cost implements [kernel.Coster].
func (t *TakeAdd) Cost() kernel.Cost {
	n := t.Rows * len(t.Columns)
	return kernel.Cost{Operations: n}.Plus(kernel.Words(n + t.Rows*t.Width))
}
