package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
	"descent/internal/kernel/vec"
)

// Bounds of the gradient with respect to the weight, in float32.
const (
	winogradMaxShared  = 2 << 20   // of partial sums
	winogradMaxSums    = 192 << 10 // of the sums of a task
	winogradWeightRoom = 256 << 10 // of transformed operands at one time
)

// winogradWeight is the gradient with respect to the weight by Winograd's
// algorithm. The products at a point are summed over the tiles of a chunk, and
// chunks are added in order; the result of a leaf is the filter's gradient,
// and leaves are added pairwise. All of that depends on shapes only.
type winogradWeight struct {
	Shape
	winogradInput
	columns, wide  int // of the weight in a task, and parts of them
	chunks, leaves int
}

func newWinogradWeight(s Shape, w winograd) (*winogradWeight, bool) {
	oh, ow := s.Size()
	k := &winogradWeight{Shape: s}
	k.winogradInput = winogradInput{winograd: w, in: dims{s.N, s.H, s.W, s.C}, pad: [2]int{s.Pad[0][0], s.Pad[1][0]}}
	cost := w.products() * s.N * ceilDiv(oh, 2) * ceilDiv(ow, 2) * s.C * s.Out
	tasks := max(cost/maxCost, min(worthTasks, cost/minCost), 1)
	for _, panels := range []int{2, 1} { // the inputs are transformed again for each part
		k.columns = min(panels*winogradPanel, s.Out)
		k.wide = ceilDiv(s.Out, k.columns)
		most := min(max(winogradWeightRoom/(w.products()*(s.C+k.columns)), 14), tile.BlockK)
		k.winogradTiles = newWinogradTiles(s.N, oh, ow, most)
		k.chunks = ceilDiv(k.all(), k.rows) * ceilDiv(k.across, k.cols)
		k.leaves = max(1, min(ceilDiv(tasks, k.wide), k.chunks, winogradMaxShared/k.size()))
		if w.products()*s.C*k.columns <= winogradMaxSums && k.Tasks() >= min(tasks, worthTasks/2) && cost <= 4*maxCost*k.Tasks() {
			break
		}
	}
	return k, k.Scratch() <= winogradMaxScratch
}

// size is the number of weights.
func (k *winogradWeight) size() int { return k.taps * k.taps * k.C * k.Out }

// chunk returns chunk i.
func (k *winogradWeight) chunk(i int) winogradChunk {
	wide := ceilDiv(k.across, k.cols)
	q, x := i/wide*k.rows, i%wide*k.cols
	return winogradChunk{q, min(q+k.rows, k.all()), x, min(x+k.cols, k.across)}
}

// Tasks implements [kernel.Kernel].
func (k *winogradWeight) Tasks() int { return k.leaves * k.wide }

// Shared is a weight for each leaf, if there are several.
func (k *winogradWeight) Shared() int {
	if k.leaves == 1 {
		return 0
	}
	return k.leaves * k.size()
}

// Scratch implements [kernel.Kernel].
func (k *winogradWeight) Scratch() int {
	work := max(k.scratch(), (2+k.points)*2*k.cols*k.columns)
	work = max(work, k.taps*k.points*k.C*k.columns)
	return k.products()*(k.room()*(k.C+k.columns)+k.C*k.columns) + work + tile.Width
}

// Finish adds the leaves.
func (k *winogradWeight) Finish(c *kernel.Call) {
	if k.leaves > 1 {
		copy(c.Out[0], vec.Current().SumPairwise(c.Shared[:k.Shared()], k.leaves, k.size()))
	}
}

