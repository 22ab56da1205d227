package nn

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
	"descent/nn/initial"
)

// BatchNorm standardizes each channel over the batch and all positions, then
// scales and shifts it:
//
//	y = scale·(x - μ)/√(σ² + ε) + shift
//
//	x [n, ..., c] → y like x    params: scale [c], shift [c]    buffers: mean [c], variance [c]
//
// In training μ and σ² (divided by the count m) are those of the batch, and
// the buffers follow them; at evaluation they are the buffers:
//
//	mean ← (1 - Momentum)·mean + Momentum·μ
//	variance ← (1 - Momentum)·variance + Momentum·σ²·m/(m-1)
//
// Where the buffers are frozen, see [Context.Freeze], training takes them, too.
//
// Momentum and the m-1 are PyTorch's; Keras's momentum is 1 - Momentum, and its
// running variance is divided by m. Training on one value a channel is an
// error that wraps [ErrOneValue].
//
// Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015, arXiv:1502.03167.
type BatchNorm struct {
	Momentum float64 // weight of the newest batch, in (0, 1]; 0 means 0.1
	Eps      float64 // ε; 0 means 1e-5
}

// ErrOneValue is wrapped by the error of a [BatchNorm] that would train on one
// value a channel, as of a batch of one row.
var ErrOneValue = errors.New("one value a channel has no variance")

// Forward implements [Layer].
func (b BatchNorm) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	momentum := b.Momentum
	if momentum == 0 {
		momentum = 0.1
	}
	eps, err := epsilon(b.Eps, 1e-5)
	switch {
	case err != nil:
		return c.fail("BatchNorm", err, t)
	case !(momentum > 0 && momentum <= 1):
		return c.fail("BatchNorm", fmt.Errorf("momentum %v; want the weight of the newest batch in (0, 1], such as 0.1", momentum), t)
	case t.Rank() < 2:
		return c.fail("BatchNorm", errors.New("takes [n, ..., channels]"), t)
	}
	ch := t.Dim(-1)
	count := float64(t.Size() / ch)
	fixed := c.Frozen("mean") && c.Frozen("variance")
	if c.Training() && count == 1 && !fixed {
		return c.fail("BatchNorm", fmt.Errorf("%w: train with at least 2 rows a batch, or use nn.LayerNorm{}", ErrOneValue), t)
	}
	scale, shift := c.norm("scale", initial.Ones{}, ch), c.norm("shift", initial.Zeros{}, ch)
	mean, variance := c.Buffer("mean", initial.Zeros{}, ch), c.Buffer("variance", initial.Ones{}, ch)
	if !c.Training() || fixed {
		return x.Sub(mean).Mul(scale.Div(variance.AddScalar(eps).Sqrt())).Add(shift)
	}
	mu, sigma2 := x.Moments()
	follow := func(buffer, newest graph.Tensor, weight float64) {
		c.SetRunning(buffer, 1-momentum, newest.Scale(weight))
	}
	follow(mean, mu, momentum)
	follow(variance, sigma2, momentum*count/(count-1))
	return x.BatchNorm(scale, shift, eps)
}

// norm declares a scale or shift of a normalization.
func (c *Context) norm(name string, init initial.Initializer, dims ...int) graph.Tensor {
	return c.Declare(Param{Name: name, Init: init, Role: Norm}, dims...)
}

// epsilon returns eps, usual if it is 0, or what is wrong with it.
func epsilon(eps, usual float64) (float64, error) {
	if eps == 0 {
		return usual, nil
	}
	if !(eps > 0) || math.IsInf(eps, 0) || float32(eps) == 0 {
		return 0, fmt.Errorf("epsilon %v; want a small number above 0, such as %g", eps, usual)
	}
	return eps, nil
}
