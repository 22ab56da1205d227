package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/tile"
)

// Bounds of a task of a convolution.
const (
	minCost    = 512 << 10 // in multiply-adds
	maxCost    = 6 << 20
	worthTasks = 32       // the number of tasks that is enough for balance
	minPixels  = 64       // that share one reading of the weight
	minWidth   = 64       // channels of the result
	minCols    = 16       // pixels of a row
	maxRegion  = 96 << 10 // float32 of padded input, if there is a choice
	worthPhase = 64       // pixels of the input that take as long to copy as a phase more
	fixedCost  = 8        // multiply-adds that take the time to read and write an element
)

// direct is a product of the patches of In[0] and the weight In[1]: y, or the
// gradient with respect to x.
type direct struct {
	Shape
	back          bool // the gradient
	in, out       dims
	height, width []axis // phases along each axis
	epilogue      kernel.Epilogue
	ending        *kernel.Ending // the epilogue, if tiles do it

	group   int // channels of the input in a group
	results int // channels of the result in a group
	phases  []phase

	// A task computes images × rows × cols pixels, and channels of them.
	images, rows, cols, channels int
	grid                         [4]int // the number of tasks along each
	region                       int    // float32 of padded input in a task
}

// phase is a phase along both axes, with the places of its terms.
type phase struct {
	y, x    axis
	inPlace bool // all inputs are inside: they are read where they lie
	sparse  bool // the copy holds only those rows that are read, for each result row its own
	wide    int  // pixels of a row of the copy
	runs    runs
	threes  bool // 3 × 3 terms of single channels: whole rows of pixels are one tile
}

// task is what one task computes: images [n0, n1) and so on.
type task struct{ n0, n1, y0, y1, x0, x1, c0, c1 int }

func newDirect(s Shape, m direct) *direct {
	m.Shape = s
	m.group, m.results = m.in.c/s.Groups, m.out.c/s.Groups
	m.partition()
	if !m.back && m.depth() && s.KH == 3 && s.KW == 3 {
		m.split()
	}
	for _, y := range m.height {
		for _, x := range m.width {
			if y.count > 0 && x.count > 0 {
				m.phases = append(m.phases, m.newPhase(y, x))
			}
		}
	}
	for i := range m.phases {
		m.region = max(m.region, m.phases[i].size(&m))
	}
	return &m
}

// split cuts the phase into those at the borders and one inside, which reads the input
// where it lies, if a task has pixels enough to gain more than the borders take.
func (m *direct) split() {
	height, width := m.height[0].split(m.in.h), m.width[0].split(m.in.w)
	pixels := m.height[0].reach(m.rows) * m.width[0].reach(m.cols)
	if pixels >= worthPhase*(len(height)*len(width)-1) {
		m.height, m.width = height, width
	}
}

func (m *direct) newPhase(y, x axis) phase {
	p := phase{y: y, x: x, inPlace: y.inside(m.in.h) && x.inside(m.in.w)}
	rows, cols := p.most(m)
	p.sparse = !p.inPlace && y.reach(rows) > rows*y.taps
	p.wide = x.reach(cols)
	if y.taps == 0 || x.taps == 0 {
		return p
	}
	_, row, _ := p.distances(m)
	tapRow := y.inTap * row
	if p.sparse {
		tapRow = row
	}
	var units []int
	for t := range y.taps {
		for u := range x.taps {
			units = append(units, t*tapRow+u*x.inTap*m.in.c)
		}
	}
	if m.depth() {
		p.runs = newRuns(units, 1, x.inTap*m.in.c)
		p.threes = y.taps == 3 && x.taps == 3 && p.runs.run == 3
	} else {
		p.runs = newRuns(units, m.group, 1)
	}
	return p
}

// distances returns how far apart in the input, or its copy, are an image and
// the next, a row of inputs and the next, and the inputs of a result row and of
// the next.
func (p *phase) distances(m *direct) (image, row, resultRow int) {
	if p.inPlace {
		row = m.in.w * m.in.c
		return m.in.h * row, row, p.y.inStep * row
	}
	row = p.wide * m.in.c
	resultRow = p.y.inStep * row
	if p.sparse {
		resultRow = p.y.taps * row
	}
	rows, _ := p.most(m)
	return p.slots(rows) * row, row, resultRow
}

// most is how many rows and pixels of the phase a task has at most.
func (p *phase) most(m *direct) (rows, cols int) {
	return min(ceilDiv(m.rows, p.y.step), p.y.count), min(ceilDiv(m.cols, p.x.step), p.x.count)
}

// slots is how many rows the copy has for n result rows.
func (p *phase) slots(n int) int {
	if p.sparse {
		return n * p.y.taps
	}
	return max(0, p.y.reach(n))
}

// size is how many float32 the copy takes.
func (p *phase) size(m *direct) int {
	if p.inPlace || p.y.taps == 0 || p.x.taps == 0 {
		return 0
	}
	rows, _ := p.most(m)
	return m.images * p.slots(rows) * p.wide * m.in.c
}

// terms is how many terms the elements have in all phases together.
func (m *direct) terms() (n int) {
	for _, y := range m.height {
		for _, x := range m.width {
			n += y.taps * x.taps * m.group
		}
	}
	return n
}

