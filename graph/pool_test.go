package graph_test

import "descent/graph"

// Windows: touching, overlapping with padding, with gaps, uneven.
var pools = []graph.Pool{
	{Window: [2]int{2, 2}},
	{Window: [2]int{3, 3}, Stride: [2]int{2, 2}, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{Window: [2]int{3, 2}, Stride: [2]int{1, 3}, Pad: [2][2]int{{2, 0}, {0, 1}}, CountPadding: true},
}

// Images: one pixel a window, odd sizes, several bands and strips a sample.
var images = shapes{{dims(2, 3, 4, 1)}, {dims(3, 9, 8, 5)}, {dims(2, 40, 17, 37)}}

// pooled returns rows for op, a pooling, with each of the windows.
func pooled(op string, grad float64, build func(x graph.Tensor, p graph.Pool) graph.Tensor) (all []row) {
	for _, p := range pools {
		all = append(all, row{op: op, build: one(func(x graph.Tensor) graph.Tensor { return build(x, p) }), shapes: images, ulp: 3, whole: true, grad: grad})
	}
	return all
}

// slope is the derivative of y = f(x) along v, as the sum of w·y.
func slope(y, x, w graph.Tensor) graph.Tensor { return graph.Gradient(y.Mul(w).Sum(), x)[0] }

func init() {
	rows = append(rows, pooled("maxPool", 3e-7, graph.Tensor.MaxPool2D)...)
	rows = append(rows, pooled("avgPool", 3e-7, graph.Tensor.AvgPool2D)...)
	rows = append(rows, pooled("maxPoolGrad", 3e-7, func(x graph.Tensor, p graph.Pool) graph.Tensor {
		y := x.MaxPool2D(p)
		return slope(y, x, y.Square())
	})...)
	rows = append(rows, pooled("maxPoolPick", 3e-7, func(x graph.Tensor, p graph.Pool) graph.Tensor {
		y := x.MaxPool2D(p)
		w := x.Graph().Variable("w", y.Type())
		return slope(slope(y, x, w), w, x.Square())
	})...)
	rows = append(rows, pooled("avgPoolGrad", 3e-7, func(x graph.Tensor, p graph.Pool) graph.Tensor {
		y := x.AvgPool2D(p)
		return slope(y, x, y.Square())
	})...)
}
