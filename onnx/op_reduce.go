package onnx

import (
	"math"
	"slices"

	"descent/graph"
)

// reduction folds numbers over axes.
type reduction struct {
	graph func(x graph.Tensor, axes []int) graph.Tensor // each axis kept with size 1
	host  func(sum, x float64) float64                  // nil: by the graph
	start float64
}

func (r reduction) apply(n *call) []value {
	v := n.arg(0)
	axes := n.axes(1, v.rank(), n.int("noop_with_empty_axes", 0) == 0)
	keep := n.int("keepdims", 1) != 0
	if n.failed() {
		return nil
	}
	if len(axes) == 0 && v.rank() > 0 {
		return []value{v}
	}
	if v.host != nil && r.host != nil {
		return []value{hosted(v.host.fold(axes, keep, r.host, r.start))}
	}
	v = n.dense(v)
	at := make([]int, len(axes))
	for i, a := range axes {
		at[i] = v.where(a)
	}
	if v.rank() == 0 {
		at = nil
	}
	slices.Sort(at)
	out := v.with(r.graph(v.t, at))
	if !keep {
		out = n.without(out, axes)
	}
	return []value{out}
}

func least(x graph.Tensor, axes []int) graph.Tensor { return x.Neg().MaxOverKeep(axes...).Neg() }

// logSumExp is log Σ eˣ, whose largest x is subtracted first.
func logSumExp(x graph.Tensor, axes []int) graph.Tensor {
	top := x.MaxOverKeep(axes...).StopGradient()
	return x.Sub(top).Exp().SumKeep(axes...).Log().Add(top)
}

// productOver multiplies halves of an axis until one place is left.
func productOver(x graph.Tensor, axes []int) graph.Tensor {
	for _, a := range axes {
		for x.Valid() && x.Dim(a) > 1 {
			n := x.Dim(a)
			half := x.Slice(a, 0, n/2).Mul(x.Slice(a, n/2, n/2*2))
			if n%2 == 1 {
				half = half.Concat(a, x.Slice(a, n-1, n))
			}
			x = half
		}
	}
	return x
}

// reductions are operators that fold axes.
var reductions = map[string]reduction{
	"ReduceSum":       {graph: func(x graph.Tensor, axes []int) graph.Tensor { return x.SumKeep(axes...) }, host: func(s, x float64) float64 { return s + x }},
	"ReduceMean":      {graph: func(x graph.Tensor, axes []int) graph.Tensor { return x.MeanKeep(axes...) }},
	"ReduceMax":       {graph: func(x graph.Tensor, axes []int) graph.Tensor { return x.MaxOverKeep(axes...) }, host: math.Max, start: math.Inf(-1)},
	"ReduceMin":       {graph: least, host: math.Min, start: math.Inf(1)},
	"ReduceProd":      {graph: productOver, host: func(s, x float64) float64 { return s * x }, start: 1},
	"ReduceL1":        {graph: func(x graph.Tensor, axes []int) graph.Tensor { return x.Abs().SumKeep(axes...) }},
	"ReduceL2":        {graph: func(x graph.Tensor, axes []int) graph.Tensor { return x.Square().SumKeep(axes...).Sqrt() }},
	"ReduceSumSquare": {graph: func(x graph.Tensor, axes []int) graph.Tensor { return x.Square().SumKeep(axes...) }},
	"ReduceLogSum":    {graph: func(x graph.Tensor, axes []int) graph.Tensor { return x.SumKeep(axes...).Log() }},
	"ReduceLogSumExp": {graph: logSumExp},
}

// overAxis applies f to rows along an axis, and before version 13 to all axes from it
// on, as one.
func overAxis(f func(x graph.Tensor) graph.Tensor) func(n *call) []value {
	return func(n *call) []value {
		v := n.arg(0)
		if n.net.Opset < 13 {
			dims := v.dims()
			axis := n.axis(n.int("axis", min(1, len(dims)-1)), len(dims))
			if n.failed() {
				return nil
			}
			if axis < len(dims)-1 {
				rows := n.plain(v).Reshape(size(dims[:axis]), size(dims[axis:]))
				return []value{of(v.typ, f(rows).Reshape(dims...))}
			}
			return n.alongRows(v, len(dims)-1, f)
		}
		return n.alongRows(v, n.axis(n.int("axis", -1), v.rank()), f)
	}
}

// alongRows applies f with an axis as the last.
func (n *call) alongRows(v value, axis int, f func(x graph.Tensor) graph.Tensor) []value {
	if n.failed() || v.rank() == 0 {
		n.failf("%w", errRank)
		return nil
	}
	v = n.dense(v)
	order := append(slices.DeleteFunc(slices.Clone(v.order), func(a int) bool { return a == axis }), axis)
	return []value{{typ: v.typ, t: f(n.lay(v, order)), order: order}}
}

// hardmax is 1 at the first of the largest numbers of a row.
func hardmax(x graph.Tensor) graph.Tensor {
	k := x.Dim(-1)
	places := x.Graph().Count(k)
	first := x.Equal(x.MaxOverKeep(-1)).Select(places.Neg(), x.Const(-float64(k))).MaxOverKeep(-1).Neg()
	return places.BroadcastTo(x.Type()).Equal(first)
}
