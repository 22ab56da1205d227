package graph

import (
	"fmt"
	"math"

	"descent/internal/kernel"
	"descent/internal/kernel/pool"
)

// Pool says where the windows of a pooling lie. Axes are rows, then columns.
type Pool struct {
	Window       [2]int    // each at least 1
	Stride       [2]int    // 0 means the window's size
	Pad          [2][2]int // before and after, each less than the window
	CountPadding bool      // the mean divides by the whole window, padding included
}

// MaxPool2D returns the maximum of each window:
//
//	x [n, h, w, c] → y [n, oh, ow, c], oh = ⌊(h + before + after - window)/stride⌋ + 1
//
// Padding is -∞. Gradient: dy goes to the first maximum of the window, row by
// row, as in PyTorch.
func (x Tensor) MaxPool2D(p Pool) Tensor { return x.apply(maxPool{p.filled()}) }

// AvgPool2D returns the mean of each window:
//
//	x [n, h, w, c] → y [n, oh, ow, c], oh = ⌊(h + before + after - window)/stride⌋ + 1
//
// Padding is left out of the mean unless CountPadding is set: PyTorch's
// count_include_pad, whose default is the other way round.
func (x Tensor) AvgPool2D(p Pool) Tensor { return x.apply(avgPool{p.filled()}) }

func (p Pool) filled() Pool {
	for i, w := range p.Window {
		if p.Stride[i] == 0 {
			p.Stride[i] = w
		}
	}
	return p
}

type (
	maxPool struct{ p Pool }
	avgPool struct{ p Pool }
)

func (maxPool) Name() string { return "MaxPool2D" }
func (avgPool) Name() string { return "AvgPool2D" }

func (m maxPool) Infer(in ...Type) (Type, error) { return m.p.infer(in[0]) }
func (a avgPool) Infer(in ...Type) (Type, error) { return a.p.infer(in[0]) }

func (p Pool) infer(in Type) (Type, error) {
	if in.Rank() != 4 {
		return Type{}, fmt.Errorf("takes images [n, height, width, channels], not %d axes", in.Rank())
	}
	in.DType = Float32
	out := in
	for i, name := range [...]string{"height", "width"} {
		window, before, after := p.Window[i], p.Pad[i][0], p.Pad[i][1]
		padded := in.Dim(1+i) + before + after
		switch {
		case window < 1 || p.Stride[i] < 1:
			return Type{}, fmt.Errorf("window %v with stride %v; want sizes of at least 1", p.Window, p.Stride)
		case before < 0 || after < 0 || before >= window || after >= window:
			return Type{}, fmt.Errorf("padding %v must be at least 0 and less than the window %v", p.Pad, p.Window)
		case window > padded:
			return Type{}, fmt.Errorf("a window of %d is larger than the %s of %d", window, name, padded)
		}
		out = out.with(1+i, (padded-window)/p.Stride[i]+1)
	}
	return out, nil
}

// shape returns the windows over an image as the kernels take them.
func (p Pool) shape(image Type) pool.Shape {
	out, _ := p.infer(image)
	return pool.Shape{
		N: image.Dim(0), H: image.Dim(1), W: image.Dim(2), C: image.Dim(3), OH: out.Dim(1), OW: out.Dim(2),
		Window: p.Window, Stride: p.Stride, Top: p.Pad[0][0], Left: p.Pad[1][0], CountPadding: p.CountPadding,
	}
}

// eachWindow calls f for every element o of the result with the elements of
// the image in its window, row by row.
func (p Pool) eachWindow(image Type, f func(o int, window []int)) {
	s := p.shape(image)
	var window []int
	o := 0
	for n := range s.N {
		for oy := range s.OH {
			for ox := range s.OW {
				for c := range s.C {
					window = window[:0]
					for y := oy*s.Stride[0] - s.Top; y < oy*s.Stride[0]-s.Top+s.Window[0]; y++ {
						for x := ox*s.Stride[1] - s.Left; x < ox*s.Stride[1]-s.Left+s.Window[1]; x++ {
							if y >= 0 && y < s.H && x >= 0 && x < s.W {
								window = append(window, ((n*s.H+y)*s.W+x)*s.C+c)
							}
						}
					}
					f(o, window)
					o++
				}
			}
		}
	}
}

// divisor is what the sum of a window is divided by.
func (p Pool) divisor(window []int) float64 {
	if p.CountPadding {
		return float64(p.Window[0] * p.Window[1])
	}
	return float64(len(window))
}

func (m maxPool) Eval64(e *Eval) {
	m.p.eachWindow(e.InTypes[0], func(o int, window []int) {
		e.Out[o] = math.Inf(-1)
		for _, i := range window {
			e.Out[o] = math.Max(e.Out[o], e.In[0][i])
		}
	})
}

func (a avgPool) Eval64(e *Eval) {
	a.p.eachWindow(e.InTypes[0], func(o int, window []int) {
		e.Out[o] = 0
		for _, i := range window {
			e.Out[o] += e.In[0][i]
		}
		e.Out[o] /= a.p.divisor(window)
	})
}

// Kernel implements lowering.Producer.
func (m maxPool) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &pool.Pool{Shape: m.p.shape(in[0]), Max: true}
}

// Kernel implements lowering.Producer.
func (a avgPool) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &pool.Pool{Shape: a.p.shape(in[0])}
}

func (m maxPool) Grad(y, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{x[0].apply(maxPoolGrad(m), y, dy)}
}

func (a avgPool) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	image := x[0].Type()
	image.DType = Float32
	return []Tensor{dy.apply(avgPoolGrad{a.p, image})}
}
