package onnx

import (
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
)

// classesLast returns v [n, c, ...] with its classes behind the places.
func (n *call) classesLast(v value) graph.Tensor { return n.lay(v, channelsLast(v.rank())) }

// likelihood is NegativeLogLikelihoodLoss of log probabilities [n, ..., c]:
//
//	l = -w[y]·x[y], w = 0 where y is ignored; the mean is Σl / Σw
func (n *call) likelihood(logs graph.Tensor) value {
	labels := n.plain(n.arg(1))
	dims := logs.Type().Dims()
	if n.failed() || len(dims) < 2 {
		n.failf("scores of shape %v; want a row of classes for each of some rows", dims)
		return value{}
	}
	classes := dims[len(dims)-1]
	if !slices.Equal(labels.Type().Dims(), dims[:len(dims)-1]) {
		n.failf("labels %v for scores %v of %d classes", labels.Type(), dims[:len(dims)-1], classes)
		return value{}
	}
	hot := labels.OneHot(classes)
	weight := hot
	if n.has(2) {
		weight = hot.Mul(n.plain(n.in[2]))
	}
	if a, ok := n.attribute("ignore_index"); ok {
		counts := not(labels.Equal(labels.Const(float64(a.Int)))).Reshape(append(labels.Type().Dims(), 1)...)
		weight = weight.Mul(counts)
	}
	// A class of weight 0 may have probability 0.
	loss := weight.Equal(weight.Const(0)).Select(weight.Const(0), logs.Mul(weight)).Sum(-1).Neg()
	switch reduction := n.text("reduction", "mean"); reduction {
	case "none":
		return of(onnxproto.Float32, loss)
	case "sum":
		return of(onnxproto.Float32, loss.Sum())
	case "mean":
		return of(onnxproto.Float32, loss.Sum().Div(weight.Sum()))
	default:
		n.failf("reduction %q; none, sum and mean are known", reduction)
		return value{}
	}
}

func likelihoodLoss(n *call) []value {
	return []value{n.likelihood(n.classesLast(n.arg(0)))}
}

// crossEntropyLoss is SoftmaxCrossEntropyLoss: that loss of scores, and their log
// probabilities.
func crossEntropyLoss(n *call) []value {
	v := n.arg(0)
	logs := n.classesLast(v).LogSoftmax()
	return []value{n.likelihood(logs), {typ: v.typ, t: logs, order: channelsLast(v.rank())}}
}
