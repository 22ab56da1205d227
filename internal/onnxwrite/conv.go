package onnxwrite

import (
	"descent/internal/onnxproto"
)

// ourImages is the order of images whose channels come second, and kernels have taps last.
var (
	ourImages = []int{0, 2, 3, 1}
	ourKernel = []int{2, 3, 1, 0}
)

// images returns an operand of images as ONNX has them.
func (w *writer) images(v value) value { return w.ordered(w.float(v), ourImages) }

func (w *writer) conv(p pair) (value, error) {
	in, out, a, err := w.operands(p)
	if err != nil {
		return value{}, err
	}
	x, kernel := w.images(in[0]), w.ordered(w.float(in[1]), ourKernel)
	c := a.Conv
	attrs := []attr{
		{"kernel_shape", []int{in[1].dims[0].n, in[1].dims[1].n}}, {"strides", c.Stride[:]}, {"dilations", c.Dilation[:]},
		{"pads", pads(c.Pad)}, {"group", c.Groups},
	}
	op := "Conv"
	if kind(p.a.Op()) == "ConvTranspose2D" {
		op = "ConvTranspose"
		more := make([]int, 2)
		for i := range more {
			more[i] = out[1+i].n - (c.Stride[i]*(x.dims[1+i].n-1) + c.Dilation[i]*(in[1].dims[i].n-1) + 1 - c.Pad[i][0] - c.Pad[i][1])
		}
		attrs = append(attrs, attr{"output_padding", more})
	}
	return value{name: w.node(op, label(p, op), []string{x.name, kernel.name}, attrs...), typ: onnxproto.Float32, dims: out, order: ourImages}, nil
}

// pads lists padding as ONNX does: what comes before on all axes, then what comes behind.
func pads(p [2][2]int) []int { return []int{p[0][0], p[1][0], p[0][1], p[1][1]} }

func (w *writer) pool(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	v = w.images(v)
	attrs := []attr{{"kernel_shape", a.Pool.Window[:]}, {"strides", a.Pool.Stride[:]}, {"pads", pads(a.Pool.Pad)}}
	op := "MaxPool"
	if kind(p.a.Op()) == "AvgPool2D" {
		op = "AveragePool"
		if a.Pool.CountPadding {
			attrs = append(attrs, attr{"count_include_pad", 1})
		}
	}
	v.name, v.dims = w.node(op, label(p, op), []string{v.name}, attrs...), out
	return v, nil
}
