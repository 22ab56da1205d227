package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
	"descent/internal/kernel/vec"
)

// Bounds of a task of the gradient with respect to the weight.
const (
	maxShared = 640 << 10 // float32 of partial sums
	minRows   = 28        // rows of the weight in a task
)

// directWeight is the gradient with respect to the weight: a product with as
// many terms as y has pixels. They are summed in blocks of up to 512, which
// are a rectangle of one image or several whole images; blocks are added in
// order to a leaf, and leaves pairwise. All of that depends on shapes only.
type directWeight struct {
	Shape
	oh, ow int

	images, rows, cols int // of y, in a block
	grid               [3]int
	leaves             int

	units      int // each of rows of the weight whose inputs lie side by side
	unitRows   int
	taps       int // along the last axis, in a unit
	rowStep    int // from the inputs of a row to those of the next
	partRows   int // of the rows of a unit, in a task
	partCols   int // of the columns of a group, in a task
	down, wide int // parts of a unit

	copied, inPlace runs // of the pixels of a block
	copyWide        int  // pixels of a row of the copy
}

// Weight returns the kernel of the gradient with respect to the weight: In[0]
// is x, In[1] is dy, Out[0] the gradient.
func (s Shape) Weight() kernel.Finisher {
	if a, ok := s.winograd(); ok {
		if w, ok := newWinogradWeight(s, a); ok {
			return w
		}
	}
	w := &directWeight{Shape: s}
	w.oh, w.ow = s.Size()
	w.chooseUnits()
	w.chooseBlocks()
	w.partition()
	return w
}

// chooseUnits finds what rows of the weight form a tile: those of one ky where
// the inputs of neighbouring taps are neighbours, else those of one tap and
// group.
func (w *directWeight) chooseUnits() {
	switch {
	case w.depth():
		w.units, w.unitRows, w.taps, w.rowStep = w.KH, w.KW, w.KW, w.Dilation[1]*w.C
	case w.Groups == 1 && w.Dilation[1] == 1:
		w.units, w.unitRows, w.taps, w.rowStep = w.KH, w.KW*w.C, w.KW, 1
	default:
		w.units, w.unitRows, w.taps, w.rowStep = w.KH*w.KW*w.Groups, w.C/w.Groups, 1, 1
	}
}

// chooseBlocks finds the blocks of terms and how they lie in memory.
func (w *directWeight) chooseBlocks() {
	most := max(32, min(tile.BlockK, maxRegion/w.C))
	w.images, w.rows, w.cols = 1, w.oh, w.ow
	switch {
	case w.oh*w.ow <= most:
		w.images = min(w.N, most/(w.oh*w.ow))
	case w.ow <= most:
		w.rows = most / w.ow
	default:
		w.rows, w.cols = 1, most
	}
	w.grid = [3]int{ceilDiv(w.N, w.images), ceilDiv(w.oh, w.rows), ceilDiv(w.ow, w.cols)}
	w.copyWide = (w.cols-1)*w.Stride[1] + (w.taps-1)*w.Dilation[1] + 1
	runs := func(image, row int) runs {
		var units []int
		for n := range w.images {
			for y := range w.rows {
				units = append(units, n*image+y*row)
			}
		}
		return newRuns(units, w.cols, w.Stride[1]*w.C)
	}
	w.copied = runs(w.rows*w.copyWide*w.C, w.copyWide*w.C)
	w.inPlace = runs(w.H*w.W*w.C, w.Stride[0]*w.W*w.C)
}

func (w *directWeight) blocks() int { return w.grid[0] * w.grid[1] * w.grid[2] }

// columns is how many columns of the weight a unit has.
func (w *directWeight) columns() int {
	if w.depth() {
		return w.Out
	}
	return w.Out / w.Groups
}

// size is the number of weights.
func (w *directWeight) size() int { return w.KH * w.KW * (w.C / w.Groups) * w.Out }

