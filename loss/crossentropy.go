package loss

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
)

// CrossEntropy is the negative log-likelihood of classes, in nats:
//
//	l = -Σ_c w_c q_c log softmax(z)_c,  q = (1-s)·onehot(y) + s/C
//
//	z [n, C] finite logits, C ≥ 2    y [n] labels in [0, C), or [n, C] probabilities    l [n]
//
// s is LabelSmoothing and w ClassWeights, 1 if there are none. The loss of a
// batch is the mean over its n rows, as in Keras; PyTorch divides by Σ w_y
// instead, which differs if there are weights, and depends on how a batch is
// cut into micro-batches.
//
// Each row's maximum is subtracted first, so no finite logit overflows.
// Gradient: dz = softmax(z)·Σ wq - wq; y is constant. A label outside [0, C)
// counts as no class: batches of package data never hold one.
//
// Source: Goodfellow, Bengio, Courville, Deep Learning, 2016, §6.2.2.3;
// smoothing: Szegedy et al., "Rethinking the Inception Architecture", CVPR
// 2016, §7. Row by row equal to PyTorch's F.cross_entropy.
type CrossEntropy struct {
	LabelSmoothing float64   // s in [0, 1): part of the target spread over all C classes
	ClassWeights   []float64 // w, one for each class, at least 0; nil: all 1
}

// PerSample implements [Loss].
func (l CrossEntropy) PerSample(z, y graph.Tensor) graph.Tensor {
	if !z.Valid() || !y.Valid() {
		return z
	}
	if err := l.Validate(); err != nil {
		return fail(z, l, err, y)
	}
	zt, yt := z.Type(), y.Type()
	if zt.Rank() != 2 {
		return fail(z, l, errors.New("the network's output must be [rows, classes]; end it with nn.Dense"), y)
	}
	n, classes := zt.Dim(0), zt.Dim(1)
	var target graph.Tensor
	switch {
	case classes < 2:
		return fail(z, l, errors.New("needs an output for each class, 2 or more; for a single output use BinaryCrossEntropy"), y)
	case l.ClassWeights != nil && len(l.ClassWeights) != classes:
		return fail(z, l, fmt.Errorf("%d class weights for %d classes", len(l.ClassWeights), classes), y)
	case yt.Rank() == 1 && yt.Dim(0) == n:
		target = y.OneHot(classes)
	case yt.Rank() == 2 && yt.Dim(0) == n && yt.Dim(1) == classes:
		target = y
	default:
		return fail(z, l, fmt.Errorf("targets must be labels [%d] or probabilities [%d %d]", n, n, classes), y)
	}
	if s := l.LabelSmoothing; s > 0 {
		target = target.Affine(1-s, s/float64(classes))
	}
	if l.ClassWeights != nil {
		target = target.Mul(z.Graph().Vector(l.ClassWeights))
	}
	return z.CrossEntropy(target).Reshape(n)
}

// Predict returns the probability of each class, [n, C].
func (CrossEntropy) Predict(z graph.Tensor) graph.Tensor {
	if !z.Valid() {
		return z
	}
	return z.Softmax()
}

// Validate implements [Loss].
func (l CrossEntropy) Validate() error {
	if s := l.LabelSmoothing; !(s >= 0 && s < 1) {
		return fmt.Errorf("loss: label smoothing %v; want a number in [0, 1), such as 0.1", s)
	}
	sum := 0.0
	for c, w := range l.ClassWeights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("loss: weight %v of class %d; want a finite number of at least 0", w, c)
		}
		sum += w
	}
	if l.ClassWeights != nil && sum == 0 {
		return errors.New("loss: no class has a weight above 0")
	}
	return nil
}

// Name implements [Loss].
func (CrossEntropy) Name() string { return "cross-entropy" }
