package optim

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	"descent/schedule"
)

// Group says how parameters are treated that Config would treat otherwise.
// What is left out is as Config has it.
//
//	optim.Group{Match: "*.bias", WeightDecay: new(0.01)}
//	optim.Group{Match: "5.dense.*", Rule: optim.NewSGD(), RateFactor: 10}
//
// Names are the network's, as in "1.dense.weight".
type Group struct {
	Match       string                 // a pattern of names, as for path.Match
	Where       func(name string) bool // instead of Match: which parameters
	Rule        Rule                   // with the rate of the run, times RateFactor
	RateFactor  float64                // 0: 1
	WeightDecay *float64               // λ, of all parameters of the group, biases too; nil: Config's, of weights
	Adaptive    *float64               // [Clip].Adaptive of the group; nil: Config's
	Freeze      bool                   // not to be updated at all

	// Schedules are those of hyperparameters that the group gives values for, instead of
	// Config's: of "weight_decay" where it has WeightDecay, and of its Rule's.
	Schedules map[string]schedule.Schedule
}

// Validate returns an error that names what is wrong.
func (g Group) Validate() error {
	if (g.Match == "") == (g.Where == nil) {
		return errors.New("a group needs either Match, a pattern of names such as \"*.bias\", or Where")
	}
	if _, err := path.Match(g.Match, ""); err != nil {
		return fmt.Errorf("pattern %q: %w", g.Match, err)
	}
	if g.Freeze && (g.Rule != nil || g.RateFactor != 0 || g.WeightDecay != nil || g.Adaptive != nil || g.Schedules != nil) {
		return errors.New("what is frozen is not updated, so that it takes no rule, rate, decay or limit")
	}
	errs := []error{notNegative("Group.RateFactor", g.RateFactor)}
	if g.Rule != nil {
		errs = append(errs, g.Rule.Validate())
	}
	if g.WeightDecay != nil {
		errs = append(errs, notNegative("Group.WeightDecay", *g.WeightDecay))
	}
	if g.Adaptive != nil {
		errs = append(errs, notNegative("Group.Adaptive", *g.Adaptive))
	}
	return errors.Join(errs...)
}

// has reports whether a parameter of that name belongs to the group.
func (g Group) has(name string) bool {
	if g.Where != nil {
		return g.Where(name)
	}
	match, _ := path.Match(g.Match, name)
	return match
}

// describe names group i for people, who count from 1.
func (g Group) describe(i int) string {
	if g.Match == "" {
		return fmt.Sprintf("group %d of parameters", i+1)
	}
	return fmt.Sprintf("group %d of parameters, %q", i+1, g.Match)
}

// Assign returns the number of the group of each parameter, the first that
// has its name, and -1 for none. A group that is left without parameters is
// an error.
func Assign(groups []Group, names []string) ([]int, error) {
	return assign(groups, names, func(Group) bool { return true })
}

// assign is Assign that lets groups be empty that must not have parameters.
func assign(groups []Group, names []string, must func(Group) bool) ([]int, error) {
	of, sizes, matches := make([]int, len(names)), make([]int, len(groups)), make([]int, len(groups))
	for i, name := range names {
		of[i] = -1
		for j, g := range groups {
			if !g.has(name) {
				continue
			}
			if matches[j]++; of[i] < 0 {
				of[i] = j
				sizes[j]++
			}
		}
	}
	for j, g := range groups {
		switch {
		case sizes[j] > 0 || !must(g):
		case matches[j] == 0:
			return nil, fmt.Errorf("%s matches none of %s", g.describe(j), strings.Join(names, ", "))
		default:
			return nil, fmt.Errorf("%s has no parameters of its own: groups before it have all that it matches; put it in front of them", g.describe(j))
		}
	}
	return of, nil
}

// treatment is what holds for the parameters of one group, or of none.
type treatment struct {
	rule     Rule
	rate     float64  // factor
	decay    float64  // λ that the rule does not have inside
	decays   bool     // biases, too
	lambda   *float64 // λ that the rule has inside instead of its own; nil: its own
	adaptive float64
	freeze   bool
	group    string     // what the names of scalars begin with
	with     *treatment // whose rule it is: its own, or that of parameters of no group
	shared   *Param     // state of the rule for all its parameters

	scheduled []scheduled                  // hyperparameters of the rule
	schedules map[string]schedule.Schedule // all
}

