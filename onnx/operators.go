package onnx

import (
	"maps"
	"slices"

	"descent/graph"
)

// operators are those that are read, by name; domains other than the standard's stand
// before theirs.
var operators map[string]func(n *call) []value

func init() {
	operators = map[string]func(n *call) []value{
		"Shape": shapeOf, "Size": sizeOf, "Identity": identity, "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze,
		"Unsqueeze": unsqueeze, "Transpose": transpose, "Concat": join, "Slice": slice, "Split": split, "Gather": gather,
		"Expand": expandTo, "Tile": tile, "ConstantOfShape": constantOfShape, "Range": rangeOf, "NonZero": nonZero, "OneHot": oneHot,
		"Pad": pad, "DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth, "Resize": resize, "Upsample": resize,
		"ArgMax": func(n *call) []value { return argExtreme(n, 1) },
		"ArgMin": func(n *call) []value { return argExtreme(n, -1) },
		"If":     branch, "Dropout": dropout, "Cast": cast, "Where": where, "Clip": clip, "Mean": mean,

		"MatMul": matMul, "Gemm": gemm, "Conv": convolve, "ConvTranspose": convTranspose,
		"MaxPool":           func(n *call) []value { return pool(n, true) },
		"AveragePool":       func(n *call) []value { return pool(n, false) },
		"GlobalAveragePool": func(n *call) []value { return global(n, graph.Tensor.MeanKeep) },
		"GlobalMaxPool":     func(n *call) []value { return global(n, graph.Tensor.MaxOverKeep) },

		"BatchNormalization": batchNorm, "LayerNormalization": layerNorm, "LRN": localResponse, "LpNormalization": lpNorm,
		"InstanceNormalization": func(n *call) []value { return groupNorm(n, last(n.arg(0).dims(), 1), false) },
		"GroupNormalization": func(n *call) []value {
			return groupNorm(n, n.int("num_groups", 0), n.net.Opset < 21)
		},

		labelEncoder: encodeLabels,

		"Softmax": overAxis(graph.Tensor.Softmax), "LogSoftmax": overAxis(graph.Tensor.LogSoftmax), "Hardmax": overAxis(hardmax),
		"LSTM": lstm.apply, "GRU": gru.apply, "RNN": rnn.apply,
		"NegativeLogLikelihoodLoss": likelihoodLoss, "SoftmaxCrossEntropyLoss": crossEntropyLoss,
	}
	for name, u := range unaries {
		operators[name] = u.apply
	}
	for name, b := range binaries {
		operators[name] = b.apply
	}
	operators["Mod"] = remainder
	for name, r := range reductions {
		operators[name] = r.apply
	}
}

// Operators lists the operators that are read, in order.
func Operators() []string { return slices.Sorted(maps.Keys(operators)) }

// last returns size i, 0 if there is none.
func last(dims []int, i int) int {
	if i < len(dims) {
		return dims[i]
	}
	return 0
}

func shapeOfInts(dims []int) graph.Type { return graph.Shape(dims...) }
