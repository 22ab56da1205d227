package settings

import (
	"fmt"
	"strings"

	"descent/internal/human"
	"descent/internal/suggest"
	"descent/optim"
)

// Rule returns the update rule with its hyperparameters.
func (s *Settings) Rule() (optim.Rule, error) {
	o := s.Optimizer
	name := o.Name.Or("adam")
	if o.Momentum.Given && (!o.Name.Given || name == "sgd") {
		name = "momentum"
	}
	rule, err := optim.ByName(name)
	if err != nil {
		return nil, err
	}
	for _, row := range table {
		key, ok := strings.CutPrefix(row.key, "optimizer.")
		value, given := row.hyper(s)
		if !ok || !given {
			continue
		}
		if rule, err = optim.With(rule, key, value); err != nil {
			return nil, err
		}
	}
	if rule, err = placeEps(rule, o.EpsPlacement); err != nil {
		return nil, err
	}
	if decays(rule) && s.WeightDecay.Given {
		if rule, err = optim.With(rule, "weight_decay", s.WeightDecay.Value); err != nil {
			return nil, err
		}
	}
	return rule, rule.Validate()
}

// decays reports whether decay of weights is a part of the rule.
func decays(rule optim.Rule) bool {
	_, ok := optim.Value(rule, "weight_decay")
	return ok
}

// hyper returns the value of a setting that is a hyperparameter, as optim has
// it: a switch that is on is 1.
func (row Setting) hyper(s *Settings) (value float64, given bool) {
	switch p := row.at(s).(type) {
	case *Auto[float64]:
		return p.Value, p.Given
	case *Auto[bool]:
		return choose(p.Value, 1.0, 0), p.Given
	}
	return 0, false
}

// spell writes the rule with all its hyperparameters into the settings, so
// that rule returns it again.
func (s *Settings) spell(rule optim.Rule) {
	s.Optimizer = OptimizerSettings{Name: Given(rule.Name())}
	for _, row := range table {
		value, ok := optim.Value(rule, strings.TrimPrefix(row.key, "optimizer."))
		if !ok {
			continue
		}
		switch p := row.at(s).(type) {
		case *Auto[float64]:
			*p = Given(value)
		case *Auto[bool]:
			*p = Given(value == 1)
		}
	}
	if placement := epsPlacement(rule); placement != "" {
		s.Optimizer.EpsPlacement = Given(placement)
	}
	s.LearningRate = Given(s.LearningRate.Or(rule.DefaultRate()))
	s.WeightDecay = Given(s.WeightDecay.Or(0))
}

// placeEps puts ε inside or outside of the root, where the rule has a choice.
func placeEps(rule optim.Rule, placement Auto[string]) (optim.Rule, error) {
	if !placement.Given {
		return rule, nil
	}
	now := epsPlacement(rule)
	switch p := placement.Value; {
	case now == "":
		return nil, fmt.Errorf("optimizer %s has no choice of eps_placement; %s have one", rule.Name(), human.And(placers()))
	case p != "inside" && p != "outside":
		return nil, suggest.Unknown("eps_placement", p, []string{"inside", "outside"})
	case p == now:
		return rule, nil
	}
	for _, place := range []string{"inside", "outside"} {
		if _, ok := optim.Value(rule, "eps_"+place); ok {
			return optim.With(rule, "eps_"+place, choose(place == placement.Value, 1.0, 0))
		}
	}
	return nil, fmt.Errorf("optimizer %s has eps %s of the root only; %s have a choice", rule.Name(), now, human.And(placers()))
}

// epsPlacement says where a rule adds ε; "" where that is not asked.
func epsPlacement(rule optim.Rule) string {
	if on, ok := optim.Value(rule, "eps_inside"); ok {
		return choose(on == 1, "inside", "outside")
	}
	if on, ok := optim.Value(rule, "eps_outside"); ok {
		return choose(on == 1, "outside", "inside")
	}
	switch r := rule.(type) {
	case optim.Cautious:
		return epsPlacement(r.Rule)
	case optim.Centralized:
		return epsPlacement(r.Rule)
	case optim.Adam, optim.AdamW:
		return "outside" // and nowhere else
	}
	return ""
}
