package nn

import (
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// Conv2D slides Filters windows over images: y = activation(x * W + b), a
// cross-correlation, as everywhere in deep learning.
//
//	x [n, h, w, c] → y [n, oh, ow, Filters], oh = ⌊(h + padding - (Kernel-1)·Dilation - 1)/Stride⌋ + 1
//	params: weight [kernel, kernel, c/Groups, Filters], bias [Filters]
//
// With Groups, input and output channels fall into so many groups of
// neighbours, and each output group sees its own input group. The bias starts
// at zero, weight by [Activation.Initializer] unless Init says otherwise.
// Without NoBias a [BatchNorm] behind makes the bias useless.
type Conv2D struct {
	Filters    int     // output channels, at least 1; Groups must divide them
	Kernel     [2]int  // rows, columns, as in nn.Square(3)
	Stride     [2]int  // 0 means 1
	Padding    Padding // [Valid], [Same] or so many zeros on each side
	Dilation   [2]int  // distance of neighbours in the kernel; 0 means 1
	Groups     int     // must divide the channels; 0 means 1
	Activation Activation
	Init       initial.Initializer // of weight; nil: chosen by Activation
	NoBias     bool
	L1, L2     float64 // penalty on weight, added to the network's
}

// DepthwiseConv convolves each channel by itself:
//
//	x [n, h, w, c] → y [n, oh, ow, c·Multiplier], oh as for [Conv2D]
//	params: weight [kernel, kernel, 1, c·Multiplier], bias [c·Multiplier]
//
// With a Conv2D of kernel 1 behind it is a separable convolution.
type DepthwiseConv struct {
	Multiplier int    // outputs of each channel; 0 means 1
	Kernel     [2]int // rows, columns
	Stride     [2]int // 0 means 1
	Padding    Padding
	Dilation   [2]int // 0 means 1
	Activation Activation
	Init       initial.Initializer // of weight; nil: chosen by Activation
	NoBias     bool
	L1, L2     float64 // penalty on weight, added to the network's
}

// Conv1D slides Filters windows over sequences:
//
//	x [n, length, c] → y [n, out, Filters], out = ⌊(length + padding - (Kernel-1)·Dilation - 1)/Stride⌋ + 1
//	params: weight [Kernel, c/Groups, Filters], bias [Filters]
//
// With Padding: [Causal] no result sees what comes after it.
type Conv1D struct {
	Filters    int // output channels, at least 1; Groups must divide them
	Kernel     int
	Stride     int // 0 means 1
	Padding    Padding
	Dilation   int // 0 means 1
	Groups     int // must divide the channels; 0 means 1
	Activation Activation
	Init       initial.Initializer // of weight; nil: chosen by Activation
	NoBias     bool
	L1, L2     float64 // penalty on weight, added to the network's
}

// Forward implements [Layer].
func (l Conv2D) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if err := images(x.Type()); err != nil {
		return c.fail("Conv2D", err, x.Type())
	}
	return l.forward(c, "Conv2D", x, false)
}

// Forward implements [Layer].
func (l DepthwiseConv) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if err := images(t); err != nil {
		return c.fail("DepthwiseConv", err, t)
	}
	if l.Multiplier < 0 {
		return c.fail("DepthwiseConv", fmt.Errorf("multiplier %d; want at least 1", l.Multiplier), t)
	}
	ch := t.Dim(3)
	conv := Conv2D{ch * max(1, l.Multiplier), l.Kernel, l.Stride, l.Padding, l.Dilation, ch, l.Activation, l.Init, l.NoBias, l.L1, l.L2}
	return conv.forward(c, "DepthwiseConv", x, false)
}

// Forward implements [Layer].
func (l Conv1D) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if err := sequences(x.Type()); err != nil {
		return c.fail("Conv1D", err, x.Type())
	}
	conv := Conv2D{l.Filters, [2]int{1, l.Kernel}, [2]int{1, l.Stride}, l.Padding, [2]int{1, l.Dilation}, l.Groups, l.Activation, l.Init, l.NoBias, l.L1, l.L2}
	if back := (l.Kernel - 1) * max(l.Dilation, 1); c.continues != nil && back > 0 {
		conv.Padding, x = Valid, c.window("inputs", x, back)
	}
	return asSequence(c, conv.forward(c, "Conv1D", asImage(x), true))
}

// forward convolves images; those that stand for sequences are one row.
func (l Conv2D) forward(c *Context, name string, x graph.Tensor, sequence bool) graph.Tensor {
	t := x.Type()
	l.Stride, l.Dilation, l.Groups = orOnes(l.Stride), orOnes(l.Dilation), max(l.Groups, 1)
	size, ch := [2]int{t.Dim(1), t.Dim(2)}, t.Dim(3)
	if err := l.check(ch, sequence); err != nil {
		return c.fail(name, err, t)
	}
	extent := l.extent()
	pad := l.Padding.over(size, extent, l.Stride)
	if sequence {
		pad[0] = [2]int{}
	}
	for i, side := range pad {
		if total := size[i] + side[0] + side[1]; extent[i] > total {
			return c.fail(name, fmt.Errorf("a kernel over %d × %d is larger than its input of %d × %d: use a smaller one, fewer strides and poolings before it, or Padding: nn.Same",
				extent[0], extent[1], size[0], size[1]), t)
		}
	}
	dims := []int{l.Kernel[0], l.Kernel[1], ch / l.Groups, l.Filters}
	if sequence {
		dims = dims[1:]
	}
	w := l.weight(c, dims).Reshape(l.Kernel[0], l.Kernel[1], ch/l.Groups, l.Filters)
	y := x.Conv2D(w, graph.Conv{Stride: l.Stride, Dilation: l.Dilation, Pad: pad, Groups: l.Groups})
	return l.finish(c, y)
}

// extent is how many rows and columns the kernel spans.
func (l Conv2D) extent() (size [2]int) {
	for i := range size {
		size[i] = (l.Kernel[i]-1)*l.Dilation[i] + 1
	}
	return size
}

// check returns what is wrong with the fields for so many channels. Zeros have
// been filled in. Only sequences have a time.
func (l Conv2D) check(channels int, sequence bool) error {
	for i := range 2 {
		switch {
		case l.Kernel[i] < 1:
			return fmt.Errorf("kernel %v; want sizes of at least 1, as in nn.Square(3)", l.Kernel)
		case l.Stride[i] < 1 || l.Dilation[i] < 1:
			return fmt.Errorf("stride %v and dilation %v; want sizes of at least 1", l.Stride, l.Dilation)
		}
	}
	switch {
	case l.Filters < 1:
		return fmt.Errorf("%d filters; want at least 1", l.Filters)
	case channels%l.Groups != 0:
		return fmt.Errorf("%d channels do not make %d equal groups", channels, l.Groups)
	case l.Filters%l.Groups != 0:
		return fmt.Errorf("%d filters do not make %d equal groups", l.Filters, l.Groups)
	case sequence && l.Padding == Causal:
		return nil
	}
	return l.Padding.check()
}

func (l Conv2D) weight(c *Context, dims []int) graph.Tensor {
	init := l.Init
	if init == nil {
		init = l.Activation.Initializer()
	}
	return c.Declare(Param{Name: "weight", Init: init, L1: l.L1, L2: l.L2}, dims...)
}

// finish adds the bias and applies the activation.
func (l Conv2D) finish(c *Context, y graph.Tensor) graph.Tensor {
	if !l.NoBias {
		y = y.Add(c.Bias("bias", l.Filters))
	}
	return l.Activation.Apply(y)
}
