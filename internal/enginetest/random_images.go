package enginetest

import "descent/graph"

// image returns x as [n, height, width, channels].
func (b *maker) image(x graph.Tensor) graph.Tensor {
	dims := x.Type().Dims()
	for len(dims) > 4 {
		dims = append([]int{dims[0] * dims[1]}, dims[2:]...)
	}
	for len(dims) < 4 {
		at := b.IntN(len(dims) + 1)
		dims = append(dims[:at:at], append([]int{1}, dims[at:]...)...)
	}
	return x.Reshape(dims...)
}

// divisor returns one of n.
func (b *maker) divisor(n int) int {
	var all []int
	for d := 1; d <= n; d++ {
		if n%d == 0 {
			all = append(all, d)
		}
	}
	return all[b.IntN(len(all))]
}

// upTo returns two numbers from 1 to n.
func (b *maker) upTo(n int) [2]int { return [2]int{1 + b.IntN(n), 1 + b.IntN(n)} }

// convolve makes a convolution or a transposed one, perhaps with a bias.
func (b *maker) convolve(x graph.Tensor) graph.Tensor {
	x = b.image(x)
	channels := x.Dim(3)
	cfg := graph.Conv{
		Stride: b.upTo(3), Dilation: b.upTo(2),
		Pad:    [2][2]int{{b.IntN(3), b.IntN(3)}, {b.IntN(3), b.IntN(3)}},
		Groups: b.divisor(channels),
	}
	each := 1 + b.IntN(4)
	if b.IntN(4) == 0 {
		each += 16 // more than a vector holds
	}
	kernel, out := b.upTo(3), cfg.Groups*each
	transposed := b.IntN(4) == 0
	work := x.Type().Size() * kernel[0] * kernel[1] * each
	for i := range 2 {
		extent := (kernel[i]-1)*cfg.Dilation[i] + 1
		padding := cfg.Pad[i][0] + cfg.Pad[i][1]
		size := x.Dim(1+i) + padding - extent + 1
		if transposed {
			size = cfg.Stride[i]*(x.Dim(1+i)-1) + extent - padding
		}
		if size < 1 {
			return graph.Tensor{}
		}
		work *= 1 + padding
	}
	if work > 1<<18 || out > 1<<8 {
		return graph.Tensor{}
	}
	fan := kernel[0] * kernel[1] * channels / cfg.Groups
	var y graph.Tensor
	if transposed {
		y = x.ConvTranspose2D(b.variable(kernel[0], kernel[1], each, channels), cfg, [2]int{})
	} else {
		y = x.Conv2D(b.variable(kernel[0], kernel[1], channels/cfg.Groups, out), cfg)
	}
	switch y = y.Scale(1 / float64(fan)); b.IntN(3) {
	case 0:
		return y.Add(b.variable(y.Dim(3))).ReLU()
	case 1:
		return y.Tanh()
	}
	return y
}

// window makes a pooling.
func (b *maker) window(x graph.Tensor) graph.Tensor {
	x = b.image(x)
	p := graph.Pool{Window: b.upTo(3), Stride: b.upTo(3), CountPadding: b.IntN(2) == 0}
	for i, n := range p.Window {
		p.Pad[i] = [2]int{b.IntN(n), b.IntN(n)}
		p.Window[i] = min(n, x.Dim(1+i)+p.Pad[i][0]+p.Pad[i][1])
		p.Pad[i] = [2]int{min(p.Pad[i][0], p.Window[i]-1), min(p.Pad[i][1], p.Window[i]-1)}
		if p.Window[i] > x.Dim(1+i)+p.Pad[i][0]+p.Pad[i][1] {
			return graph.Tensor{}
		}
	}
	switch b.IntN(4) {
	case 0:
		return x.AvgPool2D(p)
	case 1: // equal values in a window
		return x.Sign().Add(x.Square().Less(b.g.Const(0.5))).MaxPool2D(p)
	}
	return x.MaxPool2D(p)
}

// normalize makes one of the normalizations. Each divides by a root that is
// not small.
func (b *maker) normalize(x graph.Tensor) graph.Tensor {
	const eps = 0.1
	if x.Type().Rank() < 2 {
		x = x.Reshape(1, -1)
	}
	c := x.Dim(-1)
	switch b.IntN(5) {
	case 0:
		return x.Standardize(eps)
	case 1:
		return x.RMSNormalize(eps)
	case 2:
		return x.GroupStandardize(b.divisor(c), eps)
	case 3:
		mean, variance := x.Moments()
		return x.Sub(mean).Mul(variance.AddScalar(eps))
	}
	return x.BatchNorm(b.variable(c), b.variable(c), eps)
}
