package graph_test

import (
	"slices"

	"descent/graph"
	"descent/internal/kernel/tile"
	"descent/internal/rewrite"
)

// A row is one operation: how to build it, where it is tried, and how far off
// it may be. Bounds are measured, then doubled.
type row struct {
	op     string // the type's name in package graph
	build  func(g *graph.Graph, x ...graph.Tensor) graph.Tensor
	shapes [][]graph.Type // of the operands, several times; nil: elementwise with one operand
	lo, hi float64        // the operands' domain; 0, 0 means -2, 2
	ints   bool           // the operands are whole numbers
	ulp    float64        // bound on the value, in ulps of float32
	whole  bool           // ulps of the largest value, for what adds up, not of each
	grad   float64        // relative bound on the engine's gradient; 0: there is none
}

var rows = []row{
	{op: "Const", build: with(func(g *graph.Graph) graph.Tensor { return g.Const(0.7) }), ulp: 1, grad: 9e-08},
	{op: "ScalarEntry", build: with(func(g *graph.Graph) graph.Tensor { return g.Scalar("rate", nil) }), ulp: 1, grad: 9e-08},
	{op: "Input", build: one(func(x graph.Tensor) graph.Tensor { return x.Mul(x.Graph().Input("input", x.Type())) }), ulp: 1, grad: 8e-08},
	{op: "Variable", build: one(func(x graph.Tensor) graph.Tensor { return x }), grad: 1e-07},
	{op: "uniform", build: one(func(x graph.Tensor) graph.Tensor { return x.Mul(x.Graph().Uniform("u", x.Type().Dims()...)) }), ulp: 1, grad: 7e-08},
	{op: "vector", build: one(func(x graph.Tensor) graph.Tensor { return x.Mul(x.Graph().Vector([]float64{0.5, -2, 3})) }), shapes: shapes{{dims(3)}, {dims(700, 3)}}, ulp: 1, grad: 8e-08},
	{op: "count", build: one(func(x graph.Tensor) graph.Tensor { return x.OneHot(5) }), shapes: shapes{{graph.Indices(1)}, {graph.Indices(5)}, {graph.Indices(2, 5)}, {graph.Indices(4000)}}, lo: 0, hi: 7, ints: true},

	{op: "abs", build: one(graph.Tensor.Abs), grad: 1e-07},
	{op: "sign", build: one(graph.Tensor.Sign)},
	{op: "round", build: one(graph.Tensor.Round), lo: -9, hi: 9},
	{op: "floor", build: one(graph.Tensor.Floor), lo: -9, hi: 9},
	{op: "neg", build: one(graph.Tensor.Neg), grad: 1e-07},
	{op: "square", build: one(graph.Tensor.Square), ulp: 1, grad: 8e-08},
	{op: "sqrt", build: one(graph.Tensor.Sqrt), lo: 1e-3, hi: 1e3, ulp: 1, grad: 2e-07},
	{op: "exp", build: one(graph.Tensor.Exp), lo: -8, hi: 8, ulp: 2, grad: 3e-07},
	{op: "expm1", build: one(graph.Tensor.Expm1), lo: -5, hi: 5, ulp: 2, grad: 3e-07},
	{op: "log", build: one(graph.Tensor.Log), lo: 1e-3, hi: 20, ulp: 2, grad: 1e-07},
	{op: "log1p", build: one(graph.Tensor.Log1p), lo: -0.9, hi: 20, ulp: 2, grad: 1e-07},
	{op: "tanh", build: one(graph.Tensor.Tanh), lo: -4, hi: 4, ulp: 3, grad: 4e-05}, // 1-y² cancels as |y| → 1
	{op: "erf", build: one(graph.Tensor.Erf), lo: -3, hi: 3, ulp: 2, grad: 3e-07},
	{op: "sin", build: one(graph.Tensor.Sin), lo: -20, hi: 20, ulp: 2, grad: 2e-07},
	{op: "cos", build: one(graph.Tensor.Cos), lo: -20, hi: 20, ulp: 2, grad: 2e-07},
	{op: "sigmoid", build: one(graph.Tensor.Sigmoid), lo: -9, hi: 9, ulp: 3, grad: 0.0003}, // 1-y cancels as y → 1
	{op: "relu", build: one(graph.Tensor.ReLU), grad: 1e-07},
	{op: "stop", build: one(func(x graph.Tensor) graph.Tensor { return x.StopGradient().Sign() })},

	{op: "widen", build: narrow(tile.BF16, false, 3, 20), shapes: shapes{{graph.Indices(48)}}, lo: -5, hi: 5, ints: true},
	{op: "widen", build: narrow(tile.Int8, false, 2, 3, 20), shapes: shapes{{graph.Indices(80)}}, lo: -5, hi: 5, ints: true, ulp: 1},
	{op: "matMulNarrow", build: product(tile.BF16, false, 7, 20), shapes: shapes{{graph.Indices(112), dims(5, 7)}}, lo: -5, hi: 5, ints: true, ulp: 2, whole: true, grad: 2e-7},
	{op: "matMulNarrow", build: product(tile.Int8, true, 20, 7), shapes: shapes{{graph.Indices(88), dims(5, 7)}}, lo: -5, hi: 5, ints: true, ulp: 2, whole: true, grad: 2e-7},
	{op: "gatherNarrow", build: func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return rewrite.Simplify(narrow(tile.BF16, true, 20, 6)(g, x...).Gather(x[1]))[0]
	}, shapes: shapes{{graph.Indices(96), graph.Indices(4)}}, lo: -5, hi: 21, ints: true},

	{op: "add", build: two(graph.Tensor.Add), shapes: pairs, ulp: 1, grad: 2e-05},
	{op: "sub", build: two(graph.Tensor.Sub), shapes: pairs, ulp: 1, grad: 2e-05},
	{op: "mul", build: two(graph.Tensor.Mul), shapes: pairs, ulp: 1, grad: 4e-07},
	{op: "div", build: two(graph.Tensor.Div), shapes: pairs, lo: 0.5, hi: 3, ulp: 1, grad: 8e-07},
	{op: "maximum", build: two(graph.Tensor.Max), shapes: pairs, grad: 5e-06},
	{op: "minimum", build: two(graph.Tensor.Min), shapes: pairs, grad: 3e-07},
	{op: "less", build: two(graph.Tensor.Less), shapes: pairs},
	{op: "lessEqual", build: two(graph.Tensor.LessEqual), shapes: pairs, lo: 0, hi: 4, ints: true},
	{op: "equal", build: two(graph.Tensor.Equal), shapes: pairs, lo: 0, hi: 4, ints: true},
	{op: "selectOp", build: func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return x[0].Less(x[1]).Select(x[1], x[0].Square())
	}, shapes: pairs, ulp: 1, grad: 5e-06},

	{op: "sum", build: one(func(x graph.Tensor) graph.Tensor { return x.Sum() }), shapes: atLeast1, lo: 0.5, hi: 2, whole: true, ulp: 2, grad: 1e-07},
	{op: "sum", build: one(func(x graph.Tensor) graph.Tensor { return x.Sum(-1) }), shapes: atLeast1, lo: 0.5, hi: 2, whole: true, ulp: 2, grad: 1e-07},
	{op: "sum", build: one(func(x graph.Tensor) graph.Tensor { return x.SumKeep(0) }), shapes: atLeast1, lo: 0.5, hi: 2, whole: true, ulp: 10, grad: 1e-07},
	{op: "sum", build: one(func(x graph.Tensor) graph.Tensor { return x.Mean(1) }), shapes: atLeast2, lo: 0.5, hi: 2, whole: true, ulp: 3, grad: 9e-08},
	{op: "sum", build: one(func(x graph.Tensor) graph.Tensor { return x.MeanKeep(0, 2) }), shapes: rank3, lo: 0.5, hi: 2, whole: true, ulp: 2, grad: 7e-08},
	{op: "maxOver", build: one(func(x graph.Tensor) graph.Tensor { return x.MaxOver() }), shapes: atLeast1, grad: 1e-07},
	{op: "maxOver", build: one(func(x graph.Tensor) graph.Tensor { return x.MaxOverKeep(-1) }), shapes: atLeast1, grad: 1e-07},
	{op: "maxOver", build: one(func(x graph.Tensor) graph.Tensor { return x.MaxOver(0) }), shapes: atLeast1, grad: 1e-07},
	{op: "maxOver", build: one(func(x graph.Tensor) graph.Tensor { return x.MaxOver(0, 2) }), shapes: rank3, grad: 1e-07},

	{op: "matMul", build: two(graph.Tensor.MatMul), shapes: products(false, false), whole: true, ulp: 5, grad: 1e-06},
	{op: "matMul", build: two(func(x, y graph.Tensor) graph.Tensor { return x.Transpose().MatMul(y) }), shapes: products(true, false), whole: true, ulp: 8, grad: 2e-06},
	{op: "matMul", build: two(func(x, y graph.Tensor) graph.Tensor { return x.MatMul(y.Transpose()) }), shapes: products(false, true), whole: true, ulp: 20, grad: 1e-06},
	{op: "matMul", build: two(func(x, y graph.Tensor) graph.Tensor { return x.Transpose().MatMul(y.Transpose()) }), shapes: products(true, true), whole: true, ulp: 3, grad: 2e-06},

	{op: "einsum", build: two(graph.Tensor.MatMul), shapes: batches, whole: true, ulp: 5, grad: 1e-06},
	{op: "einsum", build: einsum("ngk,gku->ngu"), shapes: shapes{{dims(1, 1, 1), dims(1, 1, 1)}, {dims(50, 3, 7), dims(3, 7, 4)}, {dims(300, 5, 16), dims(5, 16, 3)}, {dims(3, 20, 600), dims(20, 600, 1)}, {dims(70, 2, 33), dims(2, 33, 140)}}, whole: true, ulp: 8, grad: 2e-06},
	{op: "einsum", build: einsum("bthd,bshd->bhts"), shapes: shapes{{dims(2, 5, 3, 4), dims(2, 9, 3, 4)}, {dims(2, 40, 2, 16), dims(2, 40, 2, 16)}}, whole: true, ulp: 8, grad: 2e-06},
	{op: "einsum", build: einsum("bhts,bshd->bthd"), shapes: shapes{{dims(2, 3, 5, 9), dims(2, 9, 3, 4)}, {dims(1, 4, 40, 33), dims(1, 33, 4, 20)}}, whole: true, ulp: 8, grad: 2e-06},
	{op: "einsum", build: einsum("kbm,nbk->bnm"), shapes: shapes{{dims(5, 3, 9), dims(4, 3, 5)}, {dims(520, 2, 33), dims(17, 2, 520)}}, whole: true, ulp: 20, grad: 2e-06},
	{op: "einsum", build: einsum("nkd,du->nku"), shapes: shapes{{dims(1, 1, 1), dims(1, 1)}, {dims(20, 3, 5), dims(5, 7)}, {dims(33, 4, 40), dims(40, 17)}}, whole: true, ulp: 20, grad: 2e-06},
	{op: "einsum", build: einsum("bnjk,bmk->jbnm"), shapes: shapes{{dims(2, 5, 3, 4), dims(2, 6, 4)}, {dims(3, 20, 2, 17), dims(3, 40, 17)}}, whole: true, ulp: 20, grad: 2e-06},
	{op: "matMul", build: einsum("mk,nk->nm"), shapes: shapes{{dims(5, 9), dims(4, 9)}, {dims(90, 20), dims(70, 20)}}, whole: true, ulp: 20, grad: 2e-06},
	{op: "einsum", build: two(func(x, y graph.Tensor) graph.Tensor {
		return x.Transpose(1, 2, 0).MatMul(y.Transpose(0, 2, 1)).Transpose(1, 0, 2)
	}), shapes: shapes{{dims(5, 3, 9), dims(3, 7, 5)}, {dims(64, 2, 40), dims(2, 33, 64)}}, whole: true, ulp: 20, grad: 2e-06},

	{op: "convolution", build: conv(graph.Conv{}), shapes: convolutions(), whole: true, ulp: 7, grad: 1e-06},
	{op: "convolution", build: conv(graph.Conv{Stride: [2]int{2, 3}, Pad: [2][2]int{{2, 1}, {0, 2}}}), shapes: convolutions(), whole: true, ulp: 7, grad: 1e-06},
	{op: "convolution", build: conv(graph.Conv{Dilation: [2]int{3, 2}, Pad: [2][2]int{{3, 3}, {3, 3}}}), shapes: convolutions(), whole: true, ulp: 7, grad: 1e-06},
	{op: "convolution", build: conv(graph.Conv{Groups: 3, Stride: [2]int{1, 2}, Pad: [2][2]int{{1, 1}, {1, 1}}}), shapes: shapes{{dims(2, 4, 5, 6), dims(3, 2, 2, 9)}, {dims(1, 3, 9, 3), dims(3, 3, 1, 6)}}, whole: true, ulp: 7, grad: 1e-06},
	{op: "convolution", build: conv(graph.Conv{Groups: 17, Pad: [2][2]int{{1, 1}, {1, 1}}}), shapes: shapes{{dims(2, 5, 6, 17), dims(3, 3, 1, 17)}}, whole: true, ulp: 7, grad: 1e-06},
	{op: "convInput", build: two(func(x, w graph.Tensor) graph.Tensor {
		return x.ConvTranspose2D(w, graph.Conv{Stride: [2]int{2, 1}, Pad: [2][2]int{{1, 0}, {0, 1}}}, [2]int{})
	}), shapes: shapes{{dims(1, 5, 5, 1), dims(1, 2, 1, 1)}, {dims(2, 7, 6, 5), dims(3, 2, 3, 5)}, {dims(1, 4, 9, 18), dims(2, 4, 20, 18)}, {dims(1, 1, 20, 3), dims(3, 7, 40, 3)}}, whole: true, ulp: 7, grad: 1e-06},
	{op: "convInput", build: two(func(x, w graph.Tensor) graph.Tensor {
		return x.ConvTranspose2D(w, graph.Conv{Stride: [2]int{2, 3}}, [2]int{2*x.Dim(1) + w.Dim(0) - 1, 3*x.Dim(2) + w.Dim(1) - 1})
	}), shapes: shapes{{dims(1, 1, 1, 1), dims(1, 1, 1, 1)}, {dims(2, 3, 2, 4), dims(2, 5, 3, 4)}, {dims(1, 5, 5, 33), dims(3, 3, 2, 33)}}, whole: true, ulp: 7, grad: 1e-06},
	{op: "convWeight", build: weight(1, 1), shapes: shapes{{dims(1, 1, 1, 1), dims(1, 3, 3, 1)}, {dims(2, 7, 6, 3), dims(2, 9, 8, 5)}}, whole: true, ulp: 7, grad: 1e-06},
	{op: "convWeight", build: weight(3, 2), shapes: shapes{{dims(2, 7, 6, 3), dims(2, 7, 7, 5)}, {dims(1, 9, 4, 20), dims(1, 9, 5, 33)}, {dims(30, 3, 2, 2), dims(30, 3, 3, 2)}}, whole: true, ulp: 7, grad: 1e-06},

	{op: "reshape", build: one(func(x graph.Tensor) graph.Tensor { return x.Reshape(1, -1) }), grad: 1e-07},
	{op: "transpose", build: one(func(x graph.Tensor) graph.Tensor { return x.Transpose() }), shapes: atLeast2, grad: 1e-07},
	{op: "transpose", build: one(func(x graph.Tensor) graph.Tensor { return x.Transpose(1, 2, 0) }), shapes: rank3, grad: 1e-07},
	{op: "broadcast", build: one(func(x graph.Tensor) graph.Tensor { return x.BroadcastTo(dims(3, 40, 1, 7)) }), shapes: shapes{{dims()}, {dims(1)}, {dims(7)}, {dims(40, 1, 1)}, {dims(3, 1, 1, 7)}, {dims(1, 40, 1, 1)}}, whole: true, grad: 2e-06},
	{op: "slice", build: one(func(x graph.Tensor) graph.Tensor { return x.Slice(0, x.Dim(0)/3, x.Dim(0)/3+1) }), shapes: atLeast1, grad: 1e-07},
	{op: "slice", build: one(func(x graph.Tensor) graph.Tensor { return x.Slice(-1, x.Dim(-1)/2, x.Dim(-1)) }), shapes: atLeast1, grad: 1e-07},
	{op: "pad", build: one(func(x graph.Tensor) graph.Tensor { return x.Pad(-1, 2, 1) }), shapes: atLeast1, grad: 1e-07},
	{op: "concat", build: one(func(x graph.Tensor) graph.Tensor { return x.Concat(0, x.Square(), x) }), shapes: atLeast1, ulp: 1, grad: 2e-07},
	{op: "concat", build: one(func(x graph.Tensor) graph.Tensor { return x.Concat(-1, x.Neg()) }), shapes: atLeast1, grad: 2e-07},

	{op: "softmax", build: one(graph.Tensor.Softmax), shapes: atLeast1, lo: -8, hi: 8, ulp: 20, grad: 4e-05},
	{op: "logSoftmax", build: one(graph.Tensor.LogSoftmax), shapes: atLeast1, lo: -8, hi: 8, whole: true, ulp: 2, grad: 4e-07},
	{op: "crossEntropy", build: one(func(x graph.Tensor) graph.Tensor {
		return x.CrossEntropy(x.Graph().Input("target", x.Type()).Square())
	}), shapes: atLeast1, lo: -8, hi: 8, whole: true, ulp: 3, grad: 7e-07},

	{op: "gather", build: two(graph.Tensor.Gather), shapes: lookups, lo: -1, hi: 6, ints: true, grad: 6e-6},
	{op: "scatterAdd", build: func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return slope(x[0].Gather(x[1]), x[0], x[0].Gather(x[1]).Square())
	}, shapes: lookups, lo: -1, hi: 6, ints: true, ulp: 36, whole: true, grad: 6e-6},

	{op: "setRows", build: func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor { return x[0].SetRows(x[1], x[2]) }, shapes: shapes{
		{dims(1, 1), dims(1, 1), graph.Indices()}, {dims(2, 5, 3), dims(2, 4, 3), graph.Indices()},
		{dims(3, 4, 2, 5), dims(3, 2, 2, 5), graph.Indices(3)}, {dims(2, 300, 40), dims(2, 1, 40), graph.Indices(2)},
	}, lo: -2, hi: 4, ints: true, grad: 1e-07},
	{op: "gatherSum", build: bagOf, shapes: bags, lo: -1, hi: 6, ints: true, ulp: 1, grad: 6e-6},
	{op: "scatterSum", build: func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return slope(bagOf(g, x...), x[0], bagOf(g, x...).Square())
	}, shapes: bags, lo: -1, hi: 6, ints: true, ulp: 36, whole: true, grad: 6e-6},

	{op: "take", build: one(func(x graph.Tensor) graph.Tensor { return x.Take(turns(x.Dim(-1))) }), shapes: atLeast1, grad: 1e-06},
	{op: "takeAdd", build: one(func(x graph.Tensor) graph.Tensor {
		return slope(x.Take(turns(x.Dim(-1))), x, x.Take(turns(x.Dim(-1))).Square())
	}), shapes: atLeast1, ulp: 4, whole: true, grad: 1e-06},

	{op: "attention", build: attention(graph.Attention{}), shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attention", build: attention(graph.Attention{Causal: true, Scale: 0.7}), shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attention", build: attentionOfLengths(graph.Attention{}), shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attention", build: attentionOfLengths(graph.Attention{Causal: true}), shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attention", build: droppedAttention, shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attention", build: func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return x[0].Attention(x[1], x[2], graph.Attention{Dropout: g.Scalar("rate", nil), Lengths: g.Vector(slices.Repeat([]float64{3}, x[0].Dim(0)))})
	}, shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attentionGrad", build: attentionGrad(0, graph.Attention{Causal: true}), shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attentionGrad", build: attentionGrad(1, graph.Attention{}), shapes: attentions, ulp: 20, whole: true, grad: 1e-5},
	{op: "attentionGrad", build: attentionGrad(2, graph.Attention{}), shapes: attentions[:2], ulp: 20, whole: true, grad: 1e-5},
	{op: "operand", build: func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return slope(attentionGrad(1, graph.Attention{})(g, x...), x[2], x[1])
	}, shapes: attentions[:2], ulp: 20, whole: true, grad: 1e-5},

	{op: "recurrent", build: gru(graph.Recurrence{}), shapes: grus, ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrent", build: ofLengths(gru, true), shapes: grus, ulp: 45, whole: true, grad: 1e-5},
	{op: "recurrent", build: lstm(graph.Recurrence{Reverse: true}, 0), shapes: lstms, ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrent", build: lstm(graph.Recurrence{}, 1), shapes: lstms[:3], ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrent", build: ofLengths(func(r graph.Recurrence) builder { return lstm(r, 2) }, false), shapes: lstms[:3], ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrentGrad", build: slopes(0, gru(graph.Recurrence{})), shapes: grus[:3], ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrentGrad", build: slopes(3, ofLengths(gru, true)), shapes: grus[:3], ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrentWeight", build: slopes(1, gru(graph.Recurrence{})), shapes: grus[:3], ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrentWeight", build: slopes(2, gru(graph.Recurrence{Reverse: true})), shapes: grus[:3], ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrentWeight", build: slopes(1, lstm(graph.Recurrence{Reverse: true}, 0)), shapes: lstms[:3], ulp: 20, whole: true, grad: 1e-5},
	{op: "recurrentGrad", build: slopes(0, lstm(graph.Recurrence{}, 0)), shapes: lstms[:3], ulp: 200, whole: true, grad: 1e-5}, // 1-y² cancels as |y| → 1
	{op: "recurrentGrad", build: slopes(3, ofLengths(func(r graph.Recurrence) builder { return lstm(r, 0) }, false)), shapes: lstms[:3], ulp: 20, whole: true, grad: 1e-5},

	{op: "standardize", build: one(func(x graph.Tensor) graph.Tensor { return x.Standardize(1e-3) }), shapes: longRows, ulp: 20, whole: true, grad: 1.2e-4},
	{op: "standardize", build: one(func(x graph.Tensor) graph.Tensor { return x.GroupStandardize(2, 1e-3) }), shapes: shapes{{dims(2, 4)}, {dims(3, 5, 6)}, {dims(2, 9, 11, 8)}}, ulp: 20, whole: true, grad: 1.2e-4},
	{op: "rmsNormalize", build: one(func(x graph.Tensor) graph.Tensor { return x.RMSNormalize(1e-3) }), shapes: longRows, ulp: 20, whole: true, grad: 1e-5},
	{op: "batchNorm", build: func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return x[0].BatchNorm(x[1], x[2], 1e-3)
	}, shapes: channels, ulp: 20, whole: true, grad: 1e-5},
}

