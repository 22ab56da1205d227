package nn

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/suggest"
	"descent/nn/initial"
)

// Scaling says what the weight of a [Dense] is multiplied by where it is used. The
// zero value is [Standard].
type Scaling uint8

const (
	// Standard uses the weight as it is: y = xW + b.
	Standard Scaling = iota

	// NTK is the parametrization of the neural tangent kernel: y = xW/√in + b,
	// where W starts normally distributed with deviation 1 unless Init says
	// otherwise. One rate then fits layers of all widths.
	//
	// Source: Jacot, Gabriel and Hongler, "Neural Tangent Kernel", NeurIPS
	// 2018, arXiv:1806.07572.
	NTK
)

var scalingNames = []string{"standard", "ntk"}

// start returns how a weight over so many inputs starts, and its factor.
func (s Scaling) start(given initial.Initializer, act Activation, in int) (init initial.Initializer, factor float64, err error) {
	init, factor = given, 1
	switch s {
	case Standard:
		if init == nil {
			init = act.Initializer()
		}
	case NTK:
		if init == nil {
			init = initial.Normal{Std: 1}
		}
		factor = 1 / math.Sqrt(float64(in))
	default:
		err = fmt.Errorf("there is no %v; use nn.Standard or nn.NTK", s)
	}
	return init, factor, err
}

// String returns "standard" or "ntk".
func (s Scaling) String() string {
	if int(s) < len(scalingNames) {
		return scalingNames[s]
	}
	return fmt.Sprintf("Scaling(%d)", uint8(s))
}

// MarshalText writes the name.
func (s Scaling) MarshalText() ([]byte, error) {
	if int(s) >= len(scalingNames) {
		return nil, fmt.Errorf("nn: there is no %v", s)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads the name.
func (s *Scaling) UnmarshalText(text []byte) error {
	i := slices.Index(scalingNames, string(text))
	if i < 0 {
		return fmt.Errorf("nn: %w", suggest.Unknown("scaling", string(text), scalingNames))
	}
	*s = Scaling(i)
	return nil
}
