package optim

import (
	"errors"
	"math"

	"descent/graph"
)

// Clip limits the gradient before the rule sees it, from its elements up to
// the whole:
//
//	g ← min(max(g, -Value), Value)                                each element
//	g ← g·min(1, Adaptive·max(‖θ‖, 10⁻³)/max(‖g‖, 10⁻⁶))          each unit, see [Config]
//	g ← g·min(1, Param/‖g‖)                                       each parameter
//	g ← g·min(1, Norm/‖g‖)                                        all parameters together
//
// Each line sees what those before it have left, and 0 turns it off. PyTorch
// adds 1e-6 to ‖g‖ in the last one, this does not.
//
// Adaptive clipping (AGC) lets no unit move by more than a share of its own
// length in a step of gradient descent with η = 1; a bias is one unit. Its
// paper leaves the last layer out; so does a [Group] with an Adaptive of 0.
//
// Sources: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent
// neural networks", ICML 2013, arXiv:1211.5063; of Adaptive: Brock et al.,
// "High-Performance Large-Scale Image Recognition Without Normalization", ICML
// 2021, arXiv:2102.06171, equation 3.
type Clip struct {
	Value    float64 `json:"value"`
	Adaptive float64 `json:"adaptive"` // λ; the paper has 0.01 for batches of 4,096
	Param    float64 `json:"param"`
	Norm     float64 `json:"norm"`
}

// ClipNorm limits the global norm of the gradient to c.
func ClipNorm(c float64) Clip { return Clip{Norm: c} }

// ClipValue limits each element of the gradient to [-c, c].
func ClipValue(c float64) Clip { return Clip{Value: c} }

// Validate returns an error that names a limit that is negative or not finite.
func (c Clip) Validate() error {
	return errors.Join(notNegative("Clip.Value", c.Value), notNegative("Clip.Adaptive", c.Adaptive),
		notNegative("Clip.Param", c.Param), notNegative("Clip.Norm", c.Norm))
}

// Factor returns what to set [ClipScalar] to, given Σg² after the other
// limits: min(1, Norm/‖g‖), and 1 if the norm is not limited. It is NaN if Σg²
// is; such a gradient has no direction, and the update should be skipped.
func (c Clip) Factor(normSquared float64) float64 {
	if c.Norm == 0 {
		return 1
	}
	return math.Min(1, c.Norm/math.Sqrt(normSquared))
}

// limited returns g with every limit but that of all parameters together, and
// Σg² of the result.
func (c Clip) limited(p *Param, g graph.Tensor, adaptive float64) (limited, square graph.Tensor) {
	if c.Value != 0 {
		g = g.Min(p.scalar("clip.value", func(int) float64 { return c.Value })).
			Max(p.scalar("-clip.value", func(int) float64 { return -c.Value }))
	}
	// A product, not Square: that node a rule may have too, and one value for
	// both would be kept in memory from here to the update.
	square = g.Mul(g)
	one := g.Const(1)
	if adaptive != 0 {
		square = units(square)
		long := units(p.Value.Mul(p.Value)).Sqrt().Max(p.setting("clip.least weight", 1e-3))
		factor := long.Mul(p.setting("clip.adaptive", adaptive)).Div(square.Sqrt().Max(p.setting("clip.least gradient", 1e-6))).Min(one)
		g, square = g.Mul(factor), square.Mul(factor).Mul(factor) // no pass over g to know how long it is now
	}
	square = square.Sum()
	if c.Param != 0 {
		factor := p.setting("clip.param", c.Param).Div(square.Sqrt()).Min(one)
		g, square = g.Mul(factor), square.Mul(factor).Mul(factor)
	}
	return g, square
}