type shapes = [][]graph.Type

func dims(d ...int) graph.Type { return graph.Shape(d...) }

// Sizes: none, one, odd, more than a tile of 1024, more than a task of 16K.
var (
	scalars  = shapes{{dims()}, {dims(1)}}
	atLeast2 = shapes{{dims(1, 1)}, {dims(3, 5)}, {dims(1, 37)}, {dims(37, 1)}, {dims(2, 1500)}, {dims(1100, 2)}, {dims(131, 129)}, {dims(2, 3, 4)}, {dims(1, 5, 1, 9)}}
	atLeast1 = append(shapes{{dims(1)}, {dims(7)}, {dims(1030)}, {dims(17001)}}, atLeast2...)
	rank3    = shapes{{dims(1, 1, 1)}, {dims(2, 3, 4)}, {dims(1, 33, 2)}, {dims(3, 1, 40)}, {dims(9, 31, 65)}}
	any      = append(scalars, atLeast1...)
	pairs    = shapes{
		{dims(), dims()},
		{dims(1), dims()},
		{dims(7), dims(7)},
		{dims(), dims(1030)},
		{dims(5, 7), dims(7)},
		{dims(5, 7), dims(5, 1)},
		{dims(5, 1), dims(1, 7)},
		{dims(7), dims(5, 1)}, // rows and columns
		{dims(20, 900), dims(900)},
		{dims(20, 1), dims(20, 900)},
		{dims(1100, 16), dims(1100, 1)},
		{dims(2, 3, 4), dims(3, 1)},
		{dims(2, 1, 4), dims(1, 3, 1)},
		{dims(3, 1, 2), dims(3, 5, 2)}, // in the middle
		{dims(131, 129), dims(131, 129)},
	}
)

