package program

import (
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// taskSize is about how many elements of the domain one task has. It keeps
// every call well under the time that would hold up the collector.
const taskSize = 16 * 1024

// SumRun returns how many elements one behind the other are added up by themselves in a
// sum of n elements: in 16 lanes, by their index. What these runs come to
// is then added up pairwise.
func SumRun(n int) int { return evenly(n, taskSize) }

// colSumRows is the least number of rows in a task of a program with column
// sums, whose partial results take a row of memory for each task.
const colSumRows = 32

// SummedRows is how many rows of a domain a sum over all of them adds up one after the
// other, before it adds such sums up pairwise; of a program with no other reductions.
func SummedRows(rows, cols int) int {
	return evenly(rows, max(colSumRows, taskSize/max(1, summedCols(cols))))
}

// summedCols is how many columns of such a sum a task has.
func summedCols(cols int) int { return evenly(cols, taskSize/colSumRows) }

// Kernel returns the program as an instruction of its own, over the domain
// rows × cols: inputs in Call.In, outputs in Call.Out, both in the order of
// the Builder's calls. With sinks the kernel is a [kernel.Finisher].
func (p *Program) Kernel(rows, cols int) kernel.Kernel {
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
		k.taskCols = summedCols(k.cols)
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

func (k *elementwise) Run(i int, c *kernel.Call) { k.run(i, c, sinkFrame{}) }

func (k *elementwise) run(i int, c *kernel.Call, sinks sinkFrame) {
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

// Cost implements [kernel.Coster].
func (k *elementwise) Cost() kernel.Cost { return k.p.cost(k.rows, k.cols) }

// cost is what the program takes over a domain of rows × cols.
func (p *Program) cost(rows, cols int) (c kernel.Cost) {
	size := [...]int{One: 1, Row: rows, Col: cols, Full: rows * cols}
	for _, code := range [][]instr{p.head, p.cols, p.body} {
		for i := range code {
			in := &code[i]
			over := in.dst.class
			if in.op == opRowSum || in.op == opRowMax {
				over = Full
			}
			c.Operations += in.op.operations() * size[over]
		}
	}
	for _, class := range p.inputs {
		c.Bytes += kernel.WordSize * size[class]
	}
	for _, o := range p.outputs {
		switch o.kind {
		case outValue:
			c.Bytes += kernel.WordSize * size[o.src.class]
		case outColSum:
			c = c.Plus(kernel.Cost{Operations: rows * cols, Bytes: kernel.WordSize * cols})
		default:
			c = c.Plus(kernel.Cost{Operations: size[o.src.class], Bytes: kernel.WordSize})
		}
	}
	return c
}

// RectCost implements [kernel.Epilogue].
func (p *Program) RectCost(rows, cols int) kernel.Cost {
	c := p.cost(rows, cols)
	c.Bytes -= kernel.WordSize * rows * cols // input 0 is the result itself
	return c
}
