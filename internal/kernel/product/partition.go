package product

import "descent/internal/kernel/tile"

// rect is rows [r0, r1) and columns [c0, c1) of C.
type rect struct{ r0, r1, c0, c1 int }

// blocks cuts C into down × across blocks, each at most height × width.
// It depends on the shape only.
type blocks struct{ height, width, down, across int }

// Bounds of a block. The packed strip of B has to stay in a cache of the second
// level, whatever K is, beside most of the rows of A that are multiplied by it,
// and a block has to be worth claiming.
const (
	maxHeight = 512
	maxWidth  = 512
	minHeight = 28
	minWidth  = 64
	fewRows   = 3 // up to here B is read once and the width is what makes that fast
	fewWidth  = 128

	tallness = 8 // how much taller than wide a block may be: measured

	minCost    = 512 << 10 // of a task, in multiply-adds
	maxCost    = 72 << 20
	worthTasks = 24 // the number of tasks that is enough for balance
	loadCost   = 4  // multiply-adds that take the time to read one number of B from memory
)

// cost estimates the time of a block in multiply-adds.
func (g Gemm) cost(height, width int) int { return (height + loadCost) * width * max(g.K, 1) }

// partition cuts a product that is computed alone.
func (g Gemm) partition() blocks { return g.partitionAmong(1) }

// partitionAmong cuts one of several equal products: it halves the block until it
// is small enough. It keeps blocks tall: each row of blocks reads and packs all of
// B again.
func (g Gemm) partitionAmong(products int) blocks {
	limit := min(max(products*g.cost(g.M, g.N)/worthTasks, minCost), maxCost)
	least, whole := minWidth, tile.Width
	if g.M <= fewRows {
		least = fewWidth
		if g.Narrow != tile.Float32 {
			whole = tile.Panel
		}
	}
	h, w := max(g.M, 1), max(g.N, 1)
	for {
		tall, wide := h >= 2*minHeight, w >= 2*least
		small := g.cost(h, w) <= limit
		switch {
		case tall && (h > maxHeight || !small && (h >= tallness*w || !wide)):
			h = (h + 1) / 2
		case wide && (w > maxWidth || !small):
			w = (w/2 + whole - 1) / whole * whole
		default:
			return blocks{h, w, (max(g.M, 1) + h - 1) / h, (max(g.N, 1) + w - 1) / w}
		}
	}
}

// block returns block i. Blocks are counted along columns, so that workers,
// who take neighbouring blocks, each read a part of B, the weights: what no
// other core holds is soon updated. Those of a transposed A, the gradients of
// weights, are counted along rows, as the update goes through them.
func (g Gemm) block(i int) rect { return g.partition().block(g, i) }

func (p blocks) block(g Gemm, i int) rect {
	x, y := i/p.down, i%p.down
	if g.TransA {
		y, x = i/p.across, i%p.across
	}
	return rect{y * g.M / p.down, (y + 1) * g.M / p.down, x * p.width, min((x+1)*p.width, g.N)}
}
