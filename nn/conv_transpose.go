package nn

import (
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// ConvTranspose2D is the transpose of [Conv2D] as a linear map, which makes
// images larger:
//
//	x [n, h, w, c] → y [n, oh, ow, Filters], oh = (h-1)·Stride + (Kernel-1)·Dilation + 1 - padding
//	params: weight [kernel, kernel, Filters/Groups, c], bias [Filters]
//
// Padding takes rows and columns away, as in PyTorch; with [Same] the result
// has exactly Stride times the size, as in Keras.
type ConvTranspose2D struct {
	Filters    int     // output channels, at least 1; Groups must divide them
	Kernel     [2]int  // rows, columns
	Stride     [2]int  // 0 means 1
	Padding    Padding // [Valid], [Same] or so many rows and columns less on each side
	Dilation   [2]int  // 0 means 1
	Groups     int     // must divide the channels; 0 means 1
	Activation Activation
	Init       initial.Initializer // of weight; nil: chosen by Activation
	NoBias     bool
	L1, L2     float64 // penalty on weight, added to the network's
}

// Forward implements [Layer].
func (l ConvTranspose2D) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if err := images(t); err != nil {
		return c.fail("ConvTranspose2D", err, t)
	}
	conv := Conv2D(l)
	conv.Stride, conv.Dilation, conv.Groups = orOnes(l.Stride), orOnes(l.Dilation), max(l.Groups, 1)
	if err := conv.check(t.Dim(3), false); err != nil {
		return c.fail("ConvTranspose2D", err, t)
	}
	extent := conv.extent()
	pad := l.Padding.over([2]int{t.Dim(1) * conv.Stride[0], t.Dim(2) * conv.Stride[1]}, extent, conv.Stride)
	var size [2]int // 0: the least
	for i := range pad {
		if l.Padding == Same {
			size[i] = t.Dim(1+i) * conv.Stride[i]
		} else if (t.Dim(1+i)-1)*conv.Stride[i]+extent[i] <= pad[i][0]+pad[i][1] {
			return c.fail("ConvTranspose2D", fmt.Errorf("padding %v takes all rows or columns away", l.Padding), t)
		}
	}
	w := conv.weight(c, []int{l.Kernel[0], l.Kernel[1], l.Filters / conv.Groups, t.Dim(3)})
	y := x.ConvTranspose2D(w, graph.Conv{Stride: conv.Stride, Dilation: conv.Dilation, Pad: pad, Groups: conv.Groups}, size)
	return conv.finish(c, y)
}
