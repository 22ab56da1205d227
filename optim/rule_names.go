package optim

import (
	"strings"

	"descent/internal/suggest"
)

// all returns every rule of this package with its defaults.
func all() []Rule {
	return []Rule{
		NewSGD(), NewMomentum(), NewNesterov(), NewRprop(),
		NewAdaGrad(), NewAdaDelta(), NewRMSProp(), NewFTRL(),
		NewAdam(), NewAdamW(), NewAMSGrad(), NewAdaMax(), NewNAdam(), NewRAdam(),
		NewAdan(), NewAdaBelief(), NewYogi(), NewAdEMAMix(), NewADOPT(), NewLion(),
		NewLAMB(), NewLARS(), NewNovoGrad(), NewAdafactor(),
		NewScheduleFreeSGD(), NewScheduleFreeAdamW(), NewProdigy(), NewMuon(), NewSOAP(), NewShampoo(), NewLBFGS(),
	}
}

// Names returns the names that [ByName] knows.
func Names() []string {
	var names []string
	for _, r := range all() {
		names = append(names, r.Name())
	}
	return names
}

// ByName returns the rule of that name with its defaults. A prefix wraps it:
// "cautious-adamw" is [Cautious], "centralized-sgd" [Centralized].
func ByName(name string) (Rule, error) {
	for _, w := range wrappers {
		if rest, ok := strings.CutPrefix(name, w.prefix); ok {
			rule, err := ByName(rest)
			if err != nil {
				return nil, err
			}
			return w.around.around(rule), nil
		}
	}
	for _, r := range all() {
		if r.Name() == name {
			return r, nil
		}
	}
	return nil, suggest.Unknown("optimizer", name, Names())
}
