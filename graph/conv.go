package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/conv"
)

// Conv is how a convolution moves over an image, for the two axes height and
// width. A stride, dilation or number of groups of zero means one.
type Conv struct {
	Stride   [2]int    // from one result to the next
	Dilation [2]int    // from one tap of the kernel to the next
	Pad      [2][2]int // zeros before and after the image, on each axis
	Groups   int       // parts of the channels that do not mix
}

// Conv2D returns the convolution of images with a kernel (without flipping it,
// as all networks do):
//
//	y[n, i, j, o] = Σ x[n, i·s₀ + ky·d₀ − p₀, j·s₁ + kx·d₁ − p₁, c]·w[ky, kx, c, o]
//
//	x [n, h, w, c]    w [kh, kw, c/groups, out]    y [n, oh, ow, out]
//	oh = ⌊(h + padding − d₀·(kh−1) − 1)/s₀⌋ + 1, and ow likewise
//
// With groups, the channels of x and of y are cut into as many equal parts,
// and each part of y sees only its part of x; with as many groups as channels
// the convolution is depthwise. A sequence is an image of height 1.
//
// Gradient: dx and dw are the two operations that gradients of matrix products
// are, too: a product with the weight and a product with x.
//
// Errors: operands that are not of that form, channels that groups do not
// divide, and a kernel larger than the padded image.
//
// Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep
// learning", arXiv:1603.07285.
func (x Tensor) Conv2D(w Tensor, cfg Conv) Tensor { return x.apply(convolution{cfg.whole()}, w) }

// ConvTranspose2D returns the transpose of a convolution: the image of the
// given height and width whose gradient x would be, which is larger than x by
// the stride.
//
//	x [n, h, w, c]    w [kh, kw, out/groups, c]    y [n, size₀, size₁, out]
//
// With a stride s several sizes are convolved to that of x; a size of 0 stands
// for the least, s·(h−1) + d·(kh−1) + 1 − padding. Every size up to s−1 more is
// as good.
//
// Gradient: dx is the convolution of dy.
//
// Source: see [Tensor.Conv2D]. PyTorch's output_padding is what a size exceeds
// the least by.
func (x Tensor) ConvTranspose2D(w Tensor, cfg Conv, size [2]int) Tensor {
	cfg = cfg.whole()
	if x.Type().Rank() == 4 && w.Type().Rank() == 4 {
		for i := range size {
			if size[i] == 0 {
				size[i] = cfg.Stride[i]*(x.Dim(1+i)-1) + cfg.Dilation[i]*(w.Dim(i)-1) + 1 - cfg.Pad[i][0] - cfg.Pad[i][1]
			}
		}
	}
	return x.apply(convInput{cfg, size[0], size[1]}, w)
}

// whole is c with 1 for what is 0.
func (c Conv) whole() Conv {
	one := func(v *int) {
		if *v == 0 {
			*v = 1
		}
	}
	for i := range 2 {
		one(&c.Stride[i])
		one(&c.Dilation[i])
	}
	one(&c.Groups)
	return c
}

// check returns what is wrong with c itself.
func (c Conv) check() error {
	const most = 1 << 30
	for i := range 2 {
		switch {
		case c.Stride[i] < 1 || c.Stride[i] > most:
			return fmt.Errorf("stride %v must be from 1 to %d", c.Stride, most)
		case c.Dilation[i] < 1 || c.Dilation[i] > most:
			return fmt.Errorf("dilation %v must be from 1 to %d", c.Dilation, most)
		case min(c.Pad[i][0], c.Pad[i][1]) < 0 || max(c.Pad[i][0], c.Pad[i][1]) > most:
			return fmt.Errorf("padding %v must be from 0 to %d", c.Pad, most)
		}
	}
	if c.Groups < 1 {
		return fmt.Errorf("%d groups, there must be at least one", c.Groups)
	}
	return nil
}

// shape returns the convolution of images of type x, of which w and y say the
// kernel's size and the channels of the result.
func (c Conv) shape(x Type, kh, kw, out int) conv.Shape {
	return conv.Shape{
		N: x.Dim(0), H: x.Dim(1), W: x.Dim(2), C: x.Dim(3), KH: kh, KW: kw, Out: out,
		Stride: c.Stride, Dilation: c.Dilation, Pad: c.Pad, Groups: c.Groups,
	}
}

