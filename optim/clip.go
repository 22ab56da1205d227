package optim

import (
	"errors"
	"math"

	"descent/graph"
)

// Clip limits the gradient before the rule sees it: first each element, then
// the norm of all parameters' gradients together.
//
//	g ← min(max(g, -Value), Value)
//	g ← g·min(1, Norm/‖g‖)    ‖g‖ = √Σg² over all parameters
//
// 0 turns a limit off. PyTorch adds 1e-6 to ‖g‖, this does not.
//
// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent
// neural networks", ICML 2013, arXiv:1211.5063.
type Clip struct {
	Value float64 `json:"value"`
	Norm  float64 `json:"norm"`
}

// ClipNorm limits the global norm of the gradient to c.
func ClipNorm(c float64) Clip { return Clip{Norm: c} }

// ClipValue limits each element of the gradient to [-c, c].
func ClipValue(c float64) Clip { return Clip{Value: c} }

// Validate returns an error that names a limit that is negative or not finite.
func (c Clip) Validate() error {
	return errors.Join(notNegative("Clip.Value", c.Value), notNegative("Clip.Norm", c.Norm))
}

// Factor returns what to set [ClipScalar] to, given Σg² after the clip by
// value: min(1, Norm/‖g‖), and 1 if the norm is not limited. It is NaN if Σg²
// is; such a gradient has no direction, and the update should be skipped.
func (c Clip) Factor(normSquared float64) float64 {
	if c.Norm == 0 {
		return 1
	}
	return math.Min(1, c.Norm/math.Sqrt(normSquared))
}

// byValue returns g with each element limited.
func (c Clip) byValue(g graph.Tensor) graph.Tensor {
	if c.Value == 0 {
		return g
	}
	limit := func(name string, v float64) graph.Tensor {
		return g.Graph().Scalar(name, func(int) float64 { return v })
	}
	return g.Min(limit("clip.value", c.Value)).Max(limit("-clip.value", -c.Value))
}
