package nn

import (
	"fmt"
	"math"
	"slices"

	"descent/graph"
	"descent/internal/suggest"
	"descent/nn/initial"
)

// Activation is a function applied to each element, or for [Softmax] to each
// row. It is also a layer. The zero value is [Linear].
type Activation uint8

const (
	Linear    Activation = iota // x
	ReLU                        // max(x, 0), gradient 0 at 0
	LeakyReLU                   // x where x > 0, else 0.01x
	ELU                         // x where x > 0, else eˣ-1
	SELU                        // λx where x > 0, else λα(eˣ-1)
	GELU                        // xΦ(x), Φ the normal distribution function, by erf and not the tanh approximation
	SiLU                        // x·sigmoid(x), also called swish
	Sigmoid                     // 1/(1+e⁻ˣ)
	Tanh                        // tanh(x)
	Softplus                    // log(1+eˣ), as max(x, 0) + log(1+e^-|x|)
	Softmax                     // eˣ/Σeˣ over the last axis
	GELUTanh                    // GELU by its tanh approximation: ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
	ReLU2                       // max(x, 0)²
	ReLU6                       // min(max(x, 0), 6), gradient 0 at 0
)

var activationNames = [...]string{"linear", "relu", "leaky-relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax", "gelu-tanh", "relu2", "relu6"}

// The constants of SELU, from Klambauer et al., "Self-Normalizing Neural
// Networks", NeurIPS 2017, equation 14.
const (
	seluScale = 1.0507009873554804934193349852946
	seluAlpha = 1.6732632423543772848170429916717
)

const leakySlope = 0.01

// Forward implements [Layer].
func (a Activation) Forward(_ *Context, x graph.Tensor) graph.Tensor { return a.Apply(x) }

// Apply returns the activation of x, in x's shape. No finite x overflows, in
// the value or the gradient, but where x² does for ReLU2.
func (a Activation) Apply(x graph.Tensor) graph.Tensor {
	if !x.Valid() {
		return x
	}
	switch a {
	case Linear:
		return x
	case ReLU:
		return x.ReLU()
	case LeakyReLU:
		return positive(x).Select(x, x.Scale(leakySlope))
	case ELU:
		return positive(x).Select(x, below(x).Expm1())
	case SELU:
		return positive(x).Select(x.Scale(seluScale), below(x).Expm1().Scale(seluScale*seluAlpha))
	case GELU:
		return x.Scale(1 / math.Sqrt2).Erf().AddScalar(1).Mul(x.Scale(0.5))
	case SiLU:
		return x.Mul(x.Sigmoid())
	case Sigmoid:
		return x.Sigmoid()
	case Tanh:
		return x.Tanh()
	case Softplus:
		return x.Max(x.Const(0)).Add(x.Abs().Neg().Exp().Log1p())
	case Softmax:
		return x.Softmax()
	case GELUTanh:
		near := x.Clamp(-10, 10) // beyond, the hyperbolic tangent is ±1
		inner := near.Square().Affine(0.044715, 1).Mul(near).Scale(math.Sqrt(2 / math.Pi))
		return inner.Tanh().AddScalar(1).Mul(x.Scale(0.5))
	case ReLU2:
		return x.ReLU().Square()
	case ReLU6:
		return x.ReLU().Min(x.Const(6))
	}
	x.Graph().Fail("Activation", fmt.Errorf("there is no %v; use one of the constants such as nn.ReLU", a), x.Type())
	return x
}

func positive(x graph.Tensor) graph.Tensor { return x.Const(0).Less(x) }

// below is min(x, 0) with gradient 1 at 0, which keeps the exponential of the
// side that is not taken finite: 0·∞ would be NaN in its gradient.
func below(x graph.Tensor) graph.Tensor { return positive(x).Select(x.Const(0), x) }

// Initializer returns how the weights before the activation start by default:
// [initial.HeNormal] for the ReLU family (ReLU, LeakyReLU, ELU, GELU, SiLU, Softplus, ReLU2, ReLU6),
// [initial.LeCunNormal] for SELU, as its paper has it, and [initial.XavierUniform] otherwise.
func (a Activation) Initializer() initial.Initializer {
	switch a {
	case ReLU, ELU, GELU, GELUTanh, SiLU, Softplus, ReLU2, ReLU6:
		return initial.HeNormal{}
	case LeakyReLU:
		return initial.HeNormal{Slope: leakySlope}
	case SELU:
		return initial.LeCunNormal{}
	}
	return initial.XavierUniform{}
}

// Gain returns the factor on the standard deviation of weights that makes up
// for the activation, for those who set Gain of an initializer: √2 for the
// ReLU family, √(2/(1+a²)) for LeakyReLU with slope a, 5/3 for Tanh, ¾ for
// SELU and 1 otherwise, as PyTorch's calculate_gain. The defaults use 1 for
// Tanh and SELU, as their papers.
func (a Activation) Gain() float64 {
	switch a {
	case ReLU, ELU, GELU, GELUTanh, SiLU, Softplus, ReLU2, ReLU6:
		return math.Sqrt2
	case LeakyReLU:
		return math.Sqrt(2 / (1 + leakySlope*leakySlope))
	case Tanh:
		return 5.0 / 3
	case SELU:
		return 0.75
	}
	return 1
}

// String returns the name, as in "leaky-relu".
func (a Activation) String() string {
	if int(a) < len(activationNames) {
		return activationNames[a]
	}
	return fmt.Sprintf("Activation(%d)", uint8(a))
}

// ParseActivation reads an activation by its name. "swish" is "silu", and
// "none" and "" are "linear".
func ParseActivation(name string) (Activation, error) {
	switch name {
	case "", "none":
		return Linear, nil
	case "swish":
		return SiLU, nil
	}
	if i := slices.Index(activationNames[:], name); i >= 0 {
		return Activation(i), nil
	}
	return 0, fmt.Errorf("nn: %w", suggest.Unknown("activation", name, activationNames[:]))
}

// MarshalText writes the name of the activation.
func (a Activation) MarshalText() ([]byte, error) {
	if int(a) >= len(activationNames) {
		return nil, fmt.Errorf("nn: there is no %v", a)
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads the name of an activation.
func (a *Activation) UnmarshalText(text []byte) (err error) {
	*a, err = ParseActivation(string(text))
	return err
}