// partition chooses leaves, which cost an addition of the whole weight each,
// and then parts of the weight, until there are tasks enough.
func (w *directWeight) partition() {
	cost := w.N * w.oh * w.ow * w.size()
	if w.depth() {
		cost *= fixedCost
	}
	tasks := max(cost/maxCost, min(worthTasks, cost/minCost), 1)
	w.leaves = max(1, min(ceilDiv(tasks, w.units), w.blocks(), maxShared/w.size()))
	w.partRows, w.partCols = w.unitRows, w.columns()
	for {
		w.down, w.wide = ceilDiv(w.unitRows, w.partRows), ceilDiv(w.columns(), w.partCols)
		tall, wide := w.partRows >= 2*minRows, w.partCols >= 2*minWidth
		switch {
		case w.Tasks() >= tasks:
			return
		case tall && (w.partRows >= 2*w.partCols || !wide):
			w.partRows = (w.partRows + 1) / 2
		case wide:
			w.partCols = (w.partCols/2 + tile.Width - 1) / tile.Width * tile.Width
		default:
			return
		}
	}
}

// Tasks implements [kernel.Kernel].
func (w *directWeight) Tasks() int { return w.leaves * w.units * w.down * w.wide }

// Scratch implements [kernel.Kernel].
func (w *directWeight) Scratch() int {
	return w.region() + tile.MaxPanel*w.images*w.rows*w.cols + 2*tile.Width
}

// region is how many float32 of x the copy of a block has.
func (w *directWeight) region() int { return w.images * w.rows * w.copyWide * w.C }

// Shared is a weight for each leaf, if there are several.
func (w *directWeight) Shared() int {
	if w.leaves == 1 {
		return 0
	}
	return w.leaves * w.size()
}

// Finish adds the leaves.
func (w *directWeight) Finish(c *kernel.Call) {
	if w.leaves > 1 {
		copy(c.Out[0], vec.Current().SumPairwise(c.Shared[:w.Shared()], w.leaves, w.size()))
	}
}

// part is what one task computes: rows and columns of a unit, in a leaf.
type part struct {
	leaf, unit     int
	r0, r1, c0, c1 int
	ky, kx, group  int // of the unit; kx and group of the first tap
}

func (w *directWeight) part(i int) part {
	var p part
	x := i % w.wide
	i /= w.wide
	y := i % w.down
	i /= w.down
	p.unit, p.leaf = i%w.units, i/w.units
	p.r0, p.r1 = y*w.unitRows/w.down, (y+1)*w.unitRows/w.down
	p.c0, p.c1 = x*w.partCols, min((x+1)*w.partCols, w.columns())
	p.ky = p.unit
	if w.units > w.KH || w.taps < w.KW {
		tap := p.unit / w.Groups
		p.ky, p.kx, p.group = tap/w.KW, tap%w.KW, p.unit%w.Groups
	}
	return p
}

// block returns the rectangle of y that block i sums over.
func (w *directWeight) block(i int) task {
	x := i % w.grid[2] * w.cols
	i /= w.grid[2]
	y, n := i%w.grid[1]*w.rows, i/w.grid[1]*w.images
	return task{n0: n, n1: min(n+w.images, w.N), y0: y, y1: min(y+w.rows, w.oh), x0: x, x1: min(x+w.cols, w.ow)}
}

// inside reports whether all inputs of the taps of part p lie inside of x.
func (w *directWeight) inside(p part) bool {
	y := axis{count: w.oh, taps: 1, in: p.ky*w.Dilation[0] - w.Pad[0][0], inStep: w.Stride[0]}
	x := axis{count: w.ow, taps: w.taps, in: p.kx*w.Dilation[1] - w.Pad[1][0], inStep: w.Stride[1], inTap: w.Dilation[1]}
	return y.inside(w.H) && x.inside(w.W)
}

// Cost implements [kernel.Coster].
func (w *directWeight) Cost() kernel.Cost {
	pixels := w.N * w.oh * w.ow
	return kernel.Cost{Operations: 2 * pixels * w.size()}.Plus(kernel.Words(w.N*w.H*w.W*w.C + pixels*w.Out + w.size()))
}
