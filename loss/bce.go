package loss

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/nn"
)

// BinaryCrossEntropy is the negative log-likelihood of yes-or-no targets, in
// nats, with p = sigmoid(z):
//
//	l = mean over the row of -w·y·log p - (1-y)·log(1-p)
//
//	z [n, 1] finite logits    y [n] labels 0 or 1        l [n]
//	z [n, k] finite logits    y [n, k] targets in [0, 1] l [n]
//
// It is computed as max(z, 0) - z·y + log(1 + e^-|z|), so no finite logit
// overflows. Gradient, for w = 1: dz = (p - y)/k.
//
// Source: Goodfellow, Bengio, Courville, Deep Learning, 2016, §6.2.2.2.
// Equal to PyTorch's F.binary_cross_entropy_with_logits.
type BinaryCrossEntropy struct {
	PosWeight float64 // w, of the targets' positive part, > 0; 0 means 1
}

// PerSample implements [Loss].
func (l BinaryCrossEntropy) PerSample(z, y graph.Tensor) graph.Tensor {
	y, ok := matched(l, z, y)
	if !ok {
		return y
	}
	if l.PosWeight == 0 || l.PosWeight == 1 {
		return nn.Softplus.Apply(z).Sub(z.Mul(y)).Mean(1)
	}
	// -log p = softplus(-z) and -log(1-p) = z + softplus(-z).
	loss := nn.Softplus.Apply(z.Neg()).Mul(y.Affine(l.PosWeight-1, 1))
	return loss.Add(z.Mul(y.Affine(-1, 1))).Mean(1)
}

// Predict returns, for one output, the probabilities of the classes 0 and 1,
// [n, 2], and for several the probability of each target, [n, k].
func (BinaryCrossEntropy) Predict(z graph.Tensor) graph.Tensor {
	if !z.Valid() {
		return z
	}
	p := z.Sigmoid()
	if z.Type().Rank() != 2 || z.Dim(1) != 1 {
		return p
	}
	return z.Neg().Sigmoid().Concat(1, p) // 1-p without cancellation
}

// Validate implements [Loss].
func (l BinaryCrossEntropy) Validate() error {
	if w := l.PosWeight; !(w >= 0) || math.IsInf(w, 0) {
		return fmt.Errorf("loss: weight %v of positives; want a finite number above 0, or 0 for 1", w)
	}
	return nil
}

// Name implements [Loss].
func (BinaryCrossEntropy) Name() string { return "bce" }
