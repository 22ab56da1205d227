package graph

import (
	"fmt"

	"descent/internal/kernel"
)

// convInput is the gradient of a convolution with respect to x, of dy and the
// weight:
//
//	dx[n, a, b, c] = Σ dy[n, i, j, o]·w[ky, kx, c, o]    over a = i·s₀ + ky·d₀ − p₀ and b likewise
//
//	dy [n, oh, ow, out]    w [kh, kw, c/groups, out]    dx [n, h, w, c]
type convInput struct {
	Conv
	h, w int
}

func (convInput) Name() string { return "ConvTranspose2D" }

func (c convInput) Infer(in ...Type) (Type, error) {
	if err := checkImages([2]string{imageAxes, "a kernel [height, width, out/groups, channels]"}, in); err != nil {
		return Type{}, err
	}
	dy, w := in[0], in[1]
	if err := c.check(); err != nil {
		return Type{}, err
	}
	if w.Dim(3) != dy.Dim(3) {
		return Type{}, fmt.Errorf("the kernel takes %d channels, the image has %d", w.Dim(3), dy.Dim(3))
	}
	x := Shape(dy.Dim(0), c.h, c.w, w.Dim(2)*c.Groups)
	if err := x.Valid(); err != nil {
		return Type{}, fmt.Errorf("the result: %w", err)
	}
	y, err := c.infer(x, w.Dim(0), w.Dim(1), w.Dim(3))
	if err == nil && y != Shape(dy.Dims()...) {
		err = fmt.Errorf("images of %d by %d are convolved to %d by %d, not to %d by %d", c.h, c.w, y.Dim(1), y.Dim(2), dy.Dim(1), dy.Dim(2))
	}
	return x, err
}

func (c convInput) Eval64(e *Eval) {
	clear(e.Out)
	w := e.InTypes[1]
	c.pairs(e.Type, e.InTypes[0], w.Dim(0), w.Dim(1), func(i, j, k int) { e.Out[i] += e.In[0][k] * e.In[1][j] })
}

// MultiplyAdds is a kernel [h, w, c/groups] for each element of dy.
func (convInput) MultiplyAdds(_ Type, in ...Type) int {
	return in[0].Size() * in[1].Size() / in[1].Dim(3)
}

func (c convInput) Kernel(out Type, in ...Type) kernel.Kernel {
	return c.shape(out, in[1].Dim(0), in[1].Dim(1), in[1].Dim(3)).Input()
}

func (c convInput) Grad(_, dx Tensor, in ...Tensor) []Tensor {
	dy, w := in[0], in[1]
	return []Tensor{
		dx.apply(convolution{c.Conv}, w),
		dx.apply(convWeight{c.Conv, w.Dim(0), w.Dim(1)}, dy),
	}
}

// convWeight is the gradient of a convolution with respect to the weight, of x
// and dy:
//
//	dw[ky, kx, c, o] = Σ x[n, i·s₀ + ky·d₀ − p₀, j·s₁ + kx·d₁ − p₁, c]·dy[n, i, j, o]
//
//	x [n, h, w, c]    dy [n, oh, ow, out]    dw [kh, kw, c/groups, out]
type convWeight struct {
	Conv
	kh, kw int
}

func (convWeight) Name() string { return "ConvWeight" }

func (c convWeight) Infer(in ...Type) (Type, error) {
	if err := checkImages([2]string{imageAxes, imageAxes}, in); err != nil {
		return Type{}, err
	}
	x, dy := in[0], in[1]
	y, err := c.infer(x, c.kh, c.kw, dy.Dim(3))
	if err == nil && y != Shape(dy.Dims()...) {
		err = fmt.Errorf("the first is convolved to %v, not to the shape of the second", y)
	}
	if err != nil {
		return Type{}, err
	}
	return Shape(c.kh, c.kw, x.Dim(3)/c.Groups, dy.Dim(3)), nil
}

func (c convWeight) Eval64(e *Eval) {
	clear(e.Out)
	c.pairs(e.InTypes[0], e.InTypes[1], c.kh, c.kw, func(i, j, k int) { e.Out[j] += e.In[0][i] * e.In[1][k] })
}

// MultiplyAdds is a tap [h, w, c/groups] of the weight for each element of dy.
func (c convWeight) MultiplyAdds(dw Type, in ...Type) int {
	return in[1].Size() * dw.Size() / dw.Dim(3)
}

func (c convWeight) Kernel(_ Type, in ...Type) kernel.Kernel {
	return c.shape(in[0], c.kh, c.kw, in[1].Dim(3)).Weight()
}

func (c convWeight) Grad(_, dw Tensor, in ...Tensor) []Tensor {
	x, dy := in[0], in[1]
	return []Tensor{
		dy.apply(convInput{c.Conv, x.Dim(1), x.Dim(2)}, dw),
		x.apply(convolution{c.Conv}, dw),
	}
}
