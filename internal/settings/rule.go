package settings

import (
	"fmt"
	"maps"
	"slices"

	"descent/internal/human"
	"descent/internal/suggest"
	"descent/optim"
)

// Optimizer names an update rule and its hyperparameters. One that is not given
// has the rule's default; one that the rule does not have is refused.
type Optimizer struct {
	Name         Auto[string]
	EpsPlacement Auto[string]
	hyper        map[string]float64 // what is given, a switch as 1 or 0; never changed, but replaced
}

// Has reports whether the hyperparameter of that key is given.
func (o Optimizer) Has(key string) bool {
	_, ok := o.hyper[key]
	return ok
}

// chosen reports whether the rule is given, by its name or by a momentum.
func (o Optimizer) chosen() bool { return o.Name.Given || o.Has("momentum") }

// section is what keys of hyperparameters begin with.
const section = "optimizer."

// elsewhere reports whether a hyperparameter is set by a setting of another name:
// decay of weights, which any rule can have around it, and where ε is.
func elsewhere(key string) bool {
	return slices.Contains([]string{"weight_decay", "eps_inside", "eps_outside"}, key)
}

// hyper is a hyperparameter as a setting.
type hyper struct {
	of      *Optimizer
	key     string
	onOrOff bool
}

// of returns the hyperparameters of a rule, in its order.
func (o *Optimizer) of(rule optim.Rule) (list []hyper) {
	all := optim.Hyperparameters()
	for _, key := range optim.Keys(rule) {
		if i := slices.IndexFunc(all, func(h optim.Hyperparameter) bool { return h.Key == key }); i >= 0 && !elsewhere(key) {
			list = append(list, hyper{o, key, all[i].Switch})
		}
	}
	return list
}

func (h hyper) set(text string) error {
	given := maps.Clone(h.of.hyper) // which copies of the settings share
	if given == nil {
		given = map[string]float64{}
	}
	h.of.hyper = given
	if text == "auto" {
		delete(given, h.key)
		return nil
	}
	v, err := h.parse(text)
	if err != nil {
		return fmt.Errorf("%w, or auto", err)
	}
	given[h.key] = v
	return nil
}

func (h hyper) parse(text string) (float64, error) {
	if !h.onOrOff {
		return ParseFloat(text)
	}
	on, err := parseBool(text)
	return choose(on, 1.0, 0), err
}

func (h hyper) text() string {
	switch v, given := h.of.hyper[h.key]; {
	case !given:
		return "auto"
	case h.onOrOff:
		return choose(v == 1, "true", "false")
	default:
		return human.Float(v)
	}
}

// Rule returns the update rule with its hyperparameters.
func (s *Settings) Rule() (optim.Rule, error) {
	o := s.Optimizer
	name := o.Name.Or("adam")
	if o.Has("momentum") && (!o.Name.Given || name == "sgd") {
		name = "momentum"
	}
	rule, err := optim.ByName(name)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(o.hyper)) {
		if rule, err = optim.With(rule, key, o.hyper[key]); err != nil {
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

// spell writes the rule with all its hyperparameters into the settings, so
// that Rule returns it again.
func (s *Settings) spell(rule optim.Rule) {
	s.Optimizer = Optimizer{Name: Given(rule.Name()), hyper: map[string]float64{}}
	for _, key := range optim.Keys(rule) {
		if !elsewhere(key) {
			s.Optimizer.hyper[key], _ = optim.Value(rule, key)
		}
	}
	if place, _ := optim.EpsPlacement(rule); place != "" {
		s.Optimizer.EpsPlacement = Given(place)
	}
	s.LearningRate = Given(s.LearningRate.Or(rule.DefaultRate()))
	decay, own := optim.Value(rule, "weight_decay")
	if !own {
		decay = s.WeightDecay.Or(0)
	}
	s.WeightDecay = Given(decay)
}

// placeEps puts ε inside or outside of the root, where the rule has a choice.
func placeEps(rule optim.Rule, placement Auto[string]) (optim.Rule, error) {
	if !placement.Given {
		return rule, nil
	}
	now, choice := optim.EpsPlacement(rule)
	switch p := placement.Value; {
	case now == "":
		return nil, fmt.Errorf("optimizer %s has no choice of eps_placement; %s have one", rule.Name(), human.And(placers()))
	case p != "inside" && p != "outside":
		return nil, suggest.Unknown("eps_placement", p, []string{"inside", "outside"})
	case p == now:
		return rule, nil
	case !choice:
		return nil, fmt.Errorf("optimizer %s has eps %s of the root only; %s have a choice", rule.Name(), now, human.And(placers()))
	}
	inside := "eps_inside"
	if _, ok := optim.Value(rule, inside); ok {
		return optim.With(rule, inside, choose(placement.Value == "inside", 1.0, 0))
	}
	return optim.With(rule, "eps_outside", choose(placement.Value == "outside", 1.0, 0))
}
