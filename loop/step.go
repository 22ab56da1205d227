package loop

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"descent/engine"
	"descent/optim"
)

// Feed has an input read values in the runs that follow, without a copy. An
// input that the step does not need is no error.
func (s *Step) Feed(input string, values []float32) error {
	if err := s.program.Feed(input, values); err != nil {
		return fmt.Errorf("loop: %w", err)
	}
	delete(s.unfed, input)
	return nil
}

// Run makes one update. Random numbers are a function of the seed and the number
// of the update. An error wraps [ErrDiverged], or names an input that was never
// fed; then no update is made.
func (s *Step) Run() error {
	if len(s.unfed) > 0 {
		return fmt.Errorf("loop: nothing was fed to %s", strings.Join(slices.Sorted(maps.Keys(s.unfed)), ", "))
	}
	t := s.updates + 1
	s.program.At(t)
	s.program.Random(s.seed, uint32(t-1))
	s.program.RunStage(stageGradient)
	for i, p := range s.parts {
		loss := float64(s.program.Output(s.outputs + 2*i)[0])
		squared := float64(s.program.Output(s.outputs + 2*i + 1)[0])
		if !finite(loss) || !finite(squared) {
			return fmt.Errorf("loop: %s%w at update %d: the loss is %v, the norm of the gradient %v", p.described(), ErrDiverged, t, loss, math.Sqrt(squared))
		}
		s.program.Set(p.rate, p.Rate*p.Schedule.At(t-1))
		s.program.Set(p.clip, p.Update.Clip.Factor(squared))
	}
	s.program.RunStage(stageUpdate)
	for _, p := range s.parts {
		if len(p.traced.Hosts) > 0 {
			optim.RunHosts(p.traced.Hosts, t, s.value)
		}
	}
	s.updates = t
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Output returns the values of Config.Outputs[i], in row-major order. They are
// valid until the next run of anything on the engine.
func (s *Step) Output(i int) []float32 { return s.program.Output(i) }

// Updates is the number of updates made so far.
func (s *Step) Updates() int { return s.updates }

// Store returns all variables: weights and buffers by the names that layers gave
// them, and the state of rules. They may be read and written between runs.
func (s *Step) Store() *engine.Store { return s.store }

// Evaluated returns the same variables where each weight is the one to evaluate,
// of the same memory. That is another for rules such as
// [optim.ScheduleFreeAdamW] and with [optim.Lookahead].
//
//	m, err := model.New(net, spec, nil, step.Evaluated().Under("net").Clone())
func (s *Step) Evaluated() *engine.Store {
	other := map[string]string{}
	for _, p := range s.parts {
		for _, param := range p.params {
			other[param.Name] = p.Update.Evaluated(param.Name)
		}
	}
	return s.store.View(func(name string) string { return other[name] })
}

// Program is the compiled step, to look into its instructions and to set scalars
// of the caller's own, made by [graph.Graph.Scalar] without a function; those are
// 0 until they are set, and no file holds them.
//
//	temperature := step.Program().Scalar("temperature")
//	step.Program().Set(temperature, 0.7)
func (s *Step) Program() *engine.Program { return s.program }