// Operands of norms and look-ups: rows that vary, channels over few and many
// rows, repeated numbers of rows.
var (
	longRows   = shapes{{dims(7)}, {dims(3, 5)}, {dims(1, 37)}, {dims(2, 1500)}, {dims(131, 129)}, {dims(2, 3, 4)}}
	channels   = shapes{{dims(5, 3), dims(3), dims(3)}, {dims(700, 1), dims(1), dims(1)}, {dims(2, 3, 4, 5), dims(5), dims(5)}, {dims(4, 30, 31, 33), dims(33), dims(33)}}
	batches    = shapes{{dims(1, 1, 1), dims(1, 1, 1)}, {dims(2, 3, 4), dims(2, 4, 5)}, {dims(40, 5, 3), dims(40, 3, 6)}, {dims(2, 3, 5, 7), dims(2, 3, 7, 2)}, {dims(1, 3, 5, 7), dims(2, 1, 7, 2)}, {dims(5, 7), dims(3, 7, 2)}, {dims(2, 130, 9), dims(2, 9, 35)}, {dims(3, 1, 600), dims(3, 600, 4)}}
	lookups    = shapes{{dims(1, 1), graph.Indices(1)}, {dims(5, 3), graph.Indices(2, 7)}, {dims(300, 17), graph.Indices(40)}, {dims(3, 40), graph.Indices(1000)}}
	attentions = shapes{
		{dims(1, 1, 1, 1), dims(1, 1, 1, 1), dims(1, 1, 1, 1)},
		{dims(2, 5, 2, 3), dims(2, 5, 2, 3), dims(2, 5, 2, 4)},
		{dims(3, 4, 6, 5), dims(3, 7, 2, 5), dims(3, 7, 2, 6)}, // groups, and positions before the queries
		{dims(1, 70, 2, 16), dims(1, 70, 1, 16), dims(1, 70, 1, 33)},
	}
	bags = shapes{{dims(1, 1), graph.Indices(1), dims(1)}, {dims(5, 3), graph.Indices(2, 7), dims(2, 7)}, {dims(300, 17), graph.Indices(2, 3, 40), dims(2, 3, 40)}}
)

