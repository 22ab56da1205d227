package optim

import (
	"maps"
	"reflect"
	"strings"
	"unsafe"

	"descent/engine"
	"descent/graph"
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
	plain bool // of cfg
	shape graph.Type
	slots []StateVar    // with their names as variables
	seen  map[string]*T // the first element of each slot of the last update

	run            runner[T]
	values, inputs map[string][]T // of run
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
	v := &vector[T]{cfg: cfg, plain: cfg.plain(), shape: typ, slots: step.State, seen: map[string]*T{}, values: map[string][]T{}, inputs: map[string][]T{}}
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
	return v != nil && v.shape == shape && reflect.TypeOf(cfg.Rule).Kind() != reflect.Pointer && v.cfg.equal(cfg, v.plain)
}

// plain reports whether all of a configuration but what is nil can be compared.
func (a Config) plain() bool {
	return a.Groups == nil && a.Schedules == nil && reflect.ValueOf(a.Rule).Comparable()
}

// equal reports whether a, which may be plain, and b are. To walk through all of
// both costs as much as an update of a thousand elements.
func (a Config) equal(b Config, plain bool) bool {
	if !plain || b.Groups != nil || b.Schedules != nil {
		return reflect.DeepEqual(a, b)
	}
	return a.Rule == b.Rule && a.Clip == b.Clip && a.Noise == b.Noise && a.WeightDecay == b.WeightDecay && a.DecayKind == b.DecayKind &&
		a.ProxL1 == b.ProxL1 && a.MaxNorm == b.MaxNorm && a.Lookahead == b.Lookahead && a.PeakRate == b.PeakRate && a.Name == b.Name
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
	v.values[theta], v.inputs[gradient] = values, grad
	for _, s := range v.slots {
		x := slots[slotName(s.Name)]
		v.values[s.Name], v.seen[slotName(s.Name)] = x, &x[0]
	}
	_, err := v.run(t, rate, v.values, v.inputs)
	return err
}

// inFloat64 runs the step by the reference.
func inFloat64(g *graph.Graph, clip Clip, step *Traced) runner[float64] {
	var outputs []graph.Tensor
	for _, u := range step.Updates {
		outputs = append(outputs, u.Value)
	}
	return func(t int, rate float64, values, inputs map[string][]float64) (normSquared float64, err error) {
		env := reference.Env{Values: maps.Clone(values), Draw: uint32(t)}
		maps.Copy(env.Values, inputs)
		factor := 1.0
		if clip.Norm != 0 {
			env.Scalars = step.scalarsAt(g, t, rate, factor)
			norm, err := reference.Run(env, step.NormSquared)
			if err != nil {
				return 0, err
			}
			normSquared = norm[0][0]
			factor = clip.Factor(normSquared)
		}
		env.Scalars = step.scalarsAt(g, t, rate, factor)
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
func (step *Traced) scalarsAt(g *graph.Graph, t int, rate, factor float64) []float64 {
	table := make([]float64, len(g.Scalars()))
	for i, s := range g.Scalars() {
		switch {
		case s.At != nil:
			table[i] = s.At(t)
		case s.Name == step.Rate:
			table[i] = rate
		case s.Name == step.Clip:
			table[i] = factor
		}
	}
	return table
}

// inFloat32 runs the step by the engine, on the caller's goroutine and in the
// caller's memory.
func inFloat32(g *graph.Graph, clip Clip, step *Traced, typ graph.Type) (runner[float32], error) {
	stages := [][]graph.Tensor{{}, {}}
	if clip.Norm != 0 {
		stages[0] = []graph.Tensor{step.NormSquared}
	}
	plan, err := engine.CompileStages(g, stages, step.Updates...)
	if err != nil {
		return nil, err
	}
	b := &binding{plan: plan, engine: engine.New(1), variables: []engine.Variable{{Name: theta, Type: typ}}}
	for _, s := range step.State {
		b.variables = append(b.variables, engine.Variable{Name: s.Name, Type: s.Type})
	}
	return func(t int, rate float64, values, inputs map[string][]float32) (normSquared float64, err error) {
		program, err := b.to(values)
		if err != nil {
			return 0, err
		}
		for name, x := range inputs {
			if err := program.Feed(name, b.apart(x)); err != nil {
				return 0, err
			}
		}
		program.At(t)
		program.Random(0, uint32(t))
		program.Set(program.Scalar(step.Rate), rate)
		program.RunStage(0)
		if clip.Norm != 0 {
			normSquared = float64(program.StageOutput(0, 0)[0])
			program.Set(program.Scalar(step.Clip), clip.Factor(normSquared))
		}
		program.RunStage(1)
		if len(step.Hosts) > 0 {
			RunHosts(step.Hosts, t, func(name string) []float32 { return values[name] })
		}
		return normSquared, nil
	}, nil
}

// binding is a plan whose variables are slices of the caller.
type binding struct {
	plan      *engine.Plan
	engine    *engine.Engine
	variables []engine.Variable
	memory    [][]float32 // of the variables; that of program
	program   *engine.Program
	copied    []float32 // a gradient that shares memory with a variable
}

// to returns the program that updates values in place. It is bound anew when
// one of them is another slice than before.
func (b *binding) to(values map[string][]float32) (*engine.Program, error) {
	same := b.program != nil
	for i := 0; same && i < len(b.variables); i++ {
		x := values[b.variables[i].Name]
		same = len(x) == len(b.memory[i]) && &x[0] == &b.memory[i][0]
	}
	if same {
		return b.program, nil
	}
	store, err := engine.StoreOf(values, b.variables...)
	if err != nil {
		return nil, err
	}
	program, err := b.plan.Bind(b.engine, store)
	if err != nil {
		return nil, err
	}
	b.program, b.memory = program, nil
	for _, v := range b.variables {
		b.memory = append(b.memory, values[v.Name])
	}
	return program, nil
}

// apart is x, or a copy where an update would write over it while it is read.
func (b *binding) apart(x []float32) []float32 {
	for _, m := range b.memory {
		if overlap(x, m) {
			b.copied = append(b.copied[:0], x...)
			return b.copied
		}
	}
	return x
}

// overlap reports whether two slices share memory.
func overlap[T float32 | float64](a, b []T) bool {
	at := func(x []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(x))) }
	size := unsafe.Sizeof(*new(T))
	return at(a) < at(b)+uintptr(len(b))*size && at(b) < at(a)+uintptr(len(a))*size
}
