// Package conv has the kernels of convolutions: products of matrices that are never
// stored, and Winograd's algorithm.
package conv

import (
	"descent/internal/kernel"
	"descent/internal/kernel/product"
)

// Shape is the shape of a two-dimensional convolution, in the layout NHWC:
//
//	x      [N, H, W, C]
//	weight [KH, KW, C/Groups, Out]
//	y      [N, OH, OW, Out]
//
//	y[n, i, j, o] = Σ x[n, i·Stride₀ + ky·Dilation₀ − Pad₀₀, j·Stride₁ + kx·Dilation₁ − Pad₁₀, c]·weight[ky, kx, c, o]
//
// where the sum runs over ky, kx and the channels c of o's group. Outside of
// its bounds x is zero, and those zeros are multiplied like any other number.
//
// The kernels of a Shape are products of matrices that are never stored: the
// patches of x are read in place, or from a padded copy of the few rows of x
// that a task needs. As in a [product.Gemm], an element is a chain of fused
// multiply-adds from zero for each block of terms, and the blocks' results are
// added in order. What order and what blocks each kernel says: they depend on
// shapes only.
//
// Kernels of 3 × 3 and 5 × 5 that move by single pixels over 16 channels or
// more are computed with fewer multiplications, and then say nothing of terms:
// see [winograd].
type Shape struct {
	N, H, W, C       int
	KH, KW, Out      int
	Stride, Dilation [2]int
	Pad              [2][2]int // before and after, on each axis
	Groups           int
}

// Size returns OH and OW, which are less than 1 where the kernel is larger
// than the padded input.
func (s Shape) Size() (oh, ow int) {
	size := func(axis, in, k int) int {
		in += s.Pad[axis][0] + s.Pad[axis][1] - (k-1)*s.Dilation[axis] - 1
		if in < 0 {
			return 0
		}
		return in/s.Stride[axis] + 1
	}
	return size(0, s.H, s.KH), size(1, s.W, s.KW)
}

// depth reports whether every channel is convolved by itself.
func (s Shape) depth() bool { return s.Groups == s.C && s.Groups == s.Out && s.Groups > 1 }

// product returns the matrix product that a convolution of single pixels, or
// of whole images, is.
func (s Shape) product() (g *product.Gemm, pixels bool) {
	if s.Groups > 1 || s.Pad != [2][2]int{} {
		return nil, false
	}
	oh, ow := s.Size()
	switch {
	case s.KH*s.KW == 1 && s.Stride == [2]int{1, 1}:
		return &product.Gemm{M: s.N * s.H * s.W, N: s.Out, K: s.C}, true
	case oh*ow == 1 && s.KH == s.H && s.KW == s.W:
		return &product.Gemm{M: s.N, N: s.Out, K: s.H * s.W * s.C}, false
	}
	return nil, false
}

// Forward returns the kernel of y: In[0] is x, In[1] the weight, Out[0] is y.
// Terms are in the order of ky, kx, c, in blocks of 512.
func (s Shape) Forward() kernel.Follower {
	if g, _ := s.product(); g != nil {
		return g
	}
	oh, ow := s.Size()
	if w, ok := s.winograd(); ok {
		in, out := dims{s.N, s.H, s.W, s.C}, dims{s.N, oh, ow, s.Out}
		if m, ok := newWinogradMap(w, false, in, out, [2]int{s.Pad[0][0], s.Pad[1][0]}); ok {
			return m
		}
	}
	return newDirect(s, direct{
		in:     dims{s.N, s.H, s.W, s.C},
		out:    dims{s.N, oh, ow, s.Out},
		height: forwardAxis(oh, s.KH, s.Stride[0], s.Dilation[0], s.Pad[0][0]),
		width:  forwardAxis(ow, s.KW, s.Stride[1], s.Dilation[1], s.Pad[1][0]),
	})
}

// Input returns the kernel of the gradient with respect to x: In[0] is dy,
// In[1] the weight, Out[0] is dx. Terms are those dy[n, i, j, o] that have a
// part in an x, in the order of i, j, o, in blocks of 512.
func (s Shape) Input() kernel.Follower {
	if _, pixels := s.product(); pixels {
		return &product.Gemm{M: s.N * s.H * s.W, N: s.C, K: s.Out, TransB: true}
	}
	oh, ow := s.Size()
	if w, ok := s.winograd(); ok {
		in, out := dims{s.N, oh, ow, s.Out}, dims{s.N, s.H, s.W, s.C}
		if m, ok := newWinogradMap(w, true, in, out, [2]int{s.KH - 1 - s.Pad[0][0], s.KW - 1 - s.Pad[1][0]}); ok {
			return m
		}
	}
	return newDirect(s, direct{
		back:   true,
		in:     dims{s.N, oh, ow, s.Out},
		out:    dims{s.N, s.H, s.W, s.C},
		height: inputAxis(s.H, s.KH, s.Stride[0], s.Dilation[0], s.Pad[0][0]),
		width:  inputAxis(s.W, s.KW, s.Stride[1], s.Dilation[1], s.Pad[1][0]),
	})
}

// dims are the sizes of an image tensor.
type dims struct{ n, h, w, c int }

// at is where pixel y, x of image n begins.
func (d dims) at(n, y, x int) int { return d.pixel(n, y, x) * d.c }

// pixel is the number of pixel y, x of image n.
func (d dims) pixel(n, y, x int) int { return (n*d.h+y)*d.w + x }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