func bagOf(_ *graph.Graph, x ...graph.Tensor) graph.Tensor { return x[0].GatherSum(x[1], x[2]) }

// products returns operands of products, laid out as the transposes say.
func products(transX, transY bool) (out shapes) {
	for _, m := range [][3]int{{1, 1, 1}, {1, 5, 3}, {4, 1, 1}, {5, 1, 7}, {3, 600, 2}, {17, 33, 9}, {130, 3, 131}, {1, 40, 300}} {
		x, y := dims(m[0], m[1]), dims(m[1], m[2])
		if transX {
			x = dims(m[1], m[0])
		}
		if transY {
			y = dims(m[2], m[1])
		}
		out = append(out, []graph.Type{x, y})
	}
	return out
}

// convolutions returns images with kernels, without groups.
func convolutions() shapes {
	return shapes{
		{dims(1, 5, 5, 1), dims(1, 1, 1, 1)},
		{dims(2, 7, 6, 3), dims(3, 2, 3, 5)},
		{dims(1, 4, 9, 20), dims(2, 4, 20, 18)},
		{dims(3, 6, 5, 2), dims(3, 3, 2, 33)},
		{dims(2, 1, 40, 3), dims(1, 7, 3, 4)},
		{dims(1, 2, 2, 300), dims(2, 2, 300, 2)},
	}
}

