package kernel

import "descent/internal/kernel/vec"

// taskSize is about how many elements of the domain one task has. It keeps
// every call well under the time that would hold up the collector.
const taskSize = 16 * 1024

// colSumRows is the least number of rows in a task of a program with column
// sums, whose partial results take a row of memory for each task.
const colSumRows = 32

// Kernel returns the program as an instruction of its own, over the domain
// rows × cols: inputs in Call.In, outputs in Call.Out, both in the order of
// the Builder's calls. With sinks the kernel is a [Finisher].
func (p *Program) Kernel(rows, cols int) Kernel {
	k := &elementwise{p: p, rows: rows, cols: cols}
	k.partition()
	if p.sums > 0 || p.hasColSum {
		return &sinking{k}
	}
	return k
}

// elementwise is a program over a domain, cut into a grid of rectangles that
// depends on shapes only.
type elementwise struct {
	p                  *Program
	rows, cols         int
	taskRows, taskCols int // of a rectangle
	gridRows, gridCols int // number of rectangles
}

func (k *elementwise) partition() {
	p := k.p
	if !p.rowWise {
		switch { // a domain that the values do not fill is as small as they are
		case p.class == One:
			k.rows, k.cols = min(1, k.rows), min(1, k.cols)
		case p.class == Row:
			k.cols = min(1, k.cols)
		case p.class == Col:
			k.rows = min(1, k.rows)
		}
		if !p.columns {
			k.rows, k.cols = min(1, k.rows), k.rows*k.cols
		}
	}
	k.taskCols = k.cols
	switch {
	case p.rowWise: // whole rows
	case p.hasColSum:
		k.taskCols = evenly(k.cols, taskSize/colSumRows)
	case k.cols > taskSize:
		k.taskCols = evenly(k.cols, taskSize)
	}
	k.taskRows = max(1, taskSize/max(1, k.taskCols))
	if p.hasColSum {
		k.taskRows = max(colSumRows, k.taskRows)
	}
	k.taskRows = evenly(k.rows, k.taskRows)
	if k.rows == 0 || k.cols == 0 {
		return
	}
	k.gridRows = (k.rows + k.taskRows - 1) / k.taskRows
	k.gridCols = (k.cols + k.taskCols - 1) / k.taskCols
}

// evenly returns a part of n, at most most, such that all parts are about
// equal; a multiple of 16 where that fits.
func evenly(n, most int) int {
	if n <= most {
		return max(1, n)
	}
	parts := (n + most - 1) / most
	part := (n + parts - 1) / parts
	return min(most, (part+vec.Lanes-1)&^(vec.Lanes-1))
}

func (k *elementwise) Tasks() int   { return k.gridRows * k.gridCols }
func (k *elementwise) Scratch() int { return k.p.Scratch(k.taskCols) }
func (k *elementwise) Shared() int  { return 0 }

func (k *elementwise) Run(i int, c *Call) { k.run(i, c, sinkFrame{}) }

func (k *elementwise) run(i int, c *Call, sinks sinkFrame) {
	r, col := i/k.gridCols*k.taskRows, i%k.gridCols*k.taskCols
	f := frame{
		p: k.p, c: c, sinks: sinks, cols: k.cols,
		r0: r, r1: min(r+k.taskRows, k.rows), c0: col, c1: min(col+k.taskCols, k.cols),
	}
	if len(c.In) > 0 {
		f.in0, f.in = c.In[0], c.In[1:]
	}
	f.run(c.Scratch)
}
