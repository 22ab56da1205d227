package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// LayerNorm standardizes each row of the last axis, then scales and shifts it:
//
//	y = scale·(x - μ)/√(σ² + ε) + shift, μ and σ² over the k elements of a row
//
//	x [n, ..., k] → y like x    params: scale [k], shift [k] unless NoShift
//
// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016, arXiv:1607.06450.
// Keras's default ε is 1e-3.
type LayerNorm struct {
	Eps     float64 // ε; 0 means 1e-5
	NoShift bool
}

// GroupNorm standardizes each sample's groups of neighbouring channels, over
// all positions, then scales and shifts each channel:
//
//	x [n, ..., c] → y like x    params: scale [c], shift [c]
//
// Groups: 1 is layer normalization over the whole sample, Groups: c instance
// normalization.
//
// Source: Wu and He, "Group Normalization", ECCV 2018, arXiv:1803.08494.
type GroupNorm struct {
	Groups int     // must divide the channels; 0 means 32, or fewer where that does not divide
	Eps    float64 // ε; 0 means 1e-5
}

// RMSNorm divides each row of the last axis by its root mean square, then
// scales it:
//
//	y = scale·x/√(mean(x²) + ε)
//
//	x [n, ..., k] → y like x    params: scale [k]
//
// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", NeurIPS
// 2019, arXiv:1910.07467.
type RMSNorm struct {
	Eps float64 // ε; 0 means 1e-6
}

// Forward implements [Layer].
func (l LayerNorm) Forward(c *Context, x graph.Tensor) graph.Tensor {
	eps, err := rows(l.Eps, 1e-5, x)
	if err != nil {
		return c.fail("LayerNorm", err, x.Type())
	}
	k := x.Dim(-1)
	y := x.Standardize(eps).Mul(c.norm("scale", initial.Ones{}, k))
	if l.NoShift {
		return y
	}
	return y.Add(c.norm("shift", initial.Zeros{}, k))
}

// Forward implements [Layer].
func (r RMSNorm) Forward(c *Context, x graph.Tensor) graph.Tensor {
	eps, err := rows(r.Eps, 1e-6, x)
	if err != nil {
		return c.fail("RMSNorm", err, x.Type())
	}
	return x.RMSNormalize(eps).Mul(c.norm("scale", initial.Ones{}, x.Dim(-1)))
}

// Forward implements [Layer].
func (g GroupNorm) Forward(c *Context, x graph.Tensor) graph.Tensor {
	eps, err := rows(g.Eps, 1e-5, x)
	if err != nil {
		return c.fail("GroupNorm", err, x.Type())
	}
	k, groups := x.Dim(-1), g.Groups
	if groups == 0 {
		for groups = min(32, k); k%groups != 0; groups-- {
		}
	}
	if groups < 1 || k%groups != 0 {
		return c.fail("GroupNorm", fmt.Errorf("%d channels do not make %d equal groups", k, groups), x.Type())
	}
	return x.GroupStandardize(groups, eps).Mul(c.norm("scale", initial.Ones{}, k)).Add(c.norm("shift", initial.Zeros{}, k))
}

// rows returns ε, or an error if it or the rank of x does not fit.
func rows(eps, usual float64, x graph.Tensor) (float64, error) {
	if x.Type().Rank() < 2 {
		return 0, errors.New("takes [n, ..., features]")
	}
	return epsilon(eps, usual)
}