// infer returns the type of the result of convolving x.
func (c Conv) infer(x Type, kh, kw, out int) (Type, error) {
	if err := c.check(); err != nil {
		return Type{}, err
	}
	s := c.shape(x, kh, kw, out)
	if s.C%s.Groups != 0 || s.Out%s.Groups != 0 {
		return Type{}, fmt.Errorf("%d groups must divide the %d channels of the image and the %d of the result", s.Groups, s.C, s.Out)
	}
	oh, ow := s.Size()
	if oh < 1 || ow < 1 {
		kernel, image := [2]int{(kh-1)*c.Dilation[0] + 1, (kw-1)*c.Dilation[1] + 1}, [2]int{s.H + c.Pad[0][0] + c.Pad[0][1], s.W + c.Pad[1][0] + c.Pad[1][1]}
		return Type{}, fmt.Errorf("the kernel spans %v, the image with its padding only %v", kernel, image)
	}
	return Shape(s.N, oh, ow, out), nil
}

// checkImages returns an error if one of the operands has not four axes.
func checkImages(what [2]string, in []Type) error {
	for i, t := range in {
		if t.Rank() != 4 {
			return fmt.Errorf("operand %d has %d axes, a convolution takes %s", i, t.Rank(), what[i])
		}
	}
	return nil
}

const (
	imageAxes  = "images [n, height, width, channels]"
	weightAxes = "a kernel [height, width, channels/groups, out]"
)

// walk calls f for every pixel of x [n, h, w, ...] that tap t of the kernel
// joins to a pixel of y, with the numbers of the three.
func (c Conv) walk(x, y Type, kh, kw int, f func(x, y, t int)) {
	for p := range y.Dim(0) * y.Dim(1) * y.Dim(2) {
		n, i, j := p/y.Dim(2)/y.Dim(1), p/y.Dim(2)%y.Dim(1), p%y.Dim(2)
		for t := range kh * kw {
			a := i*c.Stride[0] + t/kw*c.Dilation[0] - c.Pad[0][0]
			b := j*c.Stride[1] + t%kw*c.Dilation[1] - c.Pad[1][0]
			if a >= 0 && a < x.Dim(1) && b >= 0 && b < x.Dim(2) {
				f((n*x.Dim(1)+a)*x.Dim(2)+b, p, t)
			}
		}
	}
}

// pairs calls f for every product of an element of x, one of the weight and
// one of y, by their numbers.
func (c Conv) pairs(x, y Type, kh, kw int, f func(x, w, y int)) {
	in, out := x.Dim(3), y.Dim(3)
	cg, og := in/c.Groups, out/c.Groups
	c.walk(x, y, kh, kw, func(px, py, t int) {
		for o := range out {
			for k := range cg {
				f(px*in+o/og*cg+k, (t*cg+k)*out+o, py*out+o)
			}
		}
	})
}

// convolution is y of x and the weight.
type convolution struct{ Conv }

func (convolution) Name() string { return "Conv2D" }

func (c convolution) Infer(in ...Type) (Type, error) {
	if err := checkImages([2]string{imageAxes, weightAxes}, in); err != nil {
		return Type{}, err
	}
	x, w := in[0], in[1]
	y, err := c.infer(x, w.Dim(0), w.Dim(1), w.Dim(3))
	if err == nil && w.Dim(2) != x.Dim(3)/c.Groups {
		err = fmt.Errorf("the kernel takes %d channels, the image has %d in each of %d groups", w.Dim(2), x.Dim(3)/c.Groups, c.Groups)
	}
	return y, err
}

func (c convolution) Eval64(e *Eval) {
	clear(e.Out)
	w := e.InTypes[1]
	c.pairs(e.InTypes[0], e.Type, w.Dim(0), w.Dim(1), func(i, j, k int) { e.Out[k] += e.In[0][i] * e.In[1][j] })
}

// MultiplyAdds is a kernel [h, w, c/groups] for each element of y.
func (convolution) MultiplyAdds(y Type, in ...Type) int {
	return y.Size() * in[1].Size() / in[1].Dim(3)
}

func (c convolution) Kernel(out Type, in ...Type) kernel.Kernel {
	return c.shape(in[0], in[1].Dim(0), in[1].Dim(1), out.Dim(3)).Forward()
}

func (c convolution) Grad(_, dy Tensor, in ...Tensor) []Tensor {
	x, w := in[0], in[1]
	return []Tensor{
		dy.apply(convInput{c.Conv, x.Dim(1), x.Dim(2)}, w),
		x.apply(convWeight{c.Conv, w.Dim(0), w.Dim(1)}, dy),
	}
}
