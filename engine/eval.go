package engine

import (
	"fmt"
	"math"
	"slices"

	"descent/graph"
	"descent/internal/reference"
)

// Env is what a graph takes from outside, for [Eval] and [Eval64].
type Env struct {
	Values  map[string][]float64 // inputs and variables by name, in row-major order
	Scalars map[string]float64   // of the scalar table, those that are no function of the update
	Update  int                  // t = 1, 2, ..., for those that are; 0 means 1
	Seed    uint64               // of random tensors
	Draw    uint32               // of random tensors: the number of the forward pass
}

// Eval returns the values of outputs, each in row-major order, in float32 as
// the engine computes them. Values of env are rounded first. It compiles anew at
// each call; see [Compile] for what runs more than once.
//
//	x, w := g.Input("x", graph.Shape(2, 3)), g.Variable("w", graph.Shape(3))
//	y := x.Mul(w).Tanh()
//	dw := graph.Gradient(y.Sum(), w)[0]
//	got, err := engine.Eval(env, y, dw)
//	want, err := engine.Eval64(env, y, dw)
//
// An error names a value that is missing or has another number of elements.
func Eval(env Env, outputs ...graph.Tensor) ([][]float32, error) {
	values, err := env.eval(outputs)
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return values, nil
}

// Eval64 returns the values of outputs in float64, by the plain meaning of each
// operation: the specification that the engine is tested against.
func Eval64(env Env, outputs ...graph.Tensor) ([][]float64, error) {
	values, err := env.eval64(outputs)
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return values, nil
}

func (env Env) eval64(outputs []graph.Tensor) ([][]float64, error) {
	table, err := env.scalars(outputs)
	if err != nil {
		return nil, err
	}
	return reference.Run(reference.Env{Values: env.Values, Scalars: table, Seed: env.Seed, Draw: env.Draw}, outputs...)
}

func (env Env) eval(outputs []graph.Tensor) ([][]float32, error) {
	table, err := env.scalars(outputs)
	if err != nil || len(outputs) == 0 {
		return nil, err
	}
	plan, err := Compile(outputs[0].Graph(), outputs)
	if err != nil {
		return nil, err
	}
	store := NewStore(plan.Variables()...)
	p, err := plan.Bind(New(1), store)
	if err != nil {
		return nil, err
	}
	for _, x := range graph.Sorted(outputs...) {
		if err := env.give(p, store, x.Op()); err != nil {
			return nil, err
		}
	}
	for i, v := range table {
		p.Set(i, v)
	}
	p.Random(env.Seed, env.Draw)
	p.Run()
	values := make([][]float32, len(outputs))
	for i := range outputs {
		values[i] = slices.Clone(p.Output(i))
	}
	return values, nil
}

// scalars returns the scalar table of the outputs' graph.
func (env Env) scalars(outputs []graph.Tensor) ([]float64, error) {
	for i, x := range outputs {
		switch g := x.Graph(); {
		case g == nil:
			return nil, fmt.Errorf("output %d is the zero Tensor", i)
		case g != outputs[0].Graph():
			return nil, fmt.Errorf("output %d is no tensor of the graph of output 0", i)
		case g.Err() != nil:
			return nil, g.Err()
		}
	}
	if len(outputs) == 0 {
		return nil, nil
	}
	known := outputs[0].Graph().Scalars()
	for name := range env.Scalars {
		if !slices.ContainsFunc(known, func(s graph.Scalar) bool { return s.Name == name }) {
			return nil, fmt.Errorf("the graph has no scalar %q", name)
		}
	}
	table := make([]float64, len(known))
	for i, s := range known {
		v, given := env.Scalars[s.Name]
		switch {
		case s.At != nil:
			table[i] = s.At(max(env.Update, 1))
		case given:
			table[i] = v
		default:
			table[i] = math.NaN() // which shows wherever it is read
		}
	}
	return table, nil
}

// give gives a leaf its value.
func (env Env) give(p *Program, s *Store, leaf graph.Op) error {
	var name string
	var typ graph.Type
	switch op := leaf.(type) {
	case graph.Input:
		name, typ = op.Key, op.Typ
	case graph.Variable:
		name, typ = op.Key, op.Typ
	default:
		return nil
	}
	given, ok := env.Values[name]
	switch {
	case !ok:
		return fmt.Errorf("no value for %q", name)
	case len(given) != typ.Size():
		return fmt.Errorf("%q has %d values, its shape %v takes %d", name, len(given), typ, typ.Size())
	}
	to := s.Value(name)
	if _, fed := leaf.(graph.Input); fed {
		to = make([]float32, len(given))
	}
	for i, v := range given {
		to[i] = float32(v)
	}
	return p.Feed(name, to)
}