// weight makes the gradient of a convolution with respect to its weight.
func weight(kh, kw int) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		w := g.Variable("w", dims(kh, kw, x[0].Dim(3), x[1].Dim(3)))
		return graph.Gradient(x[0].Conv2D(w, graph.Conv{Pad: [2][2]int{{1, 1}, {1, 1}}}).Mul(x[1]).Sum(), w)[0]
	}
}

func conv(cfg graph.Conv) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return two(func(x, w graph.Tensor) graph.Tensor { return x.Conv2D(w, cfg) })
}

func einsum(spec string) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return two(func(x, y graph.Tensor) graph.Tensor { return x.Einsum(spec, y) })
}

func one(f func(x graph.Tensor) graph.Tensor) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor { return f(x[0]) }
}

func two(f func(x, y graph.Tensor) graph.Tensor) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor { return f(x[0], x[1]) }
}

func attention(a graph.Attention) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor { return x[0].Attention(x[1], x[2], a) }
}

// attentionOfLengths has samples of no key, of one, and so on.
func attentionOfLengths(a graph.Attention) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		lengths := make([]float64, x[0].Dim(0))
		for i := range lengths {
			lengths[i] = float64((2*i + x[1].Dim(1) - 1) % (x[1].Dim(1) + 1))
		}
		a.Lengths = g.Vector(lengths)
		return x[0].Attention(x[1], x[2], a)
	}
}

