// Package objective says what a network is trained for: which of its outputs is
// compared with which field of the samples, by which loss, and what that makes
// of the output: a class, numbers, or labels.
//
// Most networks have one goal, which the task of the data says; then nothing
// here is needed. With several the loss is their weighted sum:
//
//	objective.Objective{
//		{Task: data.Classification},                                        // the result, against y
//		{Task: data.Regression, Output: "age", Target: "age", Weight: 0.1}, // a head of its own
//	}
//
// A target may have a value for each position of a sequence or an image, and a
// mask that says which count; where its class is -1, which is none, it does not. An autoencoder is regression whose target is x.
package objective

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"descent/data"
	"descent/loss"
)

// Objective is what a network is trained for: that the weighted sum of the
// losses of its goals be small.
type Objective []Goal

// Goal compares one output with one target. Zero fields have usual meanings.
type Goal struct {
	Name   string    // in reports, and before the names of its scores; empty: the target's
	Task   data.Task // what the output means
	Loss   loss.Loss // nil: cross-entropy for classes, mean squared error for numbers, binary cross-entropy for labels
	Output string    // what a layer handed out by [nn.Context.Head]; empty: the result of the network
	Target string    // field of the samples; empty: [data.Y]
	Mask   string    // field that is 1 where a row, or a position of it, counts and 0 where not; empty: all do
	Weight float64   // of its loss in the sum; 0 means 1

	Rows string // field that says how much a row counts, by which its loss is multiplied; empty: all alike
}

// For returns the objective that the task of the samples says, with the given
// loss; nil is the usual one. Where they have no task, it is to predict the classes of
// the first target field that holds some, as of a text are those of what follows.
// Rows count as [data.WeightField] says, if there is one.
func For(s data.Spec, l loss.Loss) Objective {
	if s.Task == 0 {
		for _, f := range s.More {
			if f.Role == data.TargetRole && f.Kind == data.Class {
				return Objective{Goal{Task: data.Classification, Loss: l, Target: f.Name, Rows: weights(s)}}
			}
		}
	}
	return Objective{Goal{Task: s.Task, Loss: l, Rows: weights(s)}}
}

// weights is the field that says how much rows of samples count; empty if none does.
func weights(s data.Spec) string {
	for _, f := range s.More {
		if f.Name == data.WeightField && f.Role == data.TargetRole {
			return f.Name
		}
	}
	return ""
}

// Filled returns the objective with what was left out filled in, or what is
// wrong with it for samples of kind s.
func (o Objective) Filled(s data.Spec) (Objective, error) {
	if len(o) == 0 {
		return nil, errors.New("objective: there is no goal")
	}
	if s.Task == 0 && s.More == nil && !o[0].Task.Valid() {
		return nil, fmt.Errorf("objective: the samples of %q have no target to train for; those of a text have one when data.Split has cut it", s.Name)
	}
	filled := make(Objective, len(o))
	seen := map[string]bool{}
	for i, g := range o {
		g = g.filled()
		if err := g.check(s); err != nil {
			return nil, fmt.Errorf("objective: goal %q: %w", g.Name, err)
		}
		if seen[g.Name] {
			return nil, fmt.Errorf("objective: two goals are called %q; give them a Name", g.Name)
		}
		seen[g.Name] = true
		filled[i] = g
	}
	return filled, nil
}

func (g Goal) filled() Goal {
	if g.Target == "" {
		g.Target = data.Y
	}
	if g.Name == "" {
		g.Name = g.Target
	}
	if g.Loss == nil && g.Task.Valid() {
		g.Loss = tasks[g.Task].usual
	}
	if g.Weight == 0 {
		g.Weight = 1
	}
	return g
}

// check returns what is wrong with a goal for samples of kind s.
func (g Goal) check(s data.Spec) error {
	if !g.Task.Valid() {
		return errors.New("its Task is none of data.Classification, data.Regression and data.MultiLabel")
	}
	if !(g.Weight > 0) || math.IsInf(g.Weight, 0) {
		return fmt.Errorf("its weight is %v; it must be a finite number above 0, or 0 for 1", g.Weight)
	}
	if err := g.Loss.Validate(); err != nil {
		return err
	}
	f, err := s.Field(g.Target)
	if err != nil {
		return err
	}
	if err := tasks[g.Task].fits(f); err != nil {
		return err
	}
	if g.Rows != "" {
		rows, err := s.Field(g.Rows)
		if err != nil {
			return err
		}
		if rows.Kind != data.Numbers || rows.Size() != 1 {
			return fmt.Errorf("%q is %v of shape %v; how much a row counts is one number", g.Rows, rows.Kind, rows.Shape)
		}
	}
	if g.Mask == "" {
		return nil
	}
	mask, err := s.Field(g.Mask)
	if err != nil {
		return err
	}
	if mask.Kind != data.Numbers {
		return fmt.Errorf("mask %q is of kind %v; it must be %v, 1 where a position counts and 0 where not", g.Mask, mask.Kind, data.Numbers)
	}
	if at := positions(g.Task, f); len(mask.Shape) > len(at) || fmt.Sprint(mask.Shape) != fmt.Sprint(at[:len(mask.Shape)]) {
		return fmt.Errorf("mask %q has shape %v; the positions of %q are %v", g.Mask, mask.Shape, g.Target, at)
	}
	return nil
}

// First returns the first goal, filled in.
func (o Objective) First() Goal { return o[0].filled() }

// Names lists what the goals are called, each by its target if it has no name.
func (o Objective) Names() []string {
	names := make([]string, len(o))
	for i, g := range o {
		names[i] = g.filled().Name
	}
	return names
}

// Fields lists the fields beside the inputs that the objective compares with,
// each once.
func (o Objective) Fields() []string {
	var names []string
	seen := map[string]bool{}
	for _, g := range o {
		for _, name := range []string{g.Target, g.Mask, g.Rows} {
			if name != "" && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// Usual reports whether o, filled in, is what [For] makes of samples of kind s
// with the loss of its one goal.
func (o Objective) Usual(s data.Spec) bool {
	if len(o) != 1 {
		return false
	}
	g := o[0]
	g.Loss = nil
	return g == Goal{Name: data.Y, Task: s.Task, Target: data.Y, Weight: 1, Rows: weights(s)}
}

// saved is a goal in JSON.
type saved struct {
	Name   string          `json:"name,omitempty"`
	Task   data.Task       `json:"task"`
	Loss   json.RawMessage `json:"loss,omitempty"`
	Output string          `json:"output,omitempty"`
	Target string          `json:"target,omitempty"`
	Mask   string          `json:"mask,omitempty"`
	Weight float64         `json:"weight,omitempty"`
	Rows   string          `json:"rows,omitempty"`
}

// MarshalJSON writes the goal, its loss as [loss.Marshal] does.
func (g Goal) MarshalJSON() ([]byte, error) {
	s := saved{g.Name, g.Task, nil, g.Output, g.Target, g.Mask, g.Weight, g.Rows}
	if g.Loss != nil {
		var err error
		if s.Loss, err = loss.Marshal(g.Loss); err != nil {
			return nil, err
		}
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (g *Goal) UnmarshalJSON(text []byte) error {
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	*g = Goal{s.Name, s.Task, nil, s.Output, s.Target, s.Mask, s.Weight, s.Rows}
	if s.Loss != nil {
		l, err := loss.Unmarshal(s.Loss)
		if err != nil {
			return err
		}
		g.Loss = l
	}
	return nil
}
