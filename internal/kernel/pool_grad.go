package kernel

// AvgPoolGrad spreads the gradient of a mean [N, OH, OW, C], its only input,
// over the windows: [N, H, W, C]. An element adds its windows row by row.
type AvgPoolGrad struct{ PoolShape }

// MaxPoolGrad gives the gradient of a maximum [N, OH, OW, C] to the first
// element of its window, row by row, that equals the maximum: [N, H, W, C].
// Inputs are the image, its maxima and their gradient. An element adds its
// windows row by row.
type MaxPoolGrad struct{ PoolShape }

// MaxPoolPick gathers, for each window, the value that stands where the first
// maximum of the image does: [N, OH, OW, C]. Inputs are the image, its maxima
// and the values [N, H, W, C].
type MaxPoolPick struct{ PoolShape }

// strips is how many parts the rows of an image are cut into: part j takes
// the rows that the windows of band j begin at, and the last those that
// follow.
func (p *PoolShape) strips() int {
	step := p.band() * p.Stride[0]
	return max(1, (p.H+p.Top+step-1)/step)
}

// strip returns the image of task i, its rows [from, to), and the rows of
// windows [o0, o1) that reach them.
func (p *PoolShape) strip(i int) (image, from, to, o0, o1 int) {
	image = i / p.strips()
	step := p.band() * p.Stride[0]
	from = i%p.strips()*step - p.Top
	to = min(p.H, from+step)
	from = max(0, from)
	o0 = max(0, (from+p.Top-p.Window[0]+p.Stride[0])/p.Stride[0])
	o1 = min(p.OH, (to-1+p.Top)/p.Stride[0]+1)
	return image, from, to, o0, o1
}

// tiles reports whether every element is in exactly one window.
func (p *PoolShape) tiles() bool {
	return p.Stride == p.Window && p.Top == 0 && p.Left == 0 && p.OH*p.Stride[0] >= p.H && p.OW*p.Stride[1] >= p.W
}

func (p *AvgPoolGrad) Tasks() int   { return p.N * p.strips() } // implements [Kernel]
func (p *AvgPoolGrad) Scratch() int { return p.C }              // implements [Kernel]
func (p *AvgPoolGrad) Shared() int  { return 0 }                // implements [Kernel]

func (p *MaxPoolGrad) Tasks() int   { return p.N * p.strips() } // implements [Kernel]
func (p *MaxPoolGrad) Scratch() int { return 2 * p.C }          // implements [Kernel]
func (p *MaxPoolGrad) Shared() int  { return 0 }                // implements [Kernel]

func (p *MaxPoolPick) Tasks() int   { return p.N * ((p.OH + p.band() - 1) / p.band()) } // implements [Kernel]
func (p *MaxPoolPick) Scratch() int { return 3 * p.C }                                  // implements [Kernel]
func (p *MaxPoolPick) Shared() int  { return 0 }                                        // implements [Kernel]

// Run implements [Kernel].
func (p *AvgPoolGrad) Run(i int, c *Call) {
	v := vecFor(CurrentTier())
	add, scale := v.vv[opAdd-firstBinary], v.vs[opMul-firstBinary]
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

// Run implements [Kernel].
func (p *MaxPoolGrad) Run(i int, c *Call) {
	v := vecFor(CurrentTier())
	add := v.vv[opAdd-firstBinary]
	image, from, to, o0, o1 := p.strip(i)
	width := p.W * p.C
	x, dx := c.In[0][image*p.H*width:][:p.H*width], c.Out[0][image*p.H*width:][:p.H*width]
	if !p.tiles() {
		clear(dx[from*width : max(from, to)*width])
	}
	rest, take := c.Scratch[:p.C], c.Scratch[p.C:][:p.C]
	apart := p.Stride[0] >= p.Window[0] && p.Stride[1] >= p.Window[1] // an element is in one window
	for oy := o0; oy < o1; oy++ {
		y0, y1 := p.rows(oy)
		for ox := range p.OW {
			x0, x1 := p.cols(ox)
			window := ((image*p.OH+oy)*p.OW + ox) * p.C
			top := c.In[1][window:][:p.C]
			copy(rest, c.In[2][window:][:p.C])
			for row := y0; row < min(y1, to); row++ { // rows before the strip decide which is first
				for col := x0; col < x1; col++ {
					at := row*width + col*p.C
					if apart && row >= from {
						v.takeEqual(dx[at:][:p.C], rest, x[at:][:p.C], top)
						continue
					}
					v.takeEqual(take, rest, x[at:][:p.C], top)
					if row >= from {
						add(dx[at:][:p.C], dx[at:][:p.C], take)
					}
				}
			}
		}
	}
}

// Run implements [Kernel].
func (p *MaxPoolPick) Run(i int, c *Call) {
	v := vecFor(CurrentTier())
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
			fill(open, 1) // where no maximum has been found
			clear(out)
			for row := y0; row < y1; row++ {
				for col := x0; col < x1; col++ {
					at := row*width + col*p.C
					v.vv[opEqual-firstBinary](hit, x[at:][:p.C], top)
					v.vv[opMul-firstBinary](take, hit, open)
					v.selectVV(out, take, values[at:][:p.C], out)
					v.selectSV(open, hit, open, 0)
				}
			}
		}
	}
}
