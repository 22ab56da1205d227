package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// work is one phase of one task while it runs.
type work struct {
	m *direct
	p *phase
	t task
	u tile.Unit

	j0, j1, i0, i1 int // the phase's numbers of the rows and pixels of the task

	a                   []float32
	base                int // of the first image, row and pixel in a
	image, row          int // distances in a
	weight, panel, c    []float32
	wide, rows, packing int // of tiles; packing: how many tiles share a reading of the weight
	end                 tile.End
}

func (m *direct) runPhase(p *phase, t task, c *kernel.Call) {
	w := work{m: m, p: p, t: t, u: tile.CurrentUnit(), weight: c.In[1], c: c.Out[0]}
	w.j0, w.j1 = p.y.among(t.y0, t.y1)
	w.i0, w.i1 = p.x.among(t.x0, t.x1)
	if w.j0 == w.j1 || w.i0 == w.i1 {
		return
	}
	if p.y.taps == 0 || p.x.taps == 0 {
		w.clear()
		return
	}
	if m.ending != nil {
		w.end = tile.EndOf(*m.ending, c.In[2:])
	}
	scratch := tile.Aligned(c.Scratch)
	w.image, _, w.row = p.distances(m)
	if p.inPlace {
		w.a = c.In[0]
		w.base = m.in.at(t.n0, p.y.in+w.j0*p.y.inStep, p.x.in+w.i0*p.x.inStep)
	} else {
		w.a = scratch[:m.region]
		w.gather(c.In[0])
	}
	w.panel = scratch[ceilDiv(m.region, tile.Width)*tile.Width:]
	w.packing = (t.n1 - t.n0) * (w.j1 - w.j0)
	for g := t.c0 / m.results; g*m.results < t.c1; g++ {
		if m.depth() {
			w.columns(0, t.c0, t.c1)
			return
		}
		w.columns(g, max(t.c0, g*m.results), min(t.c1, (g+1)*m.results))
	}
}

// clear sets to zero what no weight leads to.
func (w *work) clear() {
	for n := w.t.n0; n < w.t.n1; n++ {
		for j := w.j0; j < w.j1; j++ {
			for i := w.i0; i < w.i1; i++ {
				at := w.pixel(n, j, i)
				clear(w.c[at+w.t.c0 : at+w.t.c1])
			}
		}
	}
}

// pixel is where the result of row j and pixel i begins.
func (w *work) pixel(n, j, i int) int {
	return w.m.out.at(n, w.p.y.first+j*w.p.y.step, w.p.x.first+i*w.p.x.step)
}

// gather copies what the task reads of the input, with zeros around it.
func (w *work) gather(in []float32) {
	m, p := w.m, w.p
	from := p.x.in + w.i0*p.x.inStep
	length := p.wide * m.in.c
	for n := w.t.n0; n < w.t.n1; n++ {
		to := (n - w.t.n0) * w.image
		first := p.y.in + w.j0*p.y.inStep
		for s := range p.slots(w.j1 - w.j0) {
			y := first + s
			if p.sparse {
				y = first + s/p.y.taps*p.y.inStep + s%p.y.taps*p.y.inTap
			}
			copyRow(w.a[to+s*length:][:p.x.reach(w.i1-w.i0)*m.in.c], in, m.in, n, y, from)
		}
	}
}

// copyRow copies pixels of row y of image n, the first of them x; what
// lies outside is zero.
func copyRow(dst, in []float32, d dims, n, y, x int) {
	if y < 0 || y >= d.h {
		clear(dst)
		return
	}
	pixels := len(dst) / d.c
	left := min(max(-x, 0), pixels)
	right := min(max(x+pixels-d.w, 0), pixels-left)
	clear(dst[:left*d.c])
	if inner := pixels - left - right; inner > 0 {
		copy(dst[left*d.c:(left+inner)*d.c], in[d.at(n, y, x+left):])
	}
	clear(dst[(pixels-right)*d.c:])
}

