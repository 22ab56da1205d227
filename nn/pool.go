package nn

import (
	"fmt"

	"descent/graph"
)

// MaxPool takes the maximum of each window:
//
//	x [n, h, w, c] → y [n, oh, ow, c], oh = ⌊(h + padding - window)/stride⌋ + 1
//
// The gradient goes to the first maximum of a window, row by row.
type MaxPool struct {
	Window  [2]int // rows, columns; 0 means 2
	Stride  [2]int // 0 means the window
	Padding Padding
}

// AvgPool takes the mean of each window, in the shapes of [MaxPool]. Padding
// is left out of the mean, as in Keras; PyTorch counts it unless
// count_include_pad is False.
type AvgPool struct {
	Window  [2]int // rows, columns; 0 means 2
	Stride  [2]int // 0 means the window
	Padding Padding
}

// MaxPool1D takes the maximum of each window of a sequence:
//
//	x [n, length, c] → y [n, out, c], out = ⌊(length + padding - window)/stride⌋ + 1
type MaxPool1D struct {
	Window  int // 0 means 2
	Stride  int // 0 means the window
	Padding Padding
}

// AvgPool1D takes the mean of each window of a sequence, in the shapes of
// [MaxPool1D]. Padding is left out of the mean.
type AvgPool1D struct {
	Window  int // 0 means 2
	Stride  int // 0 means the window
	Padding Padding
}

// GlobalMaxPool takes the maximum over all positions:
//
//	x [n, ..., c] → y [n, c]
type GlobalMaxPool struct{}

// GlobalAvgPool takes the mean over all positions:
//
//	x [n, ..., c] → y [n, c]
type GlobalAvgPool struct{}

type pooling func(graph.Tensor, graph.Pool) graph.Tensor

// Forward implements [Layer].
func (p MaxPool) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return pool2D(c, "MaxPool", graph.Tensor.MaxPool2D, x, p.Window, p.Stride, p.Padding)
}

// Forward implements [Layer].
func (p AvgPool) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return pool2D(c, "AvgPool", graph.Tensor.AvgPool2D, x, p.Window, p.Stride, p.Padding)
}

// Forward implements [Layer].
func (p MaxPool1D) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return pool1D(c, "MaxPool1D", graph.Tensor.MaxPool2D, x, p.Window, p.Stride, p.Padding)
}

// Forward implements [Layer].
func (p AvgPool1D) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return pool1D(c, "AvgPool1D", graph.Tensor.AvgPool2D, x, p.Window, p.Stride, p.Padding)
}

// Forward implements [Layer].
func (GlobalMaxPool) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return globalPool(c, "GlobalMaxPool", graph.Tensor.MaxPool2D, x)
}

// Forward implements [Layer].
func (GlobalAvgPool) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return globalPool(c, "GlobalAvgPool", graph.Tensor.AvgPool2D, x)
}

func pool2D(c *Context, name string, op pooling, x graph.Tensor, window, stride [2]int, padding Padding) graph.Tensor {
	t := x.Type()
	if err := images(t); err != nil {
		return c.fail(name, err, t)
	}
	return pool(c, name, op, x, window, stride, padding, [2]int{2, 2})
}

func pool1D(c *Context, name string, op pooling, x graph.Tensor, window, stride int, padding Padding) graph.Tensor {
	t := x.Type()
	if err := sequences(t); err != nil {
		return c.fail(name, err, t)
	}
	y := pool(c, name, op, asImage(x), [2]int{1, window}, [2]int{1, stride}, padding, [2]int{1, 2})
	return asSequence(c, y)
}

// pool applies op to images; zeros of window mean usual.
func pool(c *Context, name string, op pooling, x graph.Tensor, window, stride [2]int, padding Padding, usual [2]int) graph.Tensor {
	t := x.Type()
	size := [2]int{t.Dim(1), t.Dim(2)}
	for i := range window {
		if window[i] == 0 {
			window[i] = usual[i]
		}
		if stride[i] == 0 {
			stride[i] = window[i]
		}
		if window[i] < 1 || stride[i] < 1 {
			return c.fail(name, fmt.Errorf("window %v with stride %v; want sizes of at least 1", window, stride), t)
		}
	}
	if err := padding.check(); err != nil {
		return c.fail(name, err, t)
	}
	pad := padding.over(size, window, stride)
	if usual[0] == 1 {
		pad[0] = [2]int{} // a sequence is one row
	}
	for i, side := range pad {
		if total := size[i] + side[0] + side[1]; window[i] > total {
			return c.fail(name, fmt.Errorf("a window of %d × %d does not fit into %d × %d: use fewer or smaller poolings before it, or Padding: nn.Same",
				window[0], window[1], size[0], size[1]), t)
		}
	}
	return op(x, graph.Pool{Window: window, Stride: stride, Pad: pad})
}

func globalPool(c *Context, name string, op pooling, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if t.Rank() < 3 {
		return c.fail(name, fmt.Errorf("takes [n, ..., channels] with positions between"), t)
	}
	n, ch := t.Dim(0), t.Dim(-1)
	positions := t.Size() / (n * ch)
	y := op(x.Reshape(n, positions, 1, ch), graph.Pool{Window: [2]int{positions, 1}})
	return y.Reshape(n, ch)
}