func attentionGrad(of int, a graph.Attention) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor {
		y := x[0].Attention(x[1], x[2], a)
		return slope(y, x[of], y.Square())
	}
}

func droppedAttention(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
	return x[0].Attention(x[1], x[2], graph.Attention{Causal: true, Dropout: g.Const(0.3)})
}

// turns lists the last of n columns twice, then some from the first on.
func turns(n int) []int {
	list := []int{n - 1, n - 1}
	for i := range (n + 1) / 2 {
		list = append(list, i)
	}
	return list
}

// with multiplies the operand by what f returns.
func with(f func(*graph.Graph) graph.Tensor) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(g *graph.Graph, x ...graph.Tensor) graph.Tensor { return x[0].Mul(f(g)) }
}

// narrow takes the operand, whose numbers are whole so that none of the values in it is
// NaN, as the words of narrow weights.
func narrow(format tile.Format, rows bool, to ...int) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return x[0].Widen(graph.Narrow{Format: format, Rows: rows}, dims(to...))
	}
}

// product multiplies by them.
func product(format tile.Format, rows bool, to ...int) func(*graph.Graph, ...graph.Tensor) graph.Tensor {
	return func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		w := narrow(format, rows, to...)(g, x...)
		if rows {
			w = w.Transpose(1, 0)
		}
		return rewrite.Simplify(x[1].MatMul(w))[0]
	}
}

