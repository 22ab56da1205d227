package program

import (
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// sinking is a program with sinks. Its tasks leave partial sums in
// Call.Shared: first 16 lanes for each SumAll of each task, by the index of
// the element in its tile mod 16, then for each
// ColSum a row of cols for each row of the grid. Finish adds them pairwise in
// the order of the tasks.
type sinking struct{ *elementwise }

var _ kernel.Finisher = (*sinking)(nil)

// Shared is the size of all partial sums.
func (k *sinking) Shared() int {
	n := k.Tasks() * k.p.sums * vec.Lanes
	for _, o := range k.p.outputs {
		if o.kind == outColSum {
			n += k.gridRows * k.cols
		}
	}
	return n
}

// sinkFrame is one task's view of the partial sums.
type sinkFrame struct {
	k       *sinking
	shared  []float32
	task    int
	gridRow int
}

// lanesOf is this task's lanes of SumAll number i.
func (s *sinkFrame) lanesOf(i int) []float32 {
	return s.shared[(i*s.k.Tasks()+s.task)*vec.Lanes:][:vec.Lanes]
}

// colSum is this task's partial sums of ColSum output j, columns [col, col+w).
func (s *sinkFrame) colSum(j, col, w int) []float32 {
	return s.shared[s.k.colSumAt(j)+s.gridRow*s.k.cols+col:][:w]
}

// colSumAt is where the partial sums of ColSum output j start.
func (k *sinking) colSumAt(j int) int {
	at := k.Tasks() * k.p.sums * vec.Lanes
	for _, o := range k.p.outputs[:j] {
		if o.kind == outColSum {
			at += k.gridRows * k.cols
		}
	}
	return at
}

// Run executes task i. It folds its lanes at the end.
func (k *sinking) Run(i int, c *kernel.Call) {
	s := sinkFrame{k: k, shared: c.Shared, task: i, gridRow: i / k.gridCols}
	col := i % k.gridCols * k.taskCols
	w := min(k.taskCols, k.cols-col)
	for j, o := range k.p.outputs {
		switch o.kind {
		case outSumAll:
			clear(s.lanesOf(o.sum))
		case outColSum:
			clear(s.colSum(j, col, w))
		}
	}
	k.run(i, c, s)
	for j := range k.p.sums {
		vec.FoldSum(s.lanesOf(j))
	}
}

// Finish combines the tasks' partial sums.
func (k *sinking) Finish(c *kernel.Call) {
	v := vec.Current()
	for j, o := range k.p.outputs {
		out := c.Out[j]
		switch {
		case o.kind == outValue:
		case k.Tasks() == 0:
			clear(out)
		case o.kind == outSumAll:
			parts := c.Shared[o.sum*k.Tasks()*vec.Lanes:][:k.Tasks()*vec.Lanes]
			out[0] = v.SumPairwise(parts, k.Tasks(), vec.Lanes)[0]
		default:
			parts := c.Shared[k.colSumAt(j):][:k.gridRows*k.cols]
			copy(out, v.SumPairwise(parts, k.gridRows, k.cols))
		}
	}
}
