package optim

import (
	"fmt"

	"descent/graph"
)

// slot is one piece of a parameter's state.
type slot struct {
	name  string
	start start
	value graph.Tensor // before the update
	next  graph.Tensor // after it; none: never set
}

// start is what a slot holds before the first update.
type start struct {
	init   float64
	copies bool // the parameter instead of init
}

func (s start) String() string {
	if s.copies {
		return "the parameter"
	}
	return fmt.Sprint(s.init)
}

// State returns a piece of state of the parameter's shape, as it was before
// this update: the variable "<parameter>/<slot>", which starts at init.
func (p *Param) State(name string, init float64) graph.Tensor {
	return p.declare(name, p.Value.Type(), start{init: init})
}

// StateOf is State of another shape.
func (p *Param) StateOf(name string, t graph.Type, init float64) graph.Tensor {
	return p.declare(name, t, start{init: init})
}

// Copy is State that starts at the parameter's own first value.
func (p *Param) Copy(name string) graph.Tensor {
	return p.declare(name, p.Value.Type(), start{copies: true})
}

// Shared returns a number, of shape [], that belongs to no parameter alone:
// the variable "<rule>/<slot>", the same for every parameter, which starts at
// init.
func (p *Param) Shared(name string, init float64) graph.Tensor {
	return p.all().declare(name, graph.Shape(), start{init: init})
}

// Set makes v the value of a slot from the next update on. The slot must have
// been declared, and can be set once.
func (p *Param) Set(name string, v graph.Tensor) {
	s := p.slot(name)
	switch {
	case s == nil:
		p.fail("Set", fmt.Errorf("there is no slot %q; declare it with State first", name))
	case s.next.Valid() && s.next != v:
		p.fail("Set", fmt.Errorf("slot %q is set twice", name))
	case !v.Valid() || v.Type() != s.value.Type():
		p.fail("Set", fmt.Errorf("slot %q takes a tensor of shape %v, not %v", name, s.value.Type(), v))
	default:
		s.next = v
	}
}

// SetShared is Set of a slot that Shared has declared. Parameters may set it
// one after the other, to the same value.
func (p *Param) SetShared(name string, v graph.Tensor) { p.all().Set(name, v) }

func (p *Param) declare(name string, t graph.Type, from start) graph.Tensor {
	if s := p.slot(name); s != nil {
		if s.start != from {
			p.fail("State", fmt.Errorf("slot %q starts at %v and at %v; it can have one start only", name, s.start, from))
		}
		if s.value.Type() != t {
			p.fail("State", fmt.Errorf("slot %q is of shape %v and of shape %v; it can have one only", name, s.value.Type(), t))
		}
		return s.value
	}
	v := p.Value.Graph().Variable(p.Name+"/"+name, t)
	p.slots = append(p.slots, slot{name: name, start: from, value: v})
	return v
}

func (p *Param) slot(name string) *slot {
	for i := range p.slots {
		if p.slots[i].name == name {
			return &p.slots[i]
		}
	}
	return nil
}

// all is what keeps the slots of all parameters together.
func (p *Param) all() *Param {
	if p.shared == nil {
		p.shared = &Param{Name: p.rule, Value: p.Value, rule: p.rule}
	}
	return p.shared
}

// StateVar is one variable of a rule's state.
type StateVar struct {
	Name string // "<parameter>/<slot>", or "<rule>/<slot>" of a number for all of them
	Type graph.Type
	Init float64 // the value of each element before the first update
	Copy string  // not empty: the variable whose value it starts with, instead of Init
}

// Fill gives x the state's first value, where param returns the memory of the
// parameters.
func Fill[T float32 | float64](v StateVar, x []T, param func(name string) []T) {
	if v.Copy != "" {
		copy(x, param(v.Copy))
		return
	}
	for i := range x {
		x[i] = T(v.Init)
	}
}

// states lists the state of params, each slot's in one run.
func states(params []*Param) (list []StateVar) {
	var names []string
	seen := map[string]bool{}
	for _, p := range params {
		for _, s := range p.slots {
			if !seen[s.name] {
				seen[s.name] = true
				names = append(names, s.name)
			}
		}
	}
	for _, name := range names {
		for _, p := range params {
			s := p.slot(name)
			if s == nil {
				continue
			}
			v := StateVar{Name: p.Name + "/" + name, Type: s.value.Type(), Init: s.start.init}
			if s.start.copies {
				v.Copy = p.Name
			}
			list = append(list, v)
		}
	}
	return list
}
