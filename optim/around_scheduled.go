package optim

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"descent/graph"
	"descent/internal/canonical"
	"descent/internal/suggest"
	"descent/schedule"
)

// proxL1 is the name of [Config].ProxL1 in [Config].Schedules; that of
// WeightDecay is as in rules.
const proxL1 = "prox_l1"

// scheduled is a hyperparameter of a rule that changes:
//
//	vₜ = v·s(t-1)    update t = 1, 2, ...
//
// The rule is traced once, with plain numbers. The hyperparameter is known
// again where it is used by a mark: a number that the rule has in place of v,
// and that no other hyperparameter of it has.
type scheduled struct {
	key     string
	v, mark float64
	factor  schedule.Schedule
}

// rest is 1 less the mark, which is a mark, too, where rounding leaves it one.
func (s scheduled) rest() float64 {
	if s.mark < 1e-3 {
		return math.NaN() // equal to nothing
	}
	return 1 - s.mark
}

func (s scheduled) at(t int) float64 { return s.v * s.factor.At(t-1) }

// course returns the value of v over the updates, where v is a hyperparameter,
// the mark of one, or 1 less a mark.
func (p *Param) course(v float64) func(t int) float64 {
	for _, s := range p.scheduled {
		switch v {
		case s.mark:
			return s.at
		case s.rest():
			return func(t int) float64 { return 1 - s.at(t) }
		}
	}
	return func(int) float64 { return v }
}

// debiased is 1/(1 - β₁β₂…βₜ), by the decays that the updates really had.
// It goes on from the last t that it was asked for.
func (s scheduled) debiased() func(t int) float64 {
	done, sum := 0, 0.0   // log β₁…β_done, but for
	last, count := 1.0, 0 // the last count of them, which are equal
	return func(t int) float64 {
		if t < done {
			done, sum, last, count = 0, 0, 1, 0
		}
		for done < t {
			done++
			if beta := s.at(done); beta != last {
				sum, last, count = sum+float64(float64(count)*canonical.Log(last)), beta, 0
			}
			count++
		}
		return -1 / canonical.Expm1(sum+float64(float64(count)*canonical.Log(last)))
	}
}

// follow gives the treatment's rule marks for the hyperparameters that change.
func (t *treatment) follow(schedules map[string]schedule.Schedule) error {
	for _, key := range slices.Sorted(maps.Keys(schedules)) {
		v, ok := Value(t.rule, key)
		if !ok || v == 0 { // which stays 0
			continue
		}
		s := scheduled{key: key, v: v, mark: math.Nextafter(v, math.Inf(1)), factor: schedules[key]}
		for holds(t.rule, s.mark) || holds(t.rule, s.rest()) {
			s.mark = math.Nextafter(s.mark, math.Inf(1))
		}
		if err := s.check(t.rule); err != nil {
			return err
		}
		t.rule, _ = With(t.rule, key, s.mark)
		t.scheduled = append(t.scheduled, s)
	}
	return nil
}

// holds reports whether a hyperparameter of rule is v.
func holds(rule Rule, v float64) bool {
	for _, key := range Keys(rule) {
		if have, _ := Value(rule, key); have == v {
			return true
		}
	}
	return false
}

// check makes sure that the rule takes every value of the hyperparameter, and
// has it in no formula of its own, which would see the mark alone.
func (s scheduled) check(rule Rule) error {
	for t := 1; t < 1<<40; t += 1 + t/64 {
		now, err := With(rule, s.key, s.at(t))
		if err == nil {
			err = now.Validate()
		}
		if err != nil {
			return fmt.Errorf("optim.Config.Schedules: %s of %s at update %d: %w", s.key, rule.Name(), t, err)
		}
	}
	near, err := s.uses(rule)
	if err != nil {
		return err
	}
	s.mark *= 0.75
	for holds(rule, s.mark) || holds(rule, s.rest()) {
		s.mark *= 0.999
	}
	if far, err := s.uses(rule); err != nil || near != far {
		return fmt.Errorf("optim.Config.Schedules: %s of %s cannot follow a schedule: the rule uses it in other ways than as a factor or the decay of an average", s.key, rule.Name())
	}
	return nil
}

