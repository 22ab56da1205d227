package loss

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"descent/graph"
)

// Quantile is the pinball loss of several quantiles of each target, the mean over
// them and over the targets:
//
//	l = (1/kq) Σ max(τe, (τ-1)e),  e = y - z
//
//	z [n, k·q], of each target its q quantiles    y [n, k], or [n] if k is 1    l [n]
//
// The outputs that make it least are the τ-quantiles of what y is, given x; nothing
// keeps them in order where the network is unsure of it. The prediction is that whose
// level is nearest to one half, of equally near ones the first.
//
// Gradient: dz = -τ/kq where e > 0, and (1-τ)/kq where e < 0.
//
// Source: Koenker and Bassett, "Regression Quantiles", Econometrica 46 (1978) 33.
type Quantile struct {
	Levels []float64 // τ, one for each of q, each in (0, 1) and above the one before
}

// PerSample implements [Loss].
func (l Quantile) PerSample(z, y graph.Tensor) graph.Tensor {
	if !z.Valid() || !y.Valid() {
		return z
	}
	if err := l.Validate(); err != nil {
		return fail(z, l, err, y)
	}
	zt, yt, q := z.Type(), y.Type(), len(l.Levels)
	if zt.Rank() != 2 || zt.Dim(1)%q != 0 {
		return fail(z, l, fmt.Errorf("the network's output must be [rows, %d·targets], %d quantiles for each target", q, q), y)
	}
	n, k := zt.Dim(0), zt.Dim(1)/q
	if yt.Dim(0) != n || yt.Size() != n*k {
		return fail(z, l, fmt.Errorf("targets must be [%d %d]: %d outputs are %d quantiles for each", n, k, zt.Dim(1), q), y)
	}
	e := y.Reshape(n, k, 1).Sub(z.Reshape(n, k, q))
	over := e.Neg()
	return e.Mul(z.Graph().Vector(l.Levels)).Add(over.Max(over.Const(0))).Reshape(n, k*q).Mean(1)
}

// Predict returns the middle quantile of each target, [n, k].
func (l Quantile) Predict(z graph.Tensor) graph.Tensor {
	if !z.Valid() || l.Validate() != nil || z.Type().Rank() != 2 || z.Dim(1)%len(l.Levels) != 0 {
		return z
	}
	n, k, q := z.Dim(0), z.Dim(1)/len(l.Levels), len(l.Levels)
	m := l.middle()
	return z.Reshape(n, k, q).Slice(2, m, m+1).Reshape(n, k)
}

func (l Quantile) middle() int {
	best := 0
	for i, level := range l.Levels {
		if math.Abs(level-0.5) < math.Abs(l.Levels[best]-0.5) {
			best = i
		}
	}
	return best
}

// Outputs implements [Wide].
func (l Quantile) Outputs(targets int) int { return targets * len(l.Levels) }

// Validate implements [Loss].
func (l Quantile) Validate() error {
	if len(l.Levels) == 0 {
		return errors.New("loss: there is no quantile; want levels such as 0.1, 0.5 and 0.9")
	}
	for i, level := range l.Levels {
		if !(level > 0 && level < 1) || i > 0 && level <= l.Levels[i-1] {
			return fmt.Errorf("loss: quantiles of %v; want levels between 0 and 1, each above the one before", l.Levels)
		}
	}
	return nil
}

// Name implements [Loss].
func (Quantile) Name() string { return "quantile" }

// parseLevels reads what stands behind "quantile:".
func parseLevels(text string) (Quantile, error) {
	var l Quantile
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return l, fmt.Errorf("loss: %q is no level of a quantile; want such as quantile:0.1,0.5,0.9", part)
		}
		l.Levels = append(l.Levels, v)
	}
	return l, l.Validate()
}
