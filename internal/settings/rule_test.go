package settings

import (
	"strings"
	"testing"

	"descent/optim"
	"descent/schedule"
)

// TestEveryHyperparameterIsKept writes each rule, with each hyperparameter
// changed, into settings, prints them, and reads the rule back.
func TestEveryHyperparameterIsKept(t *testing.T) {
	for _, name := range append(optim.Names(), "cautious-adamw", "centralized-rmsprop", "cautious-centralized-lamb") {
		rule, err := optim.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range append(optim.Keys(rule), "") {
			want := rule
			if key != "" {
				if want, err = optim.With(rule, key, other(rule, key)); err != nil {
					t.Fatal(err)
				}
			}
			s := Default()
			s.spell(want)
			var printed strings.Builder
			if err := s.Write(&printed); err != nil {
				t.Fatal(err)
			}
			read := Default()
			if err := Parse("printed", []byte(printed.String()), &read); err != nil {
				t.Fatal(err)
			}
			if got, err := read.Rule(); got != want {
				t.Errorf("%s came back as %s, %v", optim.Describe(want), optim.Describe(got), err)
			}
		}
	}
}

// other returns a value that a hyperparameter may have and does not have.
func other(rule optim.Rule, key string) float64 {
	_, err := optim.With(rule, key, 0.5)
	switch v, _ := optim.Value(rule, key); {
	case err != nil: // a switch
		return 1 - v
	case v == 0:
		return 0.125
	default:
		return v * 0.9999
	}
}

// TestRuleSettings checks settings of rules as people write them.
func TestRuleSettings(t *testing.T) {
	adan := optim.NewAdan()
	adan.Beta3 = 0.9
	rms := optim.NewRMSProp()
	rms.Centered, rms.Momentum, rms.EpsOutside = true, 0.5, true
	nadam := optim.NewNAdam()
	nadam.Psi = 0
	lars := optim.NewLARS()
	lars.Trust, lars.Lambda = 0.01, 0
	rprop := optim.Rprop{Up: 1.5, Down: 0.25, Min: 0.01, Max: 10}
	for _, row := range []struct {
		yaml string
		want optim.Rule
	}{
		{"optimizer: {name: adan, beta3: 0.9}", adan},
		{"optimizer: {name: rmsprop, centered: true, momentum: 0.5, eps_placement: outside}", rms},
		{"optimizer: {name: cautious-rmsprop, centered: true, momentum: 0.5, eps_placement: outside}", optim.Cautious{Rule: rms}},
		{"optimizer: {name: rmsprop, centered: false}", optim.NewRMSProp()},
		{"optimizer: {name: rmsprop, centered: auto}", optim.NewRMSProp()},
		{"optimizer: {name: nadam, momentum_decay: 0}", nadam},
		{"optimizer: {name: lars, trust: 0.01}\nweight_decay: 0", lars},
		{"optimizer: {name: rprop, up: 1.5, down: 0.25, min_step: 0.01, max_step: 10}", rprop},
		{"optimizer: {name: cautious-adam, eps_placement: outside}", optim.Cautious{Rule: optim.NewAdam()}},
		{"optimizer: {name: adam}\nweight_decay: 0.1", optim.NewAdam()},
	} {
		s := Default()
		if err := Parse("yaml", []byte(row.yaml), &s); err != nil {
			t.Errorf("%s: %v", row.yaml, err)
			continue
		}
		if got, err := s.Rule(); got != row.want {
			t.Errorf("%s is %s, %v, want %s", row.yaml, optim.Describe(got), err, optim.Describe(row.want))
		}
	}
}

// TestEveryHyperparameterHasASetting also reads what the help says of them.
func TestEveryHyperparameterHasASetting(t *testing.T) {
	for _, name := range optim.Names() {
		rule, err := optim.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range optim.Keys(rule) {
			switch key {
			case "eps_inside", "eps_outside":
				key = "optimizer.eps_placement"
			case "weight_decay":
			default:
				key = "optimizer." + key
			}
			row, err := Find(key)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if key != "weight_decay" { // whose help lists defaults alone
				has(t, row.usage, name)
			}
		}
	}
	for key, want := range map[string]string{
		"learning_rate":      "1 for adadelta, lars, schedule-free-sgd, prodigy and lbfgs",
		"weight_decay":       "0.01 for adamw and lamb, 0.0005 for lars, 0 for others",
		"optimizer.momentum": "μ of momentum, nesterov, rmsprop, lars, schedule-free-sgd and muon; auto: 0 for rmsprop, 0.95 for muon, 0.9 for others",
		"optimizer.trust":    "auto: 0.001",
	} {
		row, err := Find(key)
		if err != nil {
			t.Fatal(err)
		}
		has(t, row.usage, want)
	}
}

// TestShownSchedules looks for forms of schedules that the help does not show.
func TestShownSchedules(t *testing.T) {
	for _, form := range schedule.Forms() {
		if form.Name != "warmup" { // which has a setting of its own
			has(t, scheduleUsage(), form.Example)
		}
	}
}