// uses lists all that the rule computes, given the mark.
func (s scheduled) uses(rule Rule) (string, error) {
	rule, err := With(rule, s.key, s.mark)
	if err != nil {
		return "", err
	}
	g := graph.New()
	var params []*Param
	shared := &Param{}
	for i, typ := range []graph.Type{graph.Shape(2, 3), graph.Shape(3)} { // a weight and a bias
		name, weight := fmt.Sprint(i), i == 0
		shared.Value = g.Variable(name, typ)
		params = append(params, &Param{
			Name: name, Value: shared.Value, Grad: g.Input(name+"'", typ), Decays: weight, Hidden: weight,
			rate: shared.Rate(), shared: shared, scheduled: []scheduled{s},
		})
	}
	outputs := directions(rule, params)
	var b strings.Builder
	if to, ok := bare(rule).(IterateRule); ok {
		for i, p := range params {
			outputs[i] = to.Move(p, outputs[i].Mul(p.Rate()))
		}
	}
	for _, p := range append(params, shared) {
		for _, slot := range p.slots {
			fmt.Fprintln(&b, slot.name, slot.start)
		}
		for _, u := range p.updates() {
			outputs = append(outputs, u.Value)
		}
		if len(p.hosts) > 0 {
			return "", fmt.Errorf("optim.Config.Schedules: %s works on the host between updates, where %s cannot follow a schedule", rule.Name(), s.key)
		}
	}
	for _, x := range graph.Sorted(outputs...) {
		fmt.Fprintln(&b, x)
		for _, in := range x.Inputs() {
			fmt.Fprintln(&b, in.ID())
		}
	}
	for _, entry := range g.Scalars() {
		for t := 1; entry.At != nil && t < 1000; t *= 3 {
			fmt.Fprintln(&b, entry.Name, entry.At(t))
		}
	}
	return b.String(), g.Err()
}

// checkSchedules checks that every schedule drives something.
func (c Config) checkSchedules(groups []*treatment) error {
	known := []string{weightDecay, proxL1}
	for _, t := range groups {
		if !t.freeze {
			known = append(known, Keys(t.rule)...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Schedules)) {
		if err := usable(key, c.Schedules[key]); err != nil {
			return fmt.Errorf("optim.Config.Schedules: %w", err)
		}
		if !slices.Contains(known, key) {
			if strings.Contains(key, "rate") || key == "lr" {
				return errors.New("optim.Config.Schedules: the learning rate has a schedule of its own")
			}
			return fmt.Errorf("optim.Config.Schedules: %w", suggest.Unknown("hyperparameter", key, slices.Compact(slices.Sorted(slices.Values(known)))))
		}
		if !c.drives(key, groups) {
			return fmt.Errorf("optim.Config.Schedules: %s is 0, and a schedule is a factor of it; give it a value", key)
		}
	}
	return nil
}

// usable returns what keeps a schedule from driving a hyperparameter.
func usable(key string, s schedule.Schedule) error {
	if s == nil {
		return fmt.Errorf("that of %s is nil", key)
	}
	if err := s.Validate(); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if _, ok := schedule.Watched(s); ok {
		return fmt.Errorf("%s cannot follow a plateau, which drives the learning rate alone", key)
	}
	return nil
}

// checkSchedules checks that every schedule of a group drives something of its own.
func (g Group) checkSchedules(t *treatment) error {
	for _, key := range slices.Sorted(maps.Keys(g.Schedules)) {
		if err := usable(key, g.Schedules[key]); err != nil {
			return fmt.Errorf("schedules: %w", err)
		}
		value, own := 0.0, false
		switch {
		case key == weightDecay && g.WeightDecay != nil:
			value, own = *g.WeightDecay, true
		case g.Rule != nil:
			value, own = Value(t.rule, key)
		}
		if !own {
			return fmt.Errorf("schedules: the group gives no %s, so that it follows the schedule of all parameters; give it one, WeightDecay or a Rule", key)
		}
		if value == 0 {
			return fmt.Errorf("schedules: %s is 0, and a schedule is a factor of it; give it a value", key)
		}
	}
	return nil
}

// drives reports whether some hyperparameter of that name is not 0.
func (c Config) drives(key string, groups []*treatment) bool {
	for _, t := range groups {
		v, _ := Value(t.rule, key)
		if v != 0 || key == weightDecay && t.decay != 0 || key == proxL1 && c.ProxL1 != 0 {
			return true
		}
	}
	return false
}
