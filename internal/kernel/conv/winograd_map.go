package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// winogradMap is y, or the gradient with respect to x, by Winograd's
// algorithm: In[1] is what a [winogradFilter] makes of the weight. The products
// at a point are chains over channels, in blocks of 512.
type winogradMap struct {
	winogradInput
	out      dims
	filter   winogradFilter
	epilogue kernel.Epilogue
	row      int // how far apart pixels of the result are

	share, panels int // of rows of tiles, and of panels of results, in a task
}

// newWinogradMap returns the kernel for images of in to images of out, or
// false if it needs too much memory.
func newWinogradMap(w winograd, back bool, in, out dims, pad [2]int) (*winogradMap, bool) {
	m := &winogradMap{out: out, row: out.c, filter: winogradFilter{winograd: w, back: back, inner: in.c, results: out.c}}
	most := max(winogradRoom/(w.products()*(in.c+winogradPanel)), 14)
	m.winogradInput = winogradInput{winograd: w, winogradTiles: newWinogradTiles(out.n, out.h, out.w, most), in: in, pad: pad}
	m.partition()
	return m, m.Scratch() <= winogradMaxScratch
}

// partition chooses how much a task computes.
func (m *winogradMap) partition() {
	panel := m.products() * m.across * m.in.c * winogradPanel // multiply-adds of a row of tiles
	m.panels = m.filter.panels()
	limit := min(max(panel*m.panels*m.all()/worthTasks, minCost), maxCost)
	m.share = share(m.all(), limit/(panel*m.panels), 1)
	for m.share*panel*m.panels > 2*limit && m.panels > 1 {
		m.panels = ceilDiv(m.panels, 2)
	}
	if m.cols == m.across {
		m.rows = share(m.share, m.rows, 1)
	}
}

// wide is the number of tasks that share the same tiles.
func (m *winogradMap) wide() int { return ceilDiv(m.filter.panels(), m.panels) }

// Tasks implements [kernel.Kernel].
func (m *winogradMap) Tasks() int { return ceilDiv(m.all(), m.share) * m.wide() }

// Shared implements [kernel.Kernel].
func (m *winogradMap) Shared() int { return 0 }

// Scratch implements [kernel.Kernel].
func (m *winogradMap) Scratch() int {
	n := m.products()*m.room()*(m.in.c+winogradPanel) + max(m.scratch(), 2*m.points*m.room()*winogradPanel+2*winogradPanel) + tile.Width
	if m.epilogue != nil {
		n = max(n, m.epilogue.Scratch(min(m.panels*winogradPanel, m.out.c)))
	}
	return n
}

// Follow implements [kernel.Follower], as a [direct] does.
func (m *winogradMap) Follow(e kernel.Epilogue) kernel.Kernel {
	with := *m
	with.epilogue = e
	return &with
}

// Prepare implements [kernel.Preparer].
func (m *winogradMap) Prepare() (operand int, form kernel.Kernel, size int) {
	return 1, &m.filter, m.filter.size()
}

// Run implements [kernel.Kernel].
func (m *winogradMap) Run(i int, c *kernel.Call) {
	u := tile.CurrentUnit()
	scratch := tile.Aligned(c.Scratch)
	points := scratch[:m.products()*m.room()*m.in.c]
	products := scratch[len(points):][:m.products()*m.room()*winogradPanel]
	rest := scratch[len(points)+len(products):]
	p0 := i % m.wide() * m.panels
	p1 := min(p0+m.panels, m.filter.panels())
	q0 := i / m.wide() * m.share
	q1 := min(q0+m.share, m.all())
	for q := q0; q < q1; q += m.rows {
		for x := 0; x < m.across; x += m.cols {
			chunk := winogradChunk{q, min(q+m.rows, q1), x, min(x+m.cols, m.across)}
			m.transform(u, chunk, c.In[0], points, rest)
			for p := p0; p < p1; p++ {
				m.multiply(u, chunk.tiles(), points, c.In[1][p*m.filter.panel():], products)
				m.results(u, chunk, p*winogradPanel, products, c.Out[0], rest)
			}
		}
	}
	if m.epilogue != nil {
		row := func(q int) int { return (q/m.down*m.out.h + q%m.down*2) * m.out.w }
		c0, c1 := p0*winogradPanel, min(p1*winogradPanel, m.out.c)
		m.epilogue.RunRect(c, c.Out[0], c.In[2:], m.out.n*m.out.h*m.out.w, m.row, row(q0), row(q1), c0, c1, c.Scratch)
	}
}

// Apart implements [kernel.Placer].
func (m *winogradMap) Apart(rows, width, distance int) kernel.Kernel {
	if rows != m.out.n*m.out.h*m.out.w || width != m.out.c || m.row != m.out.c {
		return nil
	}
	if m.epilogue != nil {
		if e, ok := m.epilogue.Ending(); !ok || e.Rest != 0 {
			return nil // which may read something that lies as the result did
		}
	}
	with := *m
	with.row = distance
	return &with
}

// multiply computes the products of tiles and one panel of the filter.
func (m *winogradMap) multiply(u tile.Unit, tiles int, points, filter, products []float32) {
	for p := range m.products() {
		winogradProduct(u, tiles, winogradPanel, m.in.c, points[p*m.room()*m.in.c:], m.in.c, 1,
			filter[p*m.in.c*winogradPanel:], winogradPanel, products[p*m.room()*winogradPanel:], winogradPanel, false)
	}
}

// results writes channels from channel on of a chunk: Aᵀ·products·A.
func (m *winogradMap) results(u tile.Unit, c winogradChunk, channel int, products, out, scratch []float32) {
	matrix, tiles, n := m.room()*winogradPanel, c.x1-c.x0, min(winogradPanel, m.out.c-channel)
	side := m.points * matrix // of each of the two rows of results
	u.Sweep(m.table(tile.AT), &tile.Sweep{
		N: c.tiles() * winogradPanel, Count: m.points,
		Src: products, Step: side, Next: matrix, Dst: scratch, DstStep: side, DstNext: matrix,
	})
	whole := min(tiles, m.out.w/2-c.x0)
	for q := c.q0; q < c.q1; q++ {
		for r := range 2 {
			y := q%m.down*2 + r
			if y == m.out.h {
				break
			}
			at := r*side + (q-c.q0)*tiles*winogradPanel
			to := m.out.pixel(q/m.down, y, 2*c.x0)*m.row + channel
			if whole > 0 {
				u.Sweep(m.table(tile.AT), &tile.Sweep{
					N: n, Count: whole, Src: scratch, At: at, Step: matrix, Next: winogradPanel,
					Dst: out, To: to, DstStep: m.row, DstNext: 2 * m.row,
				})
			}
			if whole < tiles { // the last one has one result
				last := scratch[2*side:][:2*winogradPanel]
				u.Sweep(m.table(tile.AT), &tile.Sweep{
					N: n, Count: 1, Src: scratch, At: at + whole*winogradPanel, Step: matrix,
					Dst: last, DstStep: winogradPanel,
				})
				copy(out[to+2*whole*m.row:][:n], last)
			}
		}
	}
}

// Cost implements [kernel.Coster]. The products alone count as operations.
func (m *winogradMap) Cost() kernel.Cost {
	c := kernel.Following(m.epilogue, m.out.n*m.out.h*m.out.w, m.out.c)
	c.Operations += 2 * m.products() * m.all() * m.across * m.in.c * m.out.c
	return c.Plus(kernel.Words(m.in.n*m.in.h*m.in.w*m.in.c + m.products()*m.in.c*m.out.c))
}
