package nn

import (
	"descent/internal/suggest"
	"fmt"
	"math"
	"strconv"
	"strings"
)

var initializerNames = [...]string{
	"xavier-uniform", "xavier-normal", "he-uniform", "he-normal", "lecun-uniform", "lecun-normal",
	"orthogonal", "zeros", "ones", "constant", "normal", "uniform", "truncated-normal", "identity",
}

// usualSpread is the width of normal, uniform and truncated-normal if none is
// given, as in Keras.
const usualSpread = 0.05

// ParseInitializer reads an initializer as its String writes it:
//
//	xavier-uniform[:gain]   he-uniform[:slope]   lecun-uniform   orthogonal[:gain]
//	xavier-normal[:gain]    he-normal[:slope]    lecun-normal    identity
//	normal[:std]            uniform[:bound]      truncated-normal[:std]
//	constant:value          zeros                ones
//
// std and bound are 0.05 if left out. The result has passed Validate.
func ParseInitializer(spec string) (Initializer, error) {
	name, text, given := strings.Cut(strings.TrimSpace(spec), ":")
	v := math.NaN()
	if given {
		var err error
		if v, err = strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil {
			return nil, fmt.Errorf("nn: initializer %q: %q is not a number; want one as in %q", spec, text, name+":0.1")
		}
	}
	or := func(otherwise float64) float64 {
		if given {
			return v
		}
		return otherwise
	}
	var init Initializer
	takesNone := false
	switch name {
	case "xavier-uniform":
		init = XavierUniform{or(0)}
	case "xavier-normal":
		init = XavierNormal{or(0)}
	case "he-uniform":
		init = HeUniform{or(0)}
	case "he-normal":
		init = HeNormal{or(0)}
	case "orthogonal":
		init = Orthogonal{or(0)}
	case "normal":
		init = Normal{or(usualSpread)}
	case "uniform":
		init = Uniform{or(usualSpread)}
	case "truncated-normal":
		init = TruncatedNormal{or(usualSpread)}
	case "constant":
		if !given {
			return nil, fmt.Errorf("nn: initializer %q needs its value, as in %q", spec, "constant:0.1")
		}
		init = Constant{v}
	case "lecun-uniform":
		init, takesNone = LeCunUniform{}, true
	case "lecun-normal":
		init, takesNone = LeCunNormal{}, true
	case "zeros":
		init, takesNone = Zeros{}, true
	case "ones":
		init, takesNone = Ones{}, true
	case "identity":
		init, takesNone = Identity{}, true
	default:
		return nil, fmt.Errorf("nn: %w", suggest.Unknown("initializer", name, initializerNames[:]))
	}
	if takesNone && given {
		return nil, fmt.Errorf("nn: initializer %q: %s takes no number", spec, name)
	}
	if err := init.Validate(); err != nil {
		return nil, fmt.Errorf("nn: initializer %q: %w", spec, err)
	}
	return init, nil
}

func (x XavierUniform) String() string   { return option("xavier-uniform", x.Gain) }
func (x XavierNormal) String() string    { return option("xavier-normal", x.Gain) }
func (h HeUniform) String() string       { return option("he-uniform", h.Slope) }
func (h HeNormal) String() string        { return option("he-normal", h.Slope) }
func (LeCunUniform) String() string      { return "lecun-uniform" }
func (LeCunNormal) String() string       { return "lecun-normal" }
func (o Orthogonal) String() string      { return option("orthogonal", o.Gain) }
func (Zeros) String() string             { return "zeros" }
func (Ones) String() string              { return "ones" }
func (Identity) String() string          { return "identity" }
func (c Constant) String() string        { return "constant:" + number(c.Value) }
func (n Normal) String() string          { return "normal:" + number(n.Std) }
func (u Uniform) String() string         { return "uniform:" + number(u.Bound) }
func (n TruncatedNormal) String() string { return "truncated-normal:" + number(n.Std) }

// option leaves a zero out.
func option(name string, v float64) string {
	if v == 0 {
		return name
	}
	return name + ":" + number(v)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
