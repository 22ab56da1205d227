// Package pool has kernels that fold windows of images, and their gradients.
package pool

import (
	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// taskSize is about how many elements of the image one task handles.
const taskSize = 1 << 14

// Pool folds windows of an image [N, H, W, C] to [N, OH, OW, C], by their
// maximum or their mean. What lies outside of the image takes no part.
//
// Rows of a window are folded first, whole rows of the image at a time, then
// its columns; the mean is the sum times 1/count.
type Pool struct {
	Shape
	Max bool // the maximum, not the mean
}

// Shape says where the windows of a pooling lie.
type Shape struct {
	N, H, W, C     int    // of the image
	OH, OW         int    // windows down and across
	Window, Stride [2]int // rows, columns
	Top, Left      int    // padding before the first row and column
	CountPadding   bool   // a mean divides by the whole window, padding included
}

// rows returns the rows [from, to) of the image that row oy of windows covers.
func (p *Shape) rows(oy int) (from, to int) {
	at := oy*p.Stride[0] - p.Top
	return max(0, at), min(p.H, at+p.Window[0])
}

// cols returns the columns [from, to) that column ox of windows covers.
func (p *Shape) cols(ox int) (from, to int) {
	at := ox*p.Stride[1] - p.Left
	return max(0, at), min(p.W, at+p.Window[1])
}

// weight is what a mean multiplies the sum of a window by.
func (p *Shape) weight(oy, ox int) float32 {
	if p.CountPadding {
		return 1 / float32(p.Window[0]*p.Window[1])
	}
	y0, y1 := p.rows(oy)
	x0, x1 := p.cols(ox)
	return 1 / float32((y1-y0)*(x1-x0))
}

// band is how many rows of windows one task handles.
func (p *Shape) band() int {
	return max(1, min(p.OH, taskSize/(min(p.Window[0], p.Stride[0])*p.W*p.C)))
}

// Tasks implements [kernel.Kernel].
func (p *Pool) Tasks() int { return p.N * ((p.OH + p.band() - 1) / p.band()) }

// Scratch implements [kernel.Kernel].
func (p *Pool) Scratch() int { return p.W * p.C }

// Shared implements [kernel.Kernel].
func (p *Pool) Shared() int { return 0 }

// Run implements [kernel.Kernel].
func (p *Pool) Run(i int, c *kernel.Call) {
	v := vec.Current()
	fold := v.VV[formula.Add]
	if p.Max {
		fold = v.VV[formula.Max]
	}
	bands := p.Tasks() / p.N
	image, first := i/bands, i%bands*p.band()
	width := p.W * p.C
	x := c.In[0][image*p.H*width:][:p.H*width]
	line := c.Scratch[:width]
	for oy := first; oy < min(p.OH, first+p.band()); oy++ {
		y0, y1 := p.rows(oy)
		src := x[y0*width:][:width]
		for y := y0 + 1; y < y1; y++ {
			fold(line, src, x[y*width:][:width])
			src = line
		}
		out := c.Out[0][(image*p.OH+oy)*p.OW*p.C:][:p.OW*p.C]
		for ox := range p.OW {
			x0, x1 := p.cols(ox)
			dst := out[ox*p.C:][:p.C]
			part := src[x0*p.C:][:p.C]
			for x := x0 + 1; x < x1; x++ {
				fold(dst, part, src[x*p.C:][:p.C])
				part = dst
			}
			if !p.Max {
				v.VS[formula.Mul](dst, part, p.weight(oy, ox))
			} else if x1-x0 == 1 {
				copy(dst, part)
			}
		}
	}
}

// image, windows and covered are how many values the image and the windows
// have, and how many of the image lie in a window.
func (p *Shape) image() int   { return p.N * p.H * p.W * p.C }
func (p *Shape) windows() int { return p.N * p.OH * p.OW * p.C }
func (p *Shape) covered() int {
	return p.N * min(p.H, p.OH*p.Window[0]) * min(p.W, p.OW*p.Window[1]) * p.C
}

// folding is the cost of doing something to each element of each window.
func (p *Shape) folding(operands int) kernel.Cost {
	return kernel.Cost{Operations: p.windows() * p.Window[0] * p.Window[1]}.Plus(kernel.Words(operands))
}

func (p *Pool) Cost() kernel.Cost    { return p.folding(p.covered() + p.windows()) }               // implements [kernel.Coster]
func (p *AvgGrad) Cost() kernel.Cost { return p.folding(p.image() + p.windows()) }                 // implements [kernel.Coster]
func (p *MaxGrad) Cost() kernel.Cost { return p.folding(p.covered() + p.image() + 2*p.windows()) } // implements [kernel.Coster]
func (p *MaxPick) Cost() kernel.Cost { return p.folding(2*p.covered() + 2*p.windows()) }           // implements [kernel.Coster]
