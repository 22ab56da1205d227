// Package reference computes any graph in float64, operation by operation,
// each by its own plain meaning. It is the specification that the engine,
// every rewrite and every update rule is tested against, and it serves those
// who want float64.
package reference

import (
	"fmt"

	"descent/graph"
)

// Env holds what a graph takes from outside.
type Env struct {
	Values  map[string][]float64 // inputs and variables by name
	Scalars []float64            // the scalar table
	Seed    uint64               // of random streams
	Draw    uint32               // the number of the forward pass
}

// Run returns the values of outputs, each in row-major order.
func Run(env Env, outputs ...graph.Tensor) ([][]float64, error) {
	for i, x := range outputs {
		if x.Valid() {
			continue
		}
		if g := x.Graph(); g != nil {
			return nil, fmt.Errorf("output %d is not a valid tensor: %w", i, g.Err())
		}
		return nil, fmt.Errorf("output %d is the zero Tensor", i)
	}
	done := map[int][]float64{}
	for _, x := range graph.Sorted(outputs...) {
		e := graph.Eval{Type: x.Type(), Seed: env.Seed, Draw: env.Draw}
		for _, in := range x.Inputs() {
			e.In = append(e.In, done[in.ID()])
			e.InTypes = append(e.InTypes, in.Type())
		}
		var err error
		e.Leaf = func(op graph.Op) []float64 {
			var v []float64
			v, err = env.leaf(op)
			return v
		}
		e.Out = make([]float64, x.Type().Size())
		x.Op().Eval64(&e)
		if err != nil {
			return nil, err
		}
		done[x.ID()] = e.Out
	}
	values := make([][]float64, len(outputs))
	for i, x := range outputs {
		values[i] = done[x.ID()]
	}
	return values, nil
}

func (env Env) leaf(op graph.Op) ([]float64, error) {
	var name string
	var typ graph.Type
	switch op := op.(type) {
	case graph.ScalarEntry:
		if op.Slot >= len(env.Scalars) {
			return nil, fmt.Errorf("no value for scalar %d", op.Slot)
		}
		return env.Scalars[op.Slot : op.Slot+1], nil
	case graph.Input:
		name, typ = op.Key, op.Typ
	case graph.Variable:
		name, typ = op.Key, op.Typ
	}
	v, ok := env.Values[name]
	if !ok {
		return nil, fmt.Errorf("no value for %q", name)
	}
	if len(v) != typ.Size() {
		return nil, fmt.Errorf("%q has %d values, its shape %v takes %d", name, len(v), typ, typ.Size())
	}
	return v, nil
}