// Run implements [kernel.Kernel].
func (k *winogradWeight) Run(i int, c *kernel.Call) {
	u, leaf := tile.CurrentUnit(), i/k.wide
	out := c.Out[0]
	if k.leaves > 1 {
		out = c.Shared[leaf*k.size():][:k.size()]
	}
	o0 := i % k.wide * k.columns
	o1 := min(o0+k.columns, k.Out)
	scratch := tile.Aligned(c.Scratch)
	points := scratch[:k.products()*k.room()*k.C]
	lifted := scratch[len(points):][:k.products()*k.room()*k.columns]
	sums := scratch[len(points)+len(lifted):][:k.products()*k.C*k.columns]
	rest := scratch[len(points)+len(lifted)+len(sums):]
	first := leaf * k.chunks / k.leaves
	for b := first; b < (leaf+1)*k.chunks/k.leaves; b++ {
		chunk := k.chunk(b)
		k.transform(u, chunk, c.In[0], points, rest)
		k.lift(u, chunk, o0, o1, c.In[1], lifted, rest)
		for p := range k.products() {
			winogradProduct(u, k.C, o1-o0, chunk.tiles(), points[p*k.room()*k.C:], 1, k.C,
				lifted[p*k.room()*k.columns:], k.columns, sums[p*k.C*k.columns:], k.columns, b > first)
		}
	}
	k.fold(u, o0, o1, sums, out, rest)
}

// lift writes the points of channels [o0, o1) of the gradient dy in a chunk:
// A·dy·Aᵀ.
func (k *winogradWeight) lift(u tile.Unit, c winogradChunk, o0, o1 int, dy, to, scratch []float32) {
	y := dims{k.N, k.h, k.w, k.Out}
	n, tiles := o1-o0, c.x1-c.x0
	row, matrix := 2*tiles*k.columns, k.room()*k.columns
	inside := min(2*tiles, k.w-2*c.x0) // pixels
	copied, points := scratch[:2*row], scratch[2*row:]
	if inside < 2*tiles {
		for i := range k.points {
			clear(points[i*row+inside*k.columns : (i+1)*row])
		}
	}
	for q := c.q0; q < c.q1; q++ {
		at := q % k.down * 2
		down := tile.Sweep{
			N: n, Count: inside, Src: dy, At: y.at(q/k.down, at, 2*c.x0) + o0, Step: k.w * k.Out, Next: k.Out,
			Dst: points, DstStep: row, DstNext: k.columns,
		}
		if at+1 == k.h { // the second row is outside
			for x := range inside {
				copy(copied[x*n:(x+1)*n], dy[down.At+x*k.Out:])
			}
			clear(copied[row:])
			down.Src, down.At, down.Step, down.Next = copied, 0, row, n
		}
		u.Sweep(k.table(tile.A), &down)
		for i := range k.points {
			u.Sweep(k.table(tile.A), &tile.Sweep{
				N: n, Count: tiles, Src: points, At: i * row, Step: k.columns, Next: 2 * k.columns,
				Dst: to, To: i*k.points*matrix + (q-c.q0)*tiles*k.columns, DstStep: matrix, DstNext: k.columns,
			})
		}
	}
}

// fold writes columns [o0, o1) of the weight's gradient: Gᵀ·sums·G.
func (k *winogradWeight) fold(u tile.Unit, o0, o1 int, sums, out, scratch []float32) {
	matrix := k.C * k.columns
	u.Sweep(k.table(tile.GT), &tile.Sweep{
		N: matrix, Count: k.points, Src: sums, Step: k.points * matrix, Next: matrix,
		Dst: scratch, DstStep: k.points * matrix, DstNext: matrix,
	})
	for y := range k.taps {
		u.Sweep(k.table(tile.GT), &tile.Sweep{
			N: o1 - o0, Count: k.C, Src: scratch, At: y * k.points * matrix, Step: matrix, Next: k.columns,
			Dst: out, To: y*k.taps*k.C*k.Out + o0, DstStep: k.C * k.Out, DstNext: k.Out,
		})
	}
}

// Cost implements [kernel.Coster]. The products alone count as operations.
func (k *winogradWeight) Cost() kernel.Cost {
	return kernel.Cost{Operations: 2 * k.products() * k.all() * k.across * k.C * k.Out}.Plus(kernel.Words(k.N*(k.H*k.W*k.C+k.h*k.w*k.Out) + k.size()))
}