// treatments returns what holds for parameters of no group, and for each group.
func (c Config) treatments() ([]*treatment, error) {
	list := make([]*treatment, len(c.Groups)+1)
	for i := range list {
		t, err := c.treat(i - 1)
		if err != nil {
			return nil, err
		}
		list[i] = &t
		t.with = &t
		if i > 0 && c.Groups[i-1].Rule == nil {
			t.with = list[0]
		}
	}
	if err := c.checkSchedules(list); err != nil {
		return nil, err
	}
	for i, t := range list {
		t.schedules = c.Schedules
		if i > 0 && c.Groups[i-1].Schedules != nil {
			if err := c.Groups[i-1].checkSchedules(t); err != nil {
				return nil, fmt.Errorf("%s: %w", c.Groups[i-1].describe(i-1), err)
			}
			t.schedules = maps.Clone(c.Schedules)
			if t.schedules == nil {
				t.schedules = map[string]schedule.Schedule{}
			}
			maps.Copy(t.schedules, c.Groups[i-1].Schedules)
		}
		if t.with == t {
			if err := t.follow(t.schedules); err != nil {
				return nil, err
			}
		}
		t.rule, t.scheduled = t.with.rule, t.with.scheduled
	}
	return list, nil
}

// treat returns what holds for group i, -1 for parameters of no group.
func (c Config) treat(i int) (treatment, error) {
	t := treatment{rule: c.Rule, rate: 1, decay: c.WeightDecay, adaptive: c.Clip.Adaptive, group: c.scoped("")}
	var given *float64 // weight decay
	what := "optim.Config"
	if i >= 0 {
		g := c.Groups[i]
		what, t.group = g.describe(i), c.scoped(fmt.Sprintf("group %d ", i+1))
		if g.Rule != nil {
			t.rule = g.Rule
		}
		if g.RateFactor != 0 {
			t.rate = g.RateFactor
		}
		if g.Adaptive != nil {
			t.adaptive = *g.Adaptive
		}
		given, t.freeze = g.WeightDecay, g.Freeze
	}
	own := ownDecay(t.rule)
	inside := hasDecay(t.rule) && !decoupled(t.rule)
	moves := own != 0 && !inside && c.DecayKind != Decoupled // out of the rule
	if moves {
		t.rule = withoutDecay(t.rule)
	}
	switch {
	case given != nil:
		t.decays = *given != 0
		if inside {
			t.decay, t.lambda, own = 0, given, *given
		} else {
			t.decay, t.lambda = *given, new(0.0)
		}
	case own != 0 && t.decay != 0:
		return t, fmt.Errorf("%s: weights would decay twice, by %s's own weight_decay = %v and by WeightDecay = %v; set one of them to 0", what, t.rule.Name(), own, t.decay)
	case moves:
		t.decay = own
	}
	if inside && own != 0 && c.DecayKind != Decoupled {
		return t, fmt.Errorf("%s: the weight decay of %s is inside of what it scales, so that its kind cannot be %v; set %s's own to 0 and use WeightDecay", what, t.rule.Name(), c.DecayKind, t.rule.Name())
	}
	if _, ok := bare(t.rule).(IterateRule); ok && (c.ProxL1 != 0 || c.MaxNorm != 0 || c.Lookahead != (Lookahead{})) {
		return t, fmt.Errorf("%s: %s evaluates other weights than those that it trains, or finds them anew at each update, which ProxL1, MaxNorm and Lookahead do not know; turn them off", what, t.rule.Name())
	}
	if relative := c.DecayKind == Independent || c.DecayKind == Corrected; relative && t.decay != 0 && !(c.PeakRate > 0) {
		return t, fmt.Errorf("%s: weight decay of the kind %v is relative to the rate η₀, and PeakRate is %v; set it", what, c.DecayKind, c.PeakRate)
	}
	return t, nil
}

// assign returns the number of each parameter's group. Frozen parameters may
// have been left out, but not all may be frozen.
func (c Config) assign(params []*Param) ([]int, error) {
	var names []string
	for _, p := range params {
		names = append(names, p.Name)
	}
	of, err := assign(c.Groups, names, func(g Group) bool { return !g.Freeze })
	if err != nil {
		return nil, fmt.Errorf("optim: %w", err)
	}
	for _, i := range of {
		if i < 0 || !c.Groups[i].Freeze {
			return of, nil
		}
	}
	return nil, fmt.Errorf("optim: the groups freeze every parameter of %s", strings.Join(names, ", "))
}

// OwnAverage returns the name of the first rule that has other weights
// evaluated than those trained, "" if none does.
func (c Config) OwnAverage() string {
	rules := []Rule{c.Rule}
	for _, g := range c.Groups {
		rules = append(rules, g.Rule)
	}
	for _, rule := range rules {
		if it, ok := bare(rule).(IterateRule); ok && it.Evaluated() != "" {
			return rule.Name()
		}
	}
	return ""
}

// Evaluated returns the variable that holds the weights of a parameter to be
// evaluated: the parameter itself, or the slot of an [IterateRule] or of slow weights.
func (c Config) Evaluated(param string) string {
	rule, frozen := c.Rule, false
	for _, g := range c.Groups {
		if g.has(param) {
			if frozen = g.Freeze; g.Rule != nil {
				rule = g.Rule
			}
			break
		}
	}
	if it, ok := bare(rule).(IterateRule); ok && !frozen && it.Evaluated() != "" {
		return param + "/" + it.Evaluated()
	}
	if c.Lookahead != (Lookahead{}) && !frozen {
		return param + "/" + slowSlot
	}
	return param
}
