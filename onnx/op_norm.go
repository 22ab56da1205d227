package onnx

import (
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
)

// channels returns a vector [c] as one that broadcasts over v [n, c, ...].
func (n *call) channels(vector value, v value) graph.Tensor {
	t := n.plain(vector)
	dims := slices.Repeat([]int{1}, v.rank())
	if at := v.where(1); at >= 0 {
		dims[at] = t.Type().Size()
	}
	return t.Reshape(dims...)
}

// batchNorm standardizes channels by the statistics of the file:
//
//	y = scale·(x - μ)/√(σ² + ε) + shift
//
// In training μ and σ² are the mean and the variance of the batch over its N values a
// channel, unless the network keeps the file's, and the file's follow them by momentum m:
//
//	mean ← m·mean + (1-m)·μ    variance ← m·variance + (1-m)·σ²·N/(N-1)
//
// N/(N-1) makes the variance, which is that around the batch's own mean, one without bias,
// as PyTorch does. The standard's form for training, which is refused, leaves that out.
func batchNorm(n *call) []value {
	v := n.dense(n.arg(0))
	if v.rank() < 2 || n.int("spatial", 1) == 0 {
		n.failf("an input of %d axes, spatial %d", v.rank(), n.int("spatial", 1))
		return nil
	}
	if n.int("training_mode", 0) != 0 || slices.ContainsFunc(n.Outputs[1:], func(name string) bool { return name != "" }) {
		n.failf("it is written in the form for training, with statistics as outputs; export the network for inference")
		return nil
	}
	scale, shift, mean, variance := n.arg(1), n.arg(2), n.arg(3), n.arg(4)
	eps := n.float("epsilon", 1e-5)
	if n.failed() {
		return nil
	}
	if n.c.Training() && !n.net.KeepStats && mean.host == nil && variance.host == nil {
		order := append(slices.DeleteFunc(slices.Clone(v.order), func(a int) bool { return a == 1 }), 1)
		x := n.lay(v, order)
		c := x.Dim(-1)
		count := float64(x.Type().Size() / c)
		if count == 1 {
			n.failf("one value a channel has no variance: train with at least 2 rows a batch")
			return nil
		}
		mu, sigma2 := x.Moments()
		keep := n.float("momentum", 0.9)
		follow := func(buffer value, newest graph.Tensor, factor float64) {
			n.c.SetRunning(buffer.t, keep, newest.Scale((1-keep)*factor))
		}
		follow(mean, mu, 1)
		follow(variance, sigma2, count/(count-1))
		return []value{{typ: v.typ, t: x.BatchNorm(n.plain(scale), n.plain(shift), eps), order: order}}
	}
	factor := n.plain(scale).Div(n.plain(variance).AddScalar(eps).Sqrt())
	part := func(t graph.Tensor) graph.Tensor { return n.channels(of(v.typ, t), v) }
	return []value{v.with(v.t.Sub(part(n.plain(mean))).Mul(part(factor)).Add(part(n.plain(shift))))}
}

// groupNorm standardizes groups of channels of each row over all places, as
// InstanceNormalization does each channel.
func groupNorm(n *call, groups int, each bool) []value {
	v := n.arg(0)
	dims := v.dims()
	if len(dims) < 2 || groups < 1 || dims[1]%groups != 0 {
		n.failf("%d groups of shape %v", groups, dims)
		return nil
	}
	x := n.plain(v).Reshape(dims[0]*groups, -1).Standardize(n.float("epsilon", 1e-5))
	y := of(v.typ, x.Reshape(dims...))
	scale, shift := n.arg(1), n.arg(2)
	if each { // one number a group, before version 21
		repeat := func(s value) value {
			t := n.plain(s).Reshape(groups, 1).BroadcastTo(graph.Shape(groups, dims[1]/groups))
			return of(s.typ, t.Reshape(dims[1]))
		}
		scale, shift = repeat(scale), repeat(shift)
	}
	return []value{y.with(y.t.Mul(n.channels(scale, y)).Add(n.channels(shift, y)))}
}

// layerNorm standardizes rows over all axes from one on.
func layerNorm(n *call) []value {
	v := n.arg(0)
	dims := v.dims()
	axis := n.axis(n.int("axis", -1), len(dims))
	if n.failed() || len(dims) == 0 {
		n.failf("%w", errRank)
		return nil
	}
	x := n.plain(v).Reshape(append(slices.Clone(dims[:axis]), -1)...)
	eps := n.float("epsilon", 1e-5)
	y := x.Standardize(eps).Reshape(dims...).Mul(n.plain(n.arg(1)))
	if n.has(2) {
		y = y.Add(n.plain(n.in[2]))
	}
	out := []value{of(onnxproto.Float32, y)}
	if len(n.Outputs) > 1 {
		mean := x.MeanKeep(-1)
		deviation := x.Sub(mean).Square().MeanKeep(-1).AddScalar(eps).Sqrt()
		kept := slices.Clone(dims)
		for i := axis; i < len(kept); i++ {
			kept[i] = 1
		}
		out = append(out, of(onnxproto.Float32, mean.Reshape(kept...)), of(onnxproto.Float32, mean.Const(1).Div(deviation).Reshape(kept...)))
	}
	return out
}

// localResponse divides each channel by its neighbours: a mean over channels, which
// pooling computes with channels for the width of an image.
func localResponse(n *call) []value {
	v := n.arg(0)
	size := n.int("size", 0)
	if v.rank() < 2 || size < 1 || size > maxHost {
		n.failf("size %d of shape %v", size, v.dims())
		return nil
	}
	order := append(slices.DeleteFunc(natural(v.rank()), func(a int) bool { return a == 1 }), 1)
	x := n.lay(v, order)
	c := x.Dim(-1)
	around := x.Square().Reshape(-1, 1, c, 1)
	before, after := (size-1)/2, size-1-(size-1)/2
	around = around.AvgPool2D(graph.Pool{Window: [2]int{1, size}, Stride: [2]int{1, 1}, Pad: [2][2]int{{}, {before, after}}, CountPadding: true})
	base := around.Reshape(x.Type().Dims()...).Affine(n.float("alpha", 1e-4), n.float("bias", 1))
	return []value{{typ: v.typ, t: x.Mul(base.Log().Scale(-n.float("beta", 0.75)).Exp()), order: order}}
}

// lpNorm divides rows by their norm.
func lpNorm(n *call) []value {
	v := n.arg(0)
	p := n.int("p", 2)
	if p != 1 && p != 2 {
		n.failf("p = %d; 1 and 2 are known", p)
		return nil
	}
	return n.alongRows(v, n.axis(n.int("axis", -1), v.rank()), func(x graph.Tensor) graph.Tensor {
		if p == 1 {
			return x.Div(x.Abs().SumKeep(-1))
		}
		return x.Div(x.Square().SumKeep(-1).Sqrt())
	})
}
