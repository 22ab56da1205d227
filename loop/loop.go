// Package loop is for training loops of one's own: where there are several
// networks and update rules, losses of any form, or samples that the program
// makes as it goes. A [Step] is all of that compiled into one update, with its
// weights, the state of its rules and its random numbers, to be run, saved and
// resumed to the bit.
//
//	g := graph.New()
//	c := nn.NewContext(g, true)
//	x, y := g.Input("x", graph.Shape(32, 4)), g.Input("y", graph.Shape(32, 1))
//	mean := c.Call("net", nn.Dense{Units: 1}, x).Sub(y).Square().Mean()
//
//	e := engine.New(0) // all cores
//	defer e.Close()
//	step, err := loop.New(e, c, loop.Config{Seed: 1, Outputs: []graph.Tensor{mean}},
//		loop.Part{Loss: mean, Update: optim.Config{Rule: optim.NewAdam()}})
//	for step.Updates() < 100 {
//		err = step.Feed("x", ...)
//		err = step.Feed("y", ...)
//		err = step.Run()
//		fmt.Println(step.Output(0)[0])
//	}
//	err = step.Save("run.safetensors", nil)
//
// Where one network is trained on a set of samples, [descent/train] does more.
package loop

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"descent/engine"
	"descent/graph"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
)

// Config is what a step is made of beside its parts.
type Config struct {
	Seed    uint64         // of first weights and random numbers
	Outputs []graph.Tensor // to be read after a run; their values are those of before its updates
	Updates []graph.Update // of variables that no part trains, such as an average of weights

	// Shared has variables that are there already, which the step takes by their
	// names, with their memory, instead of new ones: those of another step, so that
	// two take turns at different paces, or of a model to go on from. nil: none.
	Shared *engine.Store
}

// Part is a loss and what it trains.
type Part struct {
	Of       string            // path of the parameters, as "critic": those whose names begin with it and a dot; empty: all
	Loss     graph.Tensor      // a number, of shape [], that is to be small
	Update   optim.Config      // the rule and what surrounds it; Name and PeakRate are filled in
	Rate     float64           // η₀; 0: the rule's documented default
	Schedule schedule.Schedule // a factor of η₀; nil: constant
}

// ErrDiverged is wrapped by the error of an update whose loss or gradient is not
// finite. The weights are those from before the update.
var ErrDiverged = errors.New("training diverged")

// Step is a compiled update of all parts at once: every loss and gradient is of
// the weights from before it. It is for one goroutine at a time.
type Step struct {
	seed    uint64
	updates int
	parts   []*part
	outputs int // of the caller
	store   *engine.Store
	program *engine.Program
	value   func(name string) []float32
	unfed   map[string]bool
}

// part is a Part, compiled.
type part struct {
	Part
	params     []nn.Param
	traced     *optim.Traced
	rate, clip int // scalars
}

// The stages of a step: the gradients, between which and the updates the clip
// factors are decided.
const (
	stageGradient = iota
	stageUpdate
)

// New compiles the graph of c into a step that e runs. All weights that were
// declared in c get their first values, unless they are shared; those of no part
// stay as they are.
//
// An error names the part and what is wrong with it: no parameters, some that
// another part trains too, a rule that works in package train alone.
func New(e *engine.Engine, c *nn.Context, cfg Config, parts ...Part) (*Step, error) {
	s, err := newStep(e, c, cfg, parts)
	if err != nil {
		return nil, fmt.Errorf("loop: %w", err)
	}
	return s, nil
}

