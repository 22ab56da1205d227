package engine

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/plan"
)

// Plan is a compiled graph. It is read only: programs on several goroutines may
// be bound to one, and share its machine code.
type Plan struct {
	plan      *plan.Plan
	variables []Variable
	inputs    []Variable
}

// Compile compiles outputs, which are read after a run, and updates, which are
// made at its end: their values are those of before the run's updates. The error
// is that of the graph, or names an output or an update that is not its own.
func Compile(g *graph.Graph, outputs []graph.Tensor, updates ...graph.Update) (*Plan, error) {
	return CompileStages(g, [][]graph.Tensor{outputs}, updates...)
}

// CompileStages is [Compile] of a graph that runs in stages, between which the
// caller may read outputs and set scalars. What a stage needs and none before
// has computed is computed in it; updates are made at the end of the last.
func CompileStages(g *graph.Graph, stages [][]graph.Tensor, updates ...graph.Update) (*Plan, error) {
	compiled, err := plan.Compile(g, stages, updates)
	if err != nil {
		return nil, err
	}
	p := &Plan{plan: compiled}
	var all []graph.Tensor
	for _, stage := range stages {
		all = append(all, stage...)
	}
	for _, u := range updates {
		all = append(all, u.Variable, u.Value)
	}
	for _, x := range graph.Sorted(all...) {
		switch leaf := x.Op().(type) {
		case graph.Variable:
			p.variables = append(p.variables, Variable{leaf.Key, leaf.Typ})
		case graph.Input:
			p.inputs = append(p.inputs, Variable{leaf.Key, leaf.Typ})
		}
	}
	return p, nil
}

// Variables lists the variables that the plan reads or updates.
func (p *Plan) Variables() []Variable { return p.variables }

// Inputs lists the inputs that are to be fed before the first run.
func (p *Plan) Inputs() []Variable { return p.inputs }

// Widened lists the variables that the plan widens in each run; see [graph.Graph.Store].
func (p *Plan) Widened() []string { return p.plan.Widened() }

// Bind returns the program that runs the plan on e, with the variables of s.
// Every variable of the plan must be in s, in its shape; the error names one that
// is not.
func (p *Plan) Bind(e *Engine, s *Store) (*Program, error) {
	if e == nil || s == nil {
		return nil, errors.New("a plan is bound to an engine and a store, and one of them is nil")
	}
	for _, v := range p.variables {
		if t := s.Type(v.Name); s.Value(v.Name) != nil && t != v.Type {
			return nil, fmt.Errorf("variable %q has shape %v in the store, the plan takes %v", v.Name, t, v.Type)
		}
	}
	bound, err := exec.Bind(p.plan, s.exec, &e.arena, e.pool)
	if err != nil {
		return nil, err
	}
	return &Program{exec: bound}, nil
}
