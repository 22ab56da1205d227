package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// Run implements [kernel.Kernel].
func (w *directWeight) Run(i int, c *kernel.Call) {
	p, u := w.part(i), tile.CurrentUnit()
	out := c.Out[0]
	if w.leaves > 1 {
		out = c.Shared[p.leaf*w.size():][:w.size()]
	}
	scratch := tile.Aligned(c.Scratch)
	copied, panel := scratch[:w.region()], scratch[ceilDiv(w.region(), tile.Width)*tile.Width:]
	inPlace, blocks := w.inside(p), w.blocks()
	row, first := (p.ky*w.KW+p.kx)*(w.C/w.Groups), p.leaf*blocks/w.leaves
	for b := first; b < (p.leaf+1)*blocks/w.leaves; b++ {
		t := w.block(b)
		y, x := t.y0*w.Stride[0]+p.ky*w.Dilation[0]-w.Pad[0][0], t.x0*w.Stride[1]+p.kx*w.Dilation[1]-w.Pad[1][0]
		block := tile.Tile{
			Depth: w.depth(), Add: b > first, K: (t.n1 - t.n0) * (t.y1 - t.y0) * (t.x1 - t.x0),
			ARow: w.rowStep, ACol: w.Stride[1] * w.C, B: c.In[1], BRow: w.Out, C: out, CRow: w.Out,
		}
		runs := &w.copied
		if inPlace {
			runs = &w.inPlace
			block.A, block.At = c.In[0], dims{w.N, w.H, w.W, w.C}.at(t.n0, y, x)
		} else {
			block.A = copied
			w.gather(copied, c.In[0], t, y, x)
		}
		_, block.First, block.Jumps = runs.from(0)
		block.Run = runs.run
		block.At += p.group * w.unitRows
		block.BAt = ((t.n0*w.oh+t.y0)*w.ow + t.x0) * w.Out
		w.multiply(u, p, block, row, panel)
	}
}

// gather copies the inputs of a block for one ky, the first of them at y and x,
// with zeros around them.
func (w *directWeight) gather(dst, in []float32, t task, y, x int) {
	length := w.copyWide * w.C
	used := ((t.x1-t.x0-1)*w.Stride[1] + (w.taps-1)*w.Dilation[1] + 1) * w.C
	for n := t.n0; n < t.n1; n++ {
		for j := range t.y1 - t.y0 {
			to := ((n-t.n0)*w.rows + j) * length
			copyRow(dst[to:to+used], in, dims{w.N, w.H, w.W, w.C}, n, y+j*w.Stride[0], x)
		}
	}
}

// multiply adds one block to part p of the weight, whose unit begins at the
// given row.
func (w *directWeight) multiply(u tile.Unit, p part, t tile.Tile, row int, panel []float32) {
	height := p.r1 - p.r0
	wide, rows := u.Choose(height, p.c1-p.c0, t.Depth, false)
	down := ceilDiv(height, rows)
	dy, x, from, column := t.B, t.At, t.BAt, 0 // column: where those of the unit begin
	if !t.Depth {
		column = p.group * w.columns()
	}
	for j := p.c0; j < p.c1; j += t.Cols {
		lanes := u.Piece(&t, wide, p.c1-j)
		packs := w.Out > lanes && down >= sharePanel && u.Packs(&t, height/down)
		t.B, t.BAt, t.BRow = dy, from+column+j, w.Out
		for d := range down {
			r0, r1 := p.r0+d*height/down, p.r0+(d+1)*height/down
			t.Rows, t.At, t.CAt = r1-r0, x+r0*t.ARow, (row+r0)*w.Out+column+j
			if t.Depth {
				t.At += j
			}
			if packs && d == 0 {
				t.Panel = panel
			}
			u.Multiply(&t, nil)
			if packs && d == 0 {
				t.B, t.BAt, t.BRow, t.Panel = panel, 0, lanes, nil
			}
		}
	}
}
