package initial

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"descent/internal/suggest"
)

// usualSpread is the width of normal, uniform and truncated-normal if none is
// given, as in Keras.
const usualSpread = 0.05

// known are the initializers by name, in the order in which errors list them.
var known = struct {
	sync.RWMutex
	rows []row
}{rows: []row{
	{"xavier-uniform", number(0, func(v float64) Initializer { return XavierUniform{v} })},
	{"xavier-normal", number(0, func(v float64) Initializer { return XavierNormal{v} })},
	{"he-uniform", number(0, func(v float64) Initializer { return HeUniform{v} })},
	{"he-normal", number(0, func(v float64) Initializer { return HeNormal{v} })},
	{"lecun-uniform", alone(LeCunUniform{})},
	{"lecun-normal", alone(LeCunNormal{})},
	{"orthogonal", number(0, func(v float64) Initializer { return Orthogonal{v} })},
	{"zeros", alone(Zeros{})},
	{"ones", alone(Ones{})},
	{"constant", constant},
	{"normal", number(usualSpread, func(v float64) Initializer { return Normal{v} })},
	{"uniform", number(usualSpread, func(v float64) Initializer { return Uniform{v} })},
	{"truncated-normal", number(usualSpread, func(v float64) Initializer { return TruncatedNormal{v} })},
	{"identity", alone(Identity{})},
	{"signs", alone(Signs{})},
}}

type row struct {
	name string
	read func(arg string) (Initializer, error)
}

// Register makes an initializer of one's own known to [Parse], and so to model
// files: read returns the one that is written name or name:arg, where arg is
// "" if nothing is given. Its String has to be written so, too.
//
//	initial.Register("sparse", func(arg string) (initial.Initializer, error) {
//		n, err := strconv.Atoi(arg)
//		return Sparse{Inputs: n}, err
//	})
//
// Register panics if the name is taken or cannot be one.
func Register(name string, read func(arg string) (Initializer, error)) {
	known.Lock()
	defer known.Unlock()
	switch {
	case name == "" || strings.ContainsAny(name, ": \t\n"):
		panic(fmt.Sprintf("initial: Register: %q is no name: it must have no spaces and no colon", name))
	case read == nil:
		panic(fmt.Sprintf("initial: Register: %q has no function to read it", name))
	}
	for _, r := range known.rows {
		if r.name == name {
			panic(fmt.Sprintf("initial: Register: there is an initializer %q already", name))
		}
	}
	known.rows = append(known.rows, row{name, read})
}

// Names returns the names of all initializers.
func Names() []string {
	known.RLock()
	defer known.RUnlock()
	names := make([]string, len(known.rows))
	for i, r := range known.rows {
		names[i] = r.name
	}
	return names
}

// Parse reads an initializer as its String writes it:
//
//	xavier-uniform[:gain]   he-uniform[:slope]   lecun-uniform   orthogonal[:gain]
//	xavier-normal[:gain]    he-normal[:slope]    lecun-normal    identity
//	normal[:std]            uniform[:bound]      truncated-normal[:std]
//	constant:value          zeros                ones                 signs
//
// std and bound are 0.05 if left out. The result has passed Validate.
func Parse(spec string) (Initializer, error) {
	name, arg, given := strings.Cut(strings.TrimSpace(spec), ":")
	read, ok := reader(name)
	if !ok {
		return nil, fmt.Errorf("initial: %w", suggest.Unknown("initializer", name, Names()))
	}
	if arg = strings.TrimSpace(arg); given && arg == "" {
		return nil, fmt.Errorf("initial: initializer %q: nothing stands after the colon", spec)
	}
	init, err := read(arg)
	if err == nil && init == nil {
		err = fmt.Errorf("its function returned none")
	}
	if err == nil {
		err = init.Validate()
	}
	if err != nil {
		return nil, fmt.Errorf("initial: initializer %q: %w", spec, err)
	}
	return init, nil
}

func reader(name string) (read func(string) (Initializer, error), ok bool) {
	known.RLock()
	defer known.RUnlock()
	for _, r := range known.rows {
		if r.name == name {
			return r.read, true
		}
	}
	return nil, false
}

// alone reads an initializer without a number.
func alone(init Initializer) func(string) (Initializer, error) {
	return func(arg string) (Initializer, error) {
		if arg != "" {
			return nil, fmt.Errorf("%v takes no number", init)
		}
		return init, nil
	}
}

// number reads an initializer with one number, or otherwise if none is given.
func number(otherwise float64, with func(v float64) Initializer) func(string) (Initializer, error) {
	return func(arg string) (Initializer, error) {
		if arg == "" {
			return with(otherwise), nil
		}
		v, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number; want one such as 0.1", arg)
		}
		return with(v), nil
	}
}

func constant(arg string) (Initializer, error) {
	if arg == "" {
		return nil, fmt.Errorf("needs its value, as in %q", "constant:0.1")
	}
	return number(0, func(v float64) Initializer { return Constant{v} })(arg)
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
func (Signs) String() string             { return "signs" }
func (c Constant) String() string        { return "constant:" + text(c.Value) }
func (n Normal) String() string          { return "normal:" + text(n.Std) }
func (u Uniform) String() string         { return "uniform:" + text(u.Bound) }
func (n TruncatedNormal) String() string { return "truncated-normal:" + text(n.Std) }

// option leaves a zero out.
func option(name string, v float64) string {
	if v == 0 {
		return name
	}
	return name + ":" + text(v)
}

func text(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