func newStep(e *engine.Engine, c *nn.Context, cfg Config, parts []Part) (*Step, error) {
	g := c.Graph()
	if err := g.Err(); err != nil {
		return nil, err
	}
	s := &Step{seed: cfg.Seed, outputs: len(cfg.Outputs), unfed: map[string]bool{}}
	owner := map[string]string{}
	for _, p := range parts {
		made, err := trace(c, p, owner)
		if err != nil {
			return nil, fmt.Errorf("%s%w", p.described(), err)
		}
		s.parts = append(s.parts, made)
	}
	plan, err := s.compile(c, cfg)
	if err != nil {
		return nil, err
	}
	if s.store, err = s.variables(c.Params(), plan, cfg.Shared); err != nil {
		return nil, err
	}
	s.value = s.store.Value
	if s.program, err = plan.Bind(e, s.store); err != nil {
		return nil, err
	}
	for _, p := range s.parts {
		p.rate, p.clip = s.program.Scalar(p.traced.Rate), s.program.Scalar(p.traced.Clip)
	}
	for _, in := range plan.Inputs() {
		s.unfed[in.Name] = true
	}
	return s, nil
}

// described names a part at the beginning of an error.
func (p Part) described() string {
	if p.Of == "" {
		return ""
	}
	return fmt.Sprintf("part %q: ", p.Of)
}

// trace writes the update of a part into the graph. owner says which part trains
// a parameter.
func trace(c *nn.Context, p Part, owner map[string]string) (*part, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Loss.Graph() != c.Graph() {
		return nil, errors.New("the loss is no tensor of the graph of the context")
	}
	if p.Rate == 0 {
		p.Rate = p.Update.Rule.DefaultRate()
	}
	if p.Schedule == nil {
		p.Schedule = schedule.Constant{}
	}
	p.Update.Name, p.Update.PeakRate = p.Of, p.Rate
	own := &part{Part: p}
	var values []graph.Tensor
	for _, param := range c.Params() {
		if param.Role == nn.Buffer || p.Of != "" && !strings.HasPrefix(param.Name, p.Of+".") {
			continue
		}
		if other, taken := owner[param.Name]; taken {
			return nil, fmt.Errorf("%q is trained by part %q, too", param.Name, other)
		}
		owner[param.Name] = p.Of
		own.params, values = append(own.params, param), append(values, param.Tensor)
	}
	if len(values) == 0 {
		return nil, errors.New("the graph has no parameters below that path")
	}
	var err error
	own.traced, err = optim.Trace(c.Graph(), p.Update, Params(own.params, own.params, graph.Gradient(p.Loss, values...)))
	return own, err
}

// check returns what is wrong with a part by itself.
func (p Part) check() error {
	if err := p.Update.Validate(); err != nil {
		return err
	}
	rules := []optim.Rule{p.Update.Rule}
	for _, g := range p.Update.Groups {
		rules = append(rules, g.Rule)
	}
	for _, rule := range rules {
		if _, ok := rule.(optim.LineSearchRule); ok {
			return fmt.Errorf("%s searches for the length of each step, which package train does for it; take another rule", rule.Name())
		}
	}
	switch {
	case !p.Loss.Valid():
		return errors.New("the loss is the zero Tensor")
	case p.Loss.Type().Rank() != 0:
		return fmt.Errorf("the loss has shape %v; it must be a number, such as a mean", p.Loss.Type())
	case !(p.Rate >= 0) || math.IsInf(p.Rate, 0):
		return fmt.Errorf("the learning rate is %v; it must be 0 (the rule's own) or more, and finite", p.Rate)
	case p.Schedule != nil:
		return p.Schedule.Validate()
	}
	return nil
}

// compile compiles the outputs, each part's loss and squared norm, and all
// updates.
func (s *Step) compile(c *nn.Context, cfg Config) (*engine.Plan, error) {
	read, updates := append([]graph.Tensor{}, cfg.Outputs...), append([]graph.Update{}, cfg.Updates...)
	for _, p := range s.parts {
		read = append(read, p.Loss, p.traced.NormSquared)
		updates = append(updates, p.traced.Updates...)
	}
	for _, b := range c.Updates() {
		updates = append(updates, graph.Update{Variable: b.Buffer, Value: b.Value})
	}
	return engine.CompileStages(c.Graph(), [][]graph.Tensor{read, {}}, updates...)
}
