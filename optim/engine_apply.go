package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
)

// State is what a rule keeps between calls of [Apply], for one slice of
// parameters. The zero State is the start, of a vector. Its exported fields are
// all there is to save: a State with the same ones continues with the same
// bits.
//
// A State serves one goroutine at a time.
type State[T float32 | float64] struct {
	Step  int            // updates done
	Shape []int          // of the parameters, such as [rows columns], for the rules that move matrices; nil: a vector
	Slots map[string][]T // the rule's state, such as "m" and "v" of Adam

	vector *vector[T] // the configuration of the last update, traced
}

// Apply does one update of theta, in place, by rule:
//
//	θ ← θ - rate·u
//
// It counts the update in s.Step and keeps the rule's state in s.Slots, where
// slots appear on first use. All of theta decays, where the rule has weight
// decay. In float64 it computes by the plain meaning of each operation, in
// float32 by the engine, with the bits of a training step, in place: as long as
// theta and the slots stay where they are in memory, nothing is copied. They
// must not overlap; grad may be theta itself.
//
// An error leaves theta and s as they were. It names what does not fit: a
// hyperparameter, the rate, the lengths of theta and grad, or a slot that is
// missing, of another length, not a number, or another rule's.
func Apply[T float32 | float64](rule Rule, s *State[T], rate float64, theta, grad []T) error {
	return ApplyConfig(Config{Rule: rule}, s, rate, theta, grad)
}

// ApplyConfig is [Apply] with clipping, weight decay and the proximal step.
// The norm that Clip limits is that of grad alone.
func ApplyConfig[T float32 | float64](cfg Config, s *State[T], rate float64, theta, grad []T) error {
	if err := apply(cfg, s, rate, theta, grad); err != nil {
		return fmt.Errorf("optim.Apply: %w", err)
	}
	s.Step++
	return nil
}

func apply[T float32 | float64](cfg Config, s *State[T], rate float64, theta, grad []T) error {
	if err := checkCall(s, rate, theta, grad); err != nil {
		return err
	}
	if cfg.Rule == nil {
		return cfg.Validate()
	}
	v, shape := s.vector, graph.Shape(len(theta))
	if s.Shape != nil {
		shape = graph.Shape(s.Shape...)
	}
	if !v.serves(cfg, shape) {
		var err error
		if v, err = traceVector[T](cfg, shape); err != nil {
			return err
		}
	}
	if err := s.checkSlots(v, cfg.Rule.Name(), theta); err != nil {
		return err
	}
	s.vector = v
	s.addSlots(v, theta)
	return v.update(s.Step+1, rate, theta, grad, s.Slots)
}

func checkCall[T float32 | float64](s *State[T], rate float64, theta, grad []T) error {
	switch {
	case s == nil:
		return fmt.Errorf("the state is nil; new(optim.State[%T]) is the start", *new(T))
	case s.Step < 0 || s.Step == math.MaxInt:
		return fmt.Errorf("the state has Step = %d; it counts updates done, from 0", s.Step)
	case !(rate >= 0) || math.IsInf(rate, 1):
		return fmt.Errorf("the learning rate is %v; it must be a finite number, at least 0", rate)
	case len(theta) == 0:
		return errors.New("there are no parameters: theta is empty")
	case len(theta) != len(grad):
		return fmt.Errorf("theta has %d elements and grad has %d; they must be as many", len(theta), len(grad))
	case s.Shape != nil && (graph.Shape(s.Shape...).Valid() != nil || graph.Shape(s.Shape...).Size() != len(theta)):
		return fmt.Errorf("the state has Shape = %v, theta has %d elements; they must be as many", s.Shape, len(theta))
	}
	return nil
}

// checkSlots checks what the caller may have restored. Slots that v has
// updated itself may hold NaN: the gradient had it, and theta shows it.
func (s *State[T]) checkSlots(v *vector[T], rule string, theta []T) error {
	for _, kept := range v.slots {
		name := slotName(kept.Name)
		x, ok := s.Slots[name]
		switch {
		case !ok && s.Step > 0:
			return fmt.Errorf("the state of step %d has no slot %q, which %s keeps; restore it, or start from Step = 0", s.Step, name, rule)
		case ok && len(x) != kept.Type.Size():
			return fmt.Errorf("slot %q has %d elements, %s keeps %d there", name, len(x), rule, kept.Type.Size())
		case ok && v.seen[name] != &x[0]:
			if other := s.sharing(name, x, theta); other != "" {
				return fmt.Errorf("slot %q shares memory with %s; each needs its own", name, other)
			}
			for i := range x {
				if x[i] != x[i] {
					return fmt.Errorf("slot %q has NaN at element %d; restore a state from before the run diverged", name, i)
				}
			}
		}
	}
	for name := range s.Slots {
		if !v.keeps(name) {
			return fmt.Errorf("the state has a slot %q, which %s does not keep; a state belongs to one rule", name, rule)
		}
	}
	return nil
}

// sharing returns what has memory in common with slot x, "" for nothing.
func (s *State[T]) sharing(name string, x, theta []T) string {
	if overlap(x, theta) {
		return "theta"
	}
	for other, y := range s.Slots {
		if other != name && overlap(x, y) {
			return fmt.Sprintf("slot %q", other)
		}
	}
	return ""
}

// addSlots makes the slots that the first update needs.
func (s *State[T]) addSlots(v *vector[T], theta []T) {
	if s.Slots == nil {
		s.Slots = map[string][]T{}
	}
	for _, kept := range v.slots {
		name := slotName(kept.Name)
		if _, ok := s.Slots[name]; !ok {
			s.Slots[name] = make([]T, kept.Type.Size())
			Fill(kept, s.Slots[name], func(string) []T { return theta })
		}
	}
}
