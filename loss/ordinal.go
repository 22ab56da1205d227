package loss

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn"
)

// Ordinal is the negative log-likelihood of classes that have an order, in nats, where
// the outputs are the logits of being above each class but the last:
//
//	l = -log P(y),  P(c) = σ(z_{c-1}) - σ(z_c),  z₋₁ = ∞, z_{C-1} = -∞
//
//	z [n, C-1] falling along a row    y [n] classes in [0, C)    l [n]
//
// [nn.Cutpoints] makes such outputs of one number: then this is the proportional odds
// model. It is computed as -log σ(z_{c-1}) - log σ(-z_c) - log(1 - e^(z_c - z_{c-1})), so
// that no finite logit overflows; two outputs count as 10⁻⁶ apart at least.
//
// Source: McCullagh, "Regression Models for Ordinal Data", JRSS B 42 (1980) 109.
type Ordinal struct{}

// nearest is how far apart two outputs count at least.
const nearest = 1e-6

// PerSample implements [Loss].
func (l Ordinal) PerSample(z, y graph.Tensor) graph.Tensor {
	if !z.Valid() || !y.Valid() {
		return z
	}
	zt, yt := z.Type(), y.Type()
	switch {
	case zt.Rank() != 2:
		return fail(z, l, errors.New("the network's output must be [rows, classes-1]; end it with nn.Cutpoints"), y)
	case yt.Rank() != 1 || yt.Dim(0) != zt.Dim(0):
		return fail(z, l, fmt.Errorf("targets must be classes [%d]", zt.Dim(0)), y)
	}
	n, cuts := zt.Dim(0), zt.Dim(1)
	is := y.OneHot(cuts + 1)
	above := nn.Softplus.Apply(z.Neg()).Mul(is.Slice(1, 1, cuts+1)) // -log σ(z_{c-1})
	below := nn.Softplus.Apply(z).Mul(is.Slice(1, 0, cuts))         // -log σ(-z_c)
	loss := above.Add(below).Sum(1)
	if cuts > 1 {
		loss = loss.Sub(l.gaps(z).Expm1().Neg().Log().Mul(is.Slice(1, 1, cuts)).Sum(1))
	}
	return loss.Reshape(n)
}

// gaps are z_c - z_{c-1}, below 0.
func (Ordinal) gaps(z graph.Tensor) graph.Tensor {
	cuts := z.Dim(1)
	gaps := z.Slice(1, 1, cuts).Sub(z.Slice(1, 0, cuts-1))
	return gaps.Min(gaps.Const(-nearest))
}

// Predict returns the probability of each class, [n, C].
func (l Ordinal) Predict(z graph.Tensor) graph.Tensor {
	if !z.Valid() || z.Type().Rank() != 2 {
		return z
	}
	cuts := z.Dim(1)
	first, last := z.Slice(1, 0, 1).Neg().Sigmoid(), z.Slice(1, cuts-1, cuts).Sigmoid()
	if cuts == 1 {
		return first.Concat(1, last)
	}
	// σ(a) - σ(b) = σ(a)·σ(-b)·(1 - e^(b-a)), which does not cancel.
	within := z.Slice(1, 0, cuts-1).Sigmoid().Mul(z.Slice(1, 1, cuts).Neg().Sigmoid()).Mul(l.gaps(z).Expm1().Neg())
	return first.Concat(1, within, last)
}

// Outputs implements [Wide].
func (Ordinal) Outputs(classes int) int { return classes - 1 }

// Validate implements [Loss].
func (Ordinal) Validate() error { return nil }

// Name implements [Loss].
func (Ordinal) Name() string { return "ordinal" }
