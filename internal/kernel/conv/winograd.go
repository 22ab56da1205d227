package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// Bounds of Winograd's algorithm.
const (
	winogradMinChannels = 16       // fewer leave vectors and products too short
	winogradPanel       = 32       // columns of the filter's products that lie together
	winogradRoom        = 96 << 10 // float32 of transformed operands at one time
	winogradMaxScratch  = 768 << 10
)

// winograd says how a convolution of a square kernel is computed with fewer
// multiplications: in tiles of 2 × 2 results, each from products at
// points × points places instead of 4·taps². See [tile.Matrix].
type winograd struct {
	taps, points int
}

// winograd returns the algorithm for a shape, or false where direct products
// are to be used. That depends on all but the number of images, so that it is
// the same for one image and for many.
func (s Shape) winograd() (w winograd, ok bool) {
	oh, ow := s.Size()
	one := [2]int{1, 1}
	if s.KH != s.KW || s.Groups != 1 || s.Stride != one || s.Dilation != one || min(s.C, s.Out) < winogradMinChannels || min(oh, ow) < 2 {
		return w, false
	}
	switch s.KH {
	case 3:
		return winograd{3, 4}, true
	case 5:
		return winograd{5, 7}, true
	}
	return w, false
}

// inputs is how many inputs along an axis a tile has.
func (w winograd) inputs() int { return w.taps + 1 }

// products is the number of points of a tile.
func (w winograd) products() int { return w.points * w.points }

// table is the number of matrix m in the tables.
func (w winograd) table(m tile.Matrix) int {
	if w.taps == 5 {
		return int(m) + 1
	}
	return int(m)
}

// winogradTiles are the tiles of images of h × w results: rows of tiles are
// counted through all images.
type winogradTiles struct {
	images, h, w int
	down, across int // tiles of an image
	rows, cols   int // of a chunk: several whole rows or a part of one
}

func newWinogradTiles(images, h, w, most int) winogradTiles {
	t := winogradTiles{images: images, h: h, w: w, down: ceilDiv(h, 2), across: ceilDiv(w, 2)}
	t.rows, t.cols = 1, t.across
	if t.across > most {
		t.cols = share(t.across, most, 1)
	} else {
		t.rows = share(images*t.down, most/t.across, 1)
	}
	return t
}

// all is the number of rows of tiles.
func (t *winogradTiles) all() int { return t.images * t.down }

// room is the number of tiles of a chunk.
func (t *winogradTiles) room() int { return t.rows * t.cols }

// winogradChunk is rows [q0, q1) of tiles, tiles [x0, x1) of each.
type winogradChunk struct{ q0, q1, x0, x1 int }

func (c winogradChunk) tiles() int { return (c.q1 - c.q0) * (c.x1 - c.x0) }

// winogradFilter is G·g·Gᵀ for every filter g of In[0]: points × points
// matrices of inner × results, in panels of 32 results. Going back, inner and
// results change places, and taps are in reverse order.
type winogradFilter struct {
	winograd
	back           bool
	inner, results int
}

func (f *winogradFilter) size() int {
	return f.products() * f.inner * f.panels() * winogradPanel
}

func (f *winogradFilter) panels() int { return ceilDiv(f.results, winogradPanel) }

// panel is how many float32 one panel has.
func (f *winogradFilter) panel() int { return f.products() * f.inner * winogradPanel }

// Tasks implements [kernel.Kernel].
func (f *winogradFilter) Tasks() int { return f.panels() }

// Scratch implements [kernel.Kernel].
func (f *winogradFilter) Scratch() int {
	return f.points*(f.taps+1)*f.inner*winogradPanel + tile.Width
}

// Shared implements [kernel.Kernel].
func (f *winogradFilter) Shared() int { return 0 }

// Run implements [kernel.Kernel].
func (f *winogradFilter) Run(i int, c *kernel.Call) {
	u := tile.CurrentUnit()
	scratch := tile.Aligned(c.Scratch)
	out := c.Out[0][i*f.panel():][:f.panel()]
	first, n := i*winogradPanel, min(winogradPanel, f.results-i*winogradPanel)
	matrix, tap := f.inner*winogradPanel, f.inner*f.results // float32 of one
	down := tile.Sweep{Src: c.In[0], Dst: scratch, DstStep: f.taps * matrix}
	if f.back {
		down.N, down.Count, down.Step = n*f.inner, 1, -f.taps*tap
	} else {
		down.N, down.Count, down.Step, down.Next, down.DstNext = n, f.inner, f.taps*tap, f.results, winogradPanel
	}
	for x := range f.taps {
		down.At, down.To = x*tap+first, x*matrix
		if f.back {
			down.At = ((f.taps-1)*f.taps+f.taps-1-x)*tap + first*f.inner
		}
		u.Sweep(f.table(tile.G), &down)
	}
	turned := scratch[f.points*f.taps*matrix:]
	for y := range f.points {
		across := tile.Sweep{N: matrix, Count: 1, Src: scratch, At: y * f.taps * matrix, Step: matrix, Dst: out, To: y * f.points * matrix, DstStep: matrix}
		if !f.back {
			u.Sweep(f.table(tile.G), &across)
			continue
		}
		across.N, across.Dst, across.To = n*f.inner, turned, 0
		u.Sweep(f.table(tile.G), &across)
		for x := range f.points {
			u.Transpose(f.inner, turned[x*matrix:], f.inner, n, out[(y*f.points+x)*matrix:], winogradPanel)
		}
	}
}

// winogradProduct is one matrix of a product at a point: C = A·B, or C += A·B.
func winogradProduct(u tile.Unit, rows, cols, k int, a []float32, aRow, aCol int, b []float32, bRow int, c []float32, cRow int, add bool) {
	wide, tall := u.Choose(rows, cols, false, true)
	down := ceilDiv(rows, tall)
	for k0 := 0; k0 < k; k0 += tile.BlockK {
		t := tile.Tile{K: min(tile.BlockK, k-k0), Add: add || k0 > 0, A: a, ARow: aRow, ACol: aCol, B: b, BRow: bRow, C: c, CRow: cRow}
		t.First = t.K
		for j := 0; j < cols; j += t.Cols {
			u.Piece(&t, wide, cols-j)
			t.BAt = k0*bRow + j
			for d := range down {
				r0, r1 := d*rows/down, (d+1)*rows/down
				t.Rows, t.At, t.CAt = r1-r0, r0*aRow+k0*aCol, r0*cRow+j
				u.Multiply(&t, nil)
			}
		}
	}
}

// Cost implements [kernel.Coster].
func (f *winogradFilter) Cost() kernel.Cost {
	return kernel.Words((f.taps*f.taps + f.products()) * f.inner * f.results)
}
