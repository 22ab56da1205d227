package optim

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestByNameUnknown(t *testing.T) {
	for name, want := range map[string]string{
		"adm": `did you mean "adam"?`, "AdamW": `did you mean "adamw"?`, "rms-prop": `did you mean "rmsprop"?`,
		"momentun": `did you mean "momentum"?`, "": "want one of sgd, ", "cautious-adm": `did you mean "adam"?`, "newton": "want one of sgd, momentum, nesterov, rprop, adagrad, adadelta, rmsprop, adam, adamw",
	} {
		if _, err := ByName(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one that says %q", name, err, want)
		}
	}
}

// TestWith sets every key of every rule, and reads it back as json does.
func TestWith(t *testing.T) {
	for _, r := range rows() {
		for _, key := range Keys(r.rule) {
			changed, err := With(r.rule, key, 1)
			if err != nil {
				t.Errorf("%s: %v", r.rule.Name(), err)
				continue
			}
			if got, ok := Value(changed, key); got != 1 || !ok {
				t.Errorf("%s with %s = 1: its value is %v, %v", r.rule.Name(), key, got, ok)
			}
			var was, is map[string]any
			for to, rule := range map[*map[string]any]Rule{&was: r.rule, &is: changed} {
				text, err := json.Marshal(bare(rule))
				if err == nil {
					err = json.Unmarshal(text, to)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for k, v := range is {
				want := was[k]
				if k == key {
					want = any(1.0)
					if _, ok := v.(bool); ok {
						want = any(true)
					}
				}
				if v != want {
					t.Errorf("%s with %s = 1: %s is %v, want %v", r.rule.Name(), key, k, v, want)
				}
			}
		}
		if name, _ := ByName(r.rule.Name()); name != r.rule {
			t.Errorf("%s: With changed the original", r.rule.Name())
		}
	}
}

func TestWithErrors(t *testing.T) {
	for _, tt := range []struct {
		rule  Rule
		key   string
		value float64
		want  string
	}{
		{NewAdam(), "beta", 0.5, `unknown hyperparameter "beta"; did you mean "beta1"? (one of beta1, beta2, eps)`},
		{Cautious{NewAdam()}, "beta", 0.5, `optimizer adam: unknown hyperparameter "beta"`},
		{NewSGD(), "momentum", 0.9, "optimizer sgd has no hyperparameter"},
		{NewRMSProp(), "eps_outside", 0.5, "switch, 1 or 0"},
		{nil, "eps", 1, "no rule"},
	} {
		if _, err := With(tt.rule, tt.key, tt.value); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("With(%v, %q): error %v, want one that says %q", tt.rule, tt.key, err, tt.want)
		}
	}
	if got := Describe(nil); got != "none" {
		t.Errorf("Describe(nil) = %q", got)
	}
}

func TestValue(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		key  string
		want float64
		ok   bool
	}{
		{NewLAMB(), "weight_decay", 0.01, true},
		{NewRMSProp(), "centered", 0, true},
		{RMSProp{Centered: true}, "centered", 1, true},
		{Cautious{Centralized{NewAdan()}}, "beta3", 0.99, true},
		{NewAdam(), "momentum", 0, false},
		{NewSGD(), "", 0, false},
		{Cautious{}, "beta1", 0, false},
		{nil, "beta1", 0, false},
	} {
		if got, ok := Value(tt.rule, tt.key); got != tt.want || ok != tt.ok {
			t.Errorf("Value(%s, %q) = %v, %v, want %v, %v", Describe(tt.rule), tt.key, got, ok, tt.want, tt.ok)
		}
	}
}
