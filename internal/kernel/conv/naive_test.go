package conv

import (
	"descent/internal/fma"
	"descent/internal/kernel/tile"
)

// A naive is the definition of the three products, in the order of terms
// that the doc comments give.
type naive struct {
	Shape
	oh, ow int
}

func newNaive(s Shape) naive {
	oh, ow := s.Size()
	return naive{s, oh, ow}
}

// value returns element y, x, c of image n in t, zero outside.
func (d dims) value(t []float32, n, y, x, c int) float32 {
	if y < 0 || y >= d.h || x < 0 || x >= d.w {
		return 0
	}
	return t[d.at(n, y, x)+c]
}

// chain sums blocks of multiply-adds.
type chain struct {
	sum, block float32
	k, blocks  int
}

func (c *chain) add(a, b float32) {
	if c.k == tile.BlockK {
		c.end()
	}
	c.block = fma.MulAdd(a, b, c.block)
	c.k++
}

func (c *chain) end() float32 {
	if c.blocks == 0 {
		c.sum = c.block
	} else if c.k > 0 {
		c.sum += c.block
	}
	c.block, c.k = 0, 0
	c.blocks++
	return c.sum
}

func (s naive) forward(x, w []float32) []float32 {
	if m, ok := s.Forward().(*winogradMap); ok {
		return s.winogradMap(m, x, w)
	}
	in, out := dims{s.N, s.H, s.W, s.C}, dims{s.N, s.oh, s.ow, s.Out}
	y := make([]float32, s.N*s.oh*s.ow*s.Out)
	cg, og := s.C/s.Groups, s.Out/s.Groups
	s.each(out, func(n, i, j, o int) {
		var sum chain
		for ky := range s.KH {
			for kx := range s.KW {
				for c := range cg {
					sum.add(in.value(x, n, i*s.Stride[0]+ky*s.Dilation[0]-s.Pad[0][0], j*s.Stride[1]+kx*s.Dilation[1]-s.Pad[1][0], o/og*cg+c),
						w[((ky*s.KW+kx)*cg+c)*s.Out+o])
				}
			}
		}
		y[out.at(n, i, j)+o] = sum.end()
	})
	return y
}

func (s naive) each(d dims, f func(n, y, x, c int)) {
	for n := range d.n {
		for y := range d.h {
			for x := range d.w {
				for c := range d.c {
					f(n, y, x, c)
				}
			}
		}
	}
}

func (s naive) input(dy, w []float32) []float32 {
	if m, ok := s.Input().(*winogradMap); ok {
		return s.winogradMap(m, dy, w)
	}
	in, out := dims{s.N, s.H, s.W, s.C}, dims{s.N, s.oh, s.ow, s.Out}
	dx := make([]float32, s.N*s.H*s.W*s.C)
	cg, og := s.C/s.Groups, s.Out/s.Groups
	s.each(in, func(n, y, x, c int) {
		var sum chain
		for ky := s.KH - 1; ky >= 0; ky-- {
			for kx := s.KW - 1; kx >= 0; kx-- {
				i, j := y+s.Pad[0][0]-ky*s.Dilation[0], x+s.Pad[1][0]-kx*s.Dilation[1]
				if i%s.Stride[0] != 0 || j%s.Stride[1] != 0 {
					continue
				}
				for o := range og {
					sum.add(out.value(dy, n, i/s.Stride[0], j/s.Stride[1], c/cg*og+o), w[((ky*s.KW+kx)*cg+c%cg)*s.Out+c/cg*og+o])
				}
			}
		}
		dx[in.at(n, y, x)+c] = sum.end()
	})
	return dx
}

func (s naive) weight(x, dy []float32) []float32 {
	in, out := dims{s.N, s.H, s.W, s.C}, dims{s.N, s.oh, s.ow, s.Out}
	cg, og := s.C/s.Groups, s.Out/s.Groups
	if k, ok := s.Weight().(*winogradWeight); ok {
		return s.winogradWeight(k, x, dy)
	}
	plan := s.Weight().(*directWeight)
	dw := make([]float32, s.KH*s.KW*cg*s.Out)
	for m := range s.KH * s.KW * cg {
		ky, kx, c := m/cg/s.KW, m/cg%s.KW, m%cg
		for o := range s.Out {
			leaves := make([]float32, plan.leaves)
			for l := range leaves {
				first := l * plan.blocks() / plan.leaves
				for b := first; b < (l+1)*plan.blocks()/plan.leaves; b++ {
					var block float32
					t := plan.block(b)
					for n := t.n0; n < t.n1; n++ {
						for i := t.y0; i < t.y1; i++ {
							for j := t.x0; j < t.x1; j++ {
								block = fma.MulAdd(in.value(x, n, i*s.Stride[0]+ky*s.Dilation[0]-s.Pad[0][0], j*s.Stride[1]+kx*s.Dilation[1]-s.Pad[1][0], o/og*cg+c),
									dy[out.at(n, i, j)+o], block)
							}
						}
					}
					if b == first {
						leaves[l] = block
					} else {
						leaves[l] += block
					}
				}
			}
			for n := len(leaves); n > 1; n = (n + 1) / 2 {
				for i := 0; i < n; i += 2 {
					leaves[i/2] = leaves[i]
					if i+1 < n {
						leaves[i/2] += leaves[i+1]
					}
				}
			}
			dw[m*s.Out+o] = leaves[0]
		}
	}
	return dw
}
