package optim

import (
	"maps"
	"reflect"
	"strings"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/plan"
	"descent/internal/reference"
)

// theta and gradient name the vectors in the graph of one update.
const (
	theta    = "theta"
	gradient = "gradient"
)

// vector is a configuration, traced for parameters of one shape.
type vector[T float32 | float64] struct {
	cfg   Config
	shape graph.Type
	slots []StateVar    // with their names as variables
	seen  map[string]*T // the first element of each slot of the last update

	run runner[T]
}

// runner does update t of values, the variables by name, in place. It returns
// Σg² if that is needed.
type runner[T float32 | float64] func(t int, rate float64, values, inputs map[string][]T) (normSquared float64, err error)

func traceVector[T float32 | float64](cfg Config, typ graph.Type) (*vector[T], error) {
	g := graph.New()
	p := &Param{Name: theta, Value: g.Variable(theta, typ), Grad: g.Input(gradient, typ), Decays: true, Hidden: typ.Rank() > 1}
	step, err := Trace(g, cfg, []*Param{p})
	if err != nil {
		return nil, err
	}
	v := &vector[T]{cfg: cfg, shape: typ, slots: step.State, seen: map[string]*T{}}
	switch run := any(&v.run).(type) {
	case *runner[float64]:
		*run = inFloat64(g, cfg.Clip, step)
	case *runner[float32]:
		*run, err = inFloat32(g, cfg.Clip, step, typ)
	}
	return v, err
}

// slotName is the name in State.Slots of a variable: without "theta/".
func slotName(variable string) string { return strings.TrimPrefix(variable, theta+"/") }

// serves reports whether v is cfg for parameters of this shape. What a rule
// that is a pointer points to may have changed.
func (v *vector[T]) serves(cfg Config, shape graph.Type) bool {
	return v != nil && v.shape == shape && reflect.TypeOf(cfg.Rule).Kind() != reflect.Pointer && reflect.DeepEqual(v.cfg, cfg)
}

func (v *vector[T]) keeps(name string) bool {
	for _, s := range v.slots {
		if slotName(s.Name) == name {
			return true
		}
	}
	return false
}

func (v *vector[T]) update(t int, rate float64, values, grad []T, slots map[string][]T) error {
	all := map[string][]T{theta: values}
	for _, s := range v.slots {
		x := slots[slotName(s.Name)]
		all[s.Name], v.seen[slotName(s.Name)] = x, &x[0]
	}
	_, err := v.run(t, rate, all, map[string][]T{gradient: grad})
	return err
}

// inFloat64 runs the step by the reference.
func inFloat64(g *graph.Graph, clip Clip, step *Step) runner[float64] {
	var outputs []graph.Tensor
	for _, u := range step.Updates {
		outputs = append(outputs, u.Value)
	}
	return func(t int, rate float64, values, inputs map[string][]float64) (normSquared float64, err error) {
		env := reference.Env{Values: maps.Clone(values), Draw: uint32(t)}
		maps.Copy(env.Values, inputs)
		factor := 1.0
		if clip.Norm != 0 {
			env.Scalars = scalarsAt(g, t, rate, factor)
			norm, err := reference.Run(env, step.NormSquared)
			if err != nil {
				return 0, err
			}
			normSquared = norm[0][0]
			factor = clip.Factor(normSquared)
		}
		env.Scalars = scalarsAt(g, t, rate, factor)
		next, err := reference.Run(env, outputs...)
		if err != nil {
			return 0, err
		}
		for i, u := range step.Updates {
			copy(values[u.Variable.Op().(graph.Variable).Key], next[i])
		}
		RunHosts(step.Hosts, t, func(name string) []float64 { return values[name] })
		return normSquared, nil
	}
}

// scalarsAt returns the scalar table of update t.
func scalarsAt(g *graph.Graph, t int, rate, factor float64) []float64 {
	table := make([]float64, len(g.Scalars()))
	for i, s := range g.Scalars() {
		switch {
		case s.At != nil:
			table[i] = s.At(t)
		case s.Name == RateScalar:
			table[i] = rate
		case s.Name == ClipScalar:
			table[i] = factor
		}
	}
	return table
}

// inFloat32 runs the step by the engine, on the caller's goroutine.
func inFloat32(g *graph.Graph, clip Clip, step *Step, typ graph.Type) (runner[float32], error) {
	stages := [][]graph.Tensor{{}, {}}
	if clip.Norm != 0 {
		stages[0] = []graph.Tensor{step.NormSquared}
	}
	p, err := plan.Compile(g, stages, step.Updates)
	if err != nil {
		return nil, err
	}
	declared := []exec.Declaration{{Name: theta, Type: typ}}
	for _, s := range step.State {
		declared = append(declared, exec.Declaration{Name: s.Name, Type: s.Type})
	}
	store := exec.NewStore(declared)
	program, err := exec.Bind(p, store, &exec.Arena{}, exec.NewPool(1))
	if err != nil {
		return nil, err
	}
	set := func(name string, v float64) {
		if i := program.Slot(name); i >= 0 {
			program.Scalars()[i] = float32(v)
		}
	}
	return func(t int, rate float64, values, inputs map[string][]float32) (normSquared float64, err error) {
		for name, x := range values {
			copy(store.Value(name), x)
		}
		for name, x := range inputs {
			if err := program.Feed(name, x); err != nil {
				return 0, err
			}
		}
		program.SetScalars(t)
		program.Random(0, uint32(t))
		set(RateScalar, rate)
		program.Run(0)
		if clip.Norm != 0 {
			normSquared = float64(program.Output(0, 0)[0])
			set(ClipScalar, clip.Factor(normSquared))
		}
		program.Run(1)
		for name, x := range values {
			copy(x, store.Value(name))
		}
		RunHosts(step.Hosts, t, func(name string) []float32 { return values[name] })
		return normSquared, nil
	}, nil
}
