package optim

import "descent/internal/suggest"

// all returns every rule of this package with its defaults.
func all() []Rule {
	return []Rule{NewSGD(), NewMomentum(), NewNesterov(), NewAdaGrad(), NewRMSProp(), NewAdam(), NewAdamW()}
}

// Names returns the names that [ByName] knows.
func Names() []string {
	var names []string
	for _, r := range all() {
		names = append(names, r.Name())
	}
	return names
}

// ByName returns the rule of that name with its defaults.
func ByName(name string) (Rule, error) {
	for _, r := range all() {
		if r.Name() == name {
			return r, nil
		}
	}
	return nil, suggest.Unknown("optimizer", name, Names())
}