// columns computes channels [c0, c1) of the result, which are of group g, or
// of many if each is a group.
func (w *work) columns(g, c0, c1 int) {
	m, p := w.m, w.p
	width := w.i1 - w.i0
	packed := m.back
	w.wide, w.rows = w.u.Choose(width, c1-c0, m.depth(), packed)
	threes := p.threes && (m.ending == nil || m.ending.Rest == 0)
	if threes {
		w.wide = 0
	}
	down := ceilDiv(width, w.rows)
	t := tile.Tile{
		Depth: m.depth(), A: w.a, ARow: p.x.inStep * m.in.c, ACol: p.runs.step, Run: p.runs.run,
		C: w.c, CRow: p.x.step * m.out.c,
	}
	terms := p.y.taps * p.x.taps
	if !t.Depth {
		terms *= m.group
	}
	for k0 := 0; k0 < terms; k0 += tile.BlockK {
		t.K, t.Add = min(tile.BlockK, terms-k0), k0 > 0
		var end *tile.End
		if m.ending != nil && k0+t.K == terms {
			end = &w.end
		}
		var at int
		at, t.First, t.Jumps = p.runs.from(k0)
		at += w.base + g*m.group
		for j, next := c0, 0; j < c1; j = next {
			panel := w.u.Piece(&t, w.wide, c1-j)
			next, w.end.Column = j+t.Cols, j
			t.B, t.BAt, t.BRow = w.weight, k0*m.out.c+j, m.out.c
			packs := false
			if packed {
				w.pack(g, k0, t.K, j, next, panel)
				t.B, t.BAt, t.BRow = w.panel, 0, panel
			} else {
				packs = c1-c0 > panel && w.packing*down >= sharePanel && w.u.Packs(&t, width/down)
			}
			if t.Depth {
				t.At = at + j
			} else {
				t.At = at
			}
			from := t.At
			for n := w.t.n0; n < w.t.n1; n++ {
				if threes {
					t.Rows, t.At, t.CAt = width, from+(n-w.t.n0)*w.image, w.pixel(n, w.j0, w.i0)+j
					w.u.Threes(&t, end, w.j1-w.j0, w.row, p.y.step*m.out.w*m.out.c)
					continue
				}
				for y := w.j0; y < w.j1; y++ {
					row := from + (n-w.t.n0)*w.image + (y-w.j0)*w.row
					for d := range down {
						i0, i1 := d*width/down, (d+1)*width/down
						t.Rows, t.At, t.CAt = i1-i0, row+i0*t.ARow, w.pixel(n, y, w.i0+i0)+j
						if packs {
							t.Panel = w.panel
						}
						w.u.Multiply(&t, end)
						if packs {
							t.B, t.BAt, t.BRow, t.Panel = w.panel, 0, panel, nil
							packs = false
						}
					}
				}
			}
		}
	}
}

// sharePanel is the number of tiles from which the first one packs the
// weight for the others.
const sharePanel = 4

// pack stores terms [k0, k0+k) of the weights of results [j, next), in the
// order of the phase, as rows of panel.
func (w *work) pack(g, k0, k, j, next, panel int) {
	m, p := w.m, w.p
	inner := m.group // terms of a tap
	if m.depth() {
		inner = 1
	}
	for at := 0; at < k; {
		tap, o := (k0+at)/inner, (k0+at)%inner
		n := min(inner-o, k-at)
		ky, kx := p.y.tap+tap/p.x.taps*p.y.tapStep, p.x.tap+tap%p.x.taps*p.x.tapStep
		kernel := (ky*m.KW + kx) * (m.C / m.Groups) * m.Out
		if m.depth() {
			copy(w.panel[at*panel:], w.weight[kernel+j:kernel+next])
		} else {
			from := kernel + (j-g*m.results)*m.Out + g*m.group + o
			w.u.Transpose(n, w.weight[from:], m.Out, next-j, w.panel[at*panel:], panel)
		}
		at += n
	}
}
