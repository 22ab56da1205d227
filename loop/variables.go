package loop

import (
	"fmt"

	"descent/engine"
	"descent/graph"
	"descent/nn"
	"descent/optim"
)

// variables returns all variables, those that are not shared with their first
// values.
func (s *Step) variables(params []nn.Param, plan *engine.Plan, shared *engine.Store) (*engine.Store, error) {
	var all []engine.Variable
	known := map[string]bool{}
	add := func(name string, t graph.Type) {
		known[name] = true
		all = append(all, engine.Variable{Name: name, Type: t})
	}
	for _, p := range params {
		add(p.Name, p.Tensor.Type())
	}
	for _, p := range s.parts {
		for _, v := range p.traced.State {
			add(v.Name, v.Type)
		}
	}
	for _, v := range plan.Variables() {
		if known[v.Name] {
			continue
		}
		if shared == nil || shared.Value(v.Name) == nil {
			return nil, fmt.Errorf("variable %q has no first value; declare it by a method of nn.Context, such as Buffer", v.Name)
		}
		add(v.Name, v.Type)
	}
	store, taken, err := joined(all, shared)
	if err != nil {
		return nil, err
	}
	var fresh []nn.Param
	for _, p := range params {
		if !taken[p.Name] {
			fresh = append(fresh, p)
		}
	}
	if err := nn.Init(fresh, s.seed, store.Value); err != nil {
		return nil, err
	}
	for _, p := range s.parts {
		for _, v := range p.traced.State {
			if !taken[v.Name] {
				optim.Fill(v, store.Value(v.Name), store.Value)
			}
		}
	}
	return store, nil
}

// joined returns a store of variables that has the memory of the shared ones, and
// says which these are.
func joined(all []engine.Variable, shared *engine.Store) (*engine.Store, map[string]bool, error) {
	store := engine.NewStore(all...)
	if shared == nil {
		return store, nil, nil
	}
	values, taken := map[string][]float32{}, map[string]bool{}
	for _, v := range all {
		values[v.Name] = store.Value(v.Name)
		there := shared.Value(v.Name)
		if there == nil {
			continue
		}
		if t := shared.Type(v.Name); t != v.Type {
			return nil, nil, fmt.Errorf("variable %q has shape %v, the shared one %v", v.Name, v.Type, t)
		}
		values[v.Name], taken[v.Name] = there, true
	}
	store, err := engine.StoreOf(values, all...)
	return store, taken, err
}
