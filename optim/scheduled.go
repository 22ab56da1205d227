package optim

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"descent/graph"
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

func (s scheduled) at(t int) float64 { return s.v * s.factor.At(t-1) }

// course returns the value of v over the updates, where v is a hyperparameter
// or the mark of one.
func (p *Param) course(v float64) func(t int) float64 {
	for _, s := range p.scheduled {
		if s.mark == v {
			return s.at
		}
	}
	return func(int) float64 { return v }
}

// debiased is 1/(1 - β₁β₂…βₜ), by the decays that the updates really had.
// It goes on from the last t that it was asked for.
func (s scheduled) debiased() func(t int) float64 {
	done, sum := 0, 0.0
	return func(t int) float64 {
		if t < done {
			done, sum = 0, 0
		}
		for done < t {
			done++
			sum += math.Log(s.at(done))
		}
		return -1 / math.Expm1(sum)
	}
}

// follow gives the treatment's rule marks for the hyperparameters that change.
func (t *treatment) follow(schedules map[string]schedule.Schedule) error {
	t.schedules = schedules
	for _, key := range slices.Sorted(maps.Keys(schedules)) {
		v, ok := Value(t.rule, key)
		if !ok || v == 0 { // which stays 0
			continue
		}
		s := scheduled{key: key, v: v, mark: math.Nextafter(v, math.Inf(1)), factor: schedules[key]}
		for holds(t.rule, s.mark) {
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
	for holds(rule, s.mark) {
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
	g, typ := graph.New(), graph.Shape(2, 3)
	p := &Param{Name: theta, Value: g.Variable(theta, typ), Grad: g.Input(gradient, typ), Decays: true, Hidden: true, scheduled: []scheduled{s}}
	outputs := directions(rule, []*Param{p})
	for _, u := range slices.Concat(p.updates(), p.all().updates()) {
		outputs = append(outputs, u.Value)
	}
	if len(p.hosts) > 0 {
		return "", fmt.Errorf("optim.Config.Schedules: %s works on the host between updates, where %s cannot follow a schedule", rule.Name(), s.key)
	}
	var b strings.Builder
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
		s := c.Schedules[key]
		if s == nil {
			return fmt.Errorf("optim.Config.Schedules: that of %s is nil", key)
		}
		if err := s.Validate(); err != nil {
			return fmt.Errorf("optim.Config.Schedules: %s: %w", key, err)
		}
		if _, ok := schedule.Watched(s); ok {
			return fmt.Errorf("optim.Config.Schedules: %s cannot follow a plateau, which drives the learning rate alone", key)
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