// Operands of a GRU are x, u, b and h, those of an LSTM x, u, h and c: no unit but one,
// one position, more samples than a task has, more units than a product sums at once.
var (
	grus = shapes{
		{dims(1, 1, 3), dims(1, 3), dims(1), dims(1, 1)}, {dims(2, 5, 9), dims(3, 9), dims(3), dims(2, 3)},
		{dims(3, 2, 51), dims(17, 51), dims(17), dims(3, 17)}, {dims(19, 6, 60), dims(20, 60), dims(20), dims(19, 20)},
	}
	lstms = shapes{
		{dims(1, 1, 4), dims(1, 4), dims(1, 1), dims(1, 1)}, {dims(2, 5, 12), dims(3, 12), dims(2, 3), dims(2, 3)},
		{dims(3, 2, 68), dims(17, 68), dims(3, 17), dims(3, 17)}, {dims(19, 6, 80), dims(20, 80), dims(19, 20), dims(19, 20)},
	}
)

type builder = func(*graph.Graph, ...graph.Tensor) graph.Tensor

func gru(r graph.Recurrence) builder {
	return func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor { return x[0].GRU(x[1], x[2], x[3], r) }
}

// lstm has the states, the cells, or both.
func lstm(r graph.Recurrence, of int) builder {
	return func(_ *graph.Graph, x ...graph.Tensor) graph.Tensor {
		y, cells := x[0].LSTM(x[1], x[2], x[3], r)
		return []graph.Tensor{y, cells, y.Mul(cells)}[of]
	}
}

// ofLengths has samples of no position, of one, and so on.
func ofLengths(build func(graph.Recurrence) builder, reverse bool) builder {
	return func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		var lengths []float64
		for i := range x[0].Dim(0) {
			lengths = append(lengths, float64(i*3%(x[0].Dim(1)+2)))
		}
		return build(graph.Recurrence{Lengths: g.Vector(lengths), Reverse: reverse})(g, x...)
	}
}

// slopes is the gradient of operand k.
func slopes(k int, build builder) builder {
	return func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		y := build(g, x...)
		return slope(y, x[k], y.Square())
	}
}