// partition chooses how much a task computes.
func (m *direct) partition() {
	stepY, stepX := m.height[0].step, m.width[0].step
	pixel := (m.terms()/(stepY*stepX) + fixedCost) * m.out.c
	image := m.out.h * m.out.w
	limit := min(max(pixel*image*m.out.n/worthTasks, minCost), maxCost)
	pixels := max(limit/max(pixel, 1), minPixels)

	m.images, m.rows, m.cols, m.channels = 1, m.out.h, m.out.w, m.out.c
	switch {
	case pixels >= image:
		m.images = share(m.out.n, pixels/image, 1)
	case pixels >= m.out.w:
		m.rows = share(m.out.h, pixels/m.out.w, stepY)
	default:
		m.rows, m.cols = min(stepY, m.out.h), share(m.out.w, pixels, stepX)
	}
	for m.copied() > maxRegion && m.halve(stepY, stepX) {
	}
	for m.images*m.rows*m.cols*pixel/m.out.c*m.channels > 2*limit && m.channels >= 2*minWidth {
		m.channels = (m.channels/2 + tile.Width - 1) / tile.Width * tile.Width
	}
	m.grid = [4]int{ceilDiv(m.out.n, m.images), ceilDiv(m.out.h, m.rows), ceilDiv(m.out.w, m.cols), ceilDiv(m.out.c, m.channels)}
}

// halve makes a task smaller, if it may be.
func (m *direct) halve(stepY, stepX int) bool {
	switch {
	case m.images > 1:
		m.images = share(m.out.n, m.images/2, 1)
	case m.rows > stepY:
		m.rows = share(m.out.h, m.rows/2, stepY)
	case m.cols > minCols*stepX:
		m.cols = share(m.out.w, m.cols/2, stepX)
	default:
		return false
	}
	return true
}

// share returns an even part of n that is a multiple of step, at most
// most if that is at least step.
func share(n, most, step int) int {
	most = max(most/step, 1) * step
	return min(n, ceilDiv(ceilDiv(n, ceilDiv(n, most)), step)*step)
}

// copied is how many float32 of input a task copies at most.
func (m *direct) copied() (n int) {
	for _, y := range m.height {
		for _, x := range m.width {
			rows := ceilDiv(m.rows, y.step)
			n = max(n, m.images*min(y.reach(rows), rows*y.taps)*x.reach(ceilDiv(m.cols, x.step))*m.in.c)
		}
	}
	return n
}

// Follow implements [kernel.Follower]: e runs over the pixels as rows and the
// channels as columns. Input 0 of e is the result, its other inputs follow
// those of the convolution, and its outputs are Call.Out, the first of which
// also holds the result on the way.
func (m *direct) Follow(e kernel.Epilogue) kernel.Kernel {
	with := *m
	with.epilogue = e
	if ending, ok := e.Ending(); ok && !m.back { // whose results need not all come of tiles
		with.ending = &ending
	}
	return &with
}

// Tasks implements [kernel.Kernel].
func (m *direct) Tasks() int { return m.grid[0] * m.grid[1] * m.grid[2] * m.grid[3] }

// Shared implements [kernel.Kernel].
func (m *direct) Shared() int { return 0 }

// Scratch implements [kernel.Kernel].
func (m *direct) Scratch() int {
	n := m.region + tile.MaxPanel*min(m.KH*m.KW*m.group, tile.BlockK) + 2*tile.Width
	if m.epilogue != nil {
		n = max(n, m.epilogue.Scratch(m.channels))
	}
	return n
}

func (m *direct) task(i int) task {
	part := func(number, size, all int) (from, to int) { return number * size, min((number+1)*size, all) }
	var t task
	t.c0, t.c1 = part(i%m.grid[3], m.channels, m.out.c)
	i /= m.grid[3]
	t.x0, t.x1 = part(i%m.grid[2], m.cols, m.out.w)
	i /= m.grid[2]
	t.y0, t.y1 = part(i%m.grid[1], m.rows, m.out.h)
	t.n0, t.n1 = part(i/m.grid[1], m.images, m.out.n)
	return t
}

// Run implements [kernel.Kernel].
func (m *direct) Run(i int, c *kernel.Call) {
	t := m.task(i)
	for j := range m.phases {
		m.runPhase(&m.phases[j], t, c)
	}
	if m.epilogue != nil && m.ending == nil {
		r0 := (t.n0*m.out.h+t.y0)*m.out.w + t.x0
		r1 := ((t.n1-1)*m.out.h+t.y1-1)*m.out.w + t.x1
		m.epilogue.RunRect(c, c.Out[0], c.In[2:], m.out.n*m.out.h*m.out.w, m.out.c, r0, r1, t.c0, t.c1, c.Scratch)
	}
}

// Cost implements [kernel.Coster].
func (m *direct) Cost() kernel.Cost {
	terms := 0
	for i := range m.phases {
		p := &m.phases[i]
		terms += p.y.count * p.x.count * p.y.taps * p.x.taps * m.group
	}
	c := kernel.Following(m.epilogue, m.out.n*m.out.h*m.out.w, m.out.c)
	c.Operations += 2 * m.out.n * m.out.c * terms
	return c.Plus(kernel.Words(m.in.n*m.in.h*m.in.w*m.in.c + m.KH*m.KW*(m.C/m.Groups)*m.Out))
}
