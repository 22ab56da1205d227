package pool

import (
	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// AvgGrad spreads the gradient of a mean [N, OH, OW, C], its only input,
// over the windows: [N, H, W, C]. An element adds its windows row by row.
type AvgGrad struct{ Shape }

// MaxGrad gives the gradient of a maximum [N, OH, OW, C] to the first
// element of its window, row by row, that equals the maximum: [N, H, W, C].
// Inputs are the image, its maxima and their gradient. An element adds its
// windows row by row.
type MaxGrad struct{ Shape }

// MaxPick gathers, for each window, the value that stands where the first
// maximum of the image does: [N, OH, OW, C]. Inputs are the image, its maxima
// and the values [N, H, W, C].
type MaxPick struct{ Shape }

// strips is how many parts the rows of an image are cut into: part j takes
// the rows that the windows of band j begin at, and the last those that
// follow.
func (p *Shape) strips() int {
	step := p.band() * p.Stride[0]
	return max(1, (p.H+p.Top+step-1)/step)
}

// strip returns the image of task i, its rows [from, to), and the rows of
// windows [o0, o1) that reach them.
func (p *Shape) strip(i int) (image, from, to, o0, o1 int) {
	image = i / p.strips()
	step := p.band() * p.Stride[0]
	from = i%p.strips()*step - p.Top
	to = min(p.H, from+step)
	from = max(0, from)
	o0 = max(0, (from+p.Top-p.Window[0]+p.Stride[0])/p.Stride[0])
	o1 = min(p.OH, (to-1+p.Top)/p.Stride[0]+1)
	return image, from, to, o0, o1
}

// among returns the windows of a row that have their column k within the
// image: the first and how many.
func (p *Shape) among(k int) (first, count int) {
	step := p.Stride[1]
	first = (max(0, p.Left-k) + step - 1) / step
	end := min(p.OW, (max(0, p.W+p.Left-k)+step-1)/step)
	return first, max(0, end-first)
}

// tiles reports whether every element is in exactly one window.
func (p *Shape) tiles() bool {
	return p.Stride == p.Window && p.Top == 0 && p.Left == 0 && p.OH*p.Stride[0] >= p.H && p.OW*p.Stride[1] >= p.W
}

func (p *AvgGrad) Tasks() int   { return p.N * p.strips() } // implements [kernel.Kernel]
func (p *AvgGrad) Scratch() int { return p.C }              // implements [kernel.Kernel]
func (p *AvgGrad) Shared() int  { return 0 }                // implements [kernel.Kernel]

func (p *MaxGrad) Tasks() int   { return p.N * p.strips() } // implements [kernel.Kernel]
func (p *MaxGrad) Scratch() int { return (p.OW + 1) * p.C } // implements [kernel.Kernel]
func (p *MaxGrad) Shared() int  { return 0 }                // implements [kernel.Kernel]

func (p *MaxPick) Tasks() int   { return p.N * ((p.OH + p.band() - 1) / p.band()) } // implements [kernel.Kernel]
func (p *MaxPick) Scratch() int { return 3 * p.C }                                  // implements [kernel.Kernel]
func (p *MaxPick) Shared() int  { return 0 }                                        // implements [kernel.Kernel]

// Run implements [kernel.Kernel].
func (p *AvgGrad) Run(i int, c *kernel.Call) {
	v := vec.Current()
	add, scale := v.VV[formula.Add], v.VS[formula.Mul]
	image, from, to, o0, o1 := p.strip(i)
	width := p.W * p.C
	dx := c.Out[0][image*p.H*width:][:p.H*width]
	clear(dx[from*width : max(from, to)*width])
	share := c.Scratch[:p.C]
	for oy := o0; oy < o1; oy++ {
		y0, y1 := p.rows(oy)
		y0, y1 = max(y0, from), min(y1, to)
		for ox := range p.OW {
			x0, x1 := p.cols(ox)
			scale(share, c.In[0][((image*p.OH+oy)*p.OW+ox)*p.C:][:p.C], p.weight(oy, ox))
			for y := y0; y < y1; y++ {
				for x := x0; x < x1; x++ {
					at := dx[y*width+x*p.C:][:p.C]
					add(at, at, share)
				}
			}
		}
	}
}

// Run implements [kernel.Kernel].
func (p *MaxGrad) Run(i int, c *kernel.Call) {
	image, from, to, o0, o1 := p.strip(i)
	width := p.W * p.C
	x, dx := c.In[0][image*p.H*width:][:p.H*width], c.Out[0][image*p.H*width:][:p.H*width]
	if !p.tiles() {
		clear(dx[from*width : max(from, to)*width])
	}
	share := p.overlapping
	if p.Stride[0] >= p.Window[0] && p.Stride[1] >= p.Window[1] {
		share = p.apart
	}
	for oy := o0; oy < o1; oy++ {
		windows := (image*p.OH + oy) * p.OW * p.C
		rest := c.Scratch[:p.OW*p.C]
		copy(rest, c.In[2][windows:])
		share(oy, from, to, dx, rest, x, c.In[1][windows:][:p.OW*p.C], c.Scratch[p.OW*p.C:][:p.C])
	}
}

// apart shares out what row oy of windows gets, rest, where an element is in
// one window at most: for all windows at once. Rows before from decide which
// element is the first.
func (p *MaxGrad) apart(oy, from, to int, dx, rest, x, top, aside []float32) {
	v := vec.Current()
	step := p.Stride[1] * p.C
	y0, y1 := p.rows(oy)
	for y := y0; y < min(y1, to); y++ {
		for k := range p.Window[1] {
			first, count := p.among(k)
			if count == 0 {
				continue
			}
			at := (y*p.W + first*p.Stride[1] + k - p.Left) * p.C
			dst, dstStep := dx[at:], step
			if y < from {
				dst, dstStep = aside, 0
			}
			v.TakeEqual(dst, rest[first*p.C:][:count*p.C], x[at:], top[first*p.C:], p.C, dstStep, step)
		}
	}
}

// overlapping does so window by window, since an element adds what it gets.
func (p *MaxGrad) overlapping(oy, from, to int, dx, rest, x, top, take []float32) {
	v := vec.Current()
	add := v.VV[formula.Add]
	y0, y1 := p.rows(oy)
	for ox := range p.OW {
		x0, x1 := p.cols(ox)
		for y := y0; y < min(y1, to); y++ {
			for col := x0; col < x1; col++ {
				at := (y*p.W + col) * p.C
				v.TakeEqual(take, rest[ox*p.C:][:p.C], x[at:], top[ox*p.C:], p.C, 0, 0)
				if y >= from {
					add(dx[at:][:p.C], dx[at:][:p.C], take)
				}
			}
		}
	}
}

// Run implements [kernel.Kernel].
func (p *MaxPick) Run(i int, c *kernel.Call) {
	v := vec.Current()
	bands := p.Tasks() / p.N
	image, first := i/bands, i%bands*p.band()
	width := p.W * p.C
	x, values := c.In[0][image*p.H*width:][:p.H*width], c.In[2][image*p.H*width:][:p.H*width]
	open, hit, take := c.Scratch[:p.C], c.Scratch[p.C:][:p.C], c.Scratch[2*p.C:][:p.C]
	for oy := first; oy < min(p.OH, first+p.band()); oy++ {
		y0, y1 := p.rows(oy)
		for ox := range p.OW {
			x0, x1 := p.cols(ox)
			window := ((image*p.OH+oy)*p.OW + ox) * p.C
			top, out := c.In[1][window:][:p.C], c.Out[0][window:][:p.C]
			vec.Fill(open, 1) // where no maximum has been found
			clear(out)
			for row := y0; row < y1; row++ {
				for col := x0; col < x1; col++ {
					at := row*width + col*p.C
					v.VV[formula.Equal](hit, x[at:][:p.C], top)
					v.VV[formula.Mul](take, hit, open)
					v.SelectVV(out, take, values[at:][:p.C], out)
					v.SelectSV(open, hit, open, 0)
				}
			}
		}
	}
}
