package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestByNameUnknown(t *testing.T) {
	for name, want := range map[string]string{
		"adm": `did you mean "adam"?`, "AdamW": `did you mean "adamw"?`, "rms-prop": `did you mean "rmsprop"?`,
		"momentun": `did you mean "momentum"?`, "": "want one of sgd, ", "cautious-adm": `did you mean "adam"?`, "newton": "want one of sgd, momentum, nesterov, rprop, adagrad, adadelta, rmsprop, ftrl, adam, adamw",
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
		{NewAdam(), "beta", 0.5, `unknown hyperparameter "beta"; did you mean "beta1"? (one of beta1, beta2, eps, eps_hat, uncorrected)`},
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

func TestEpsPlacement(t *testing.T) {
	for _, tt := range []struct {
		rule   Rule
		place  string
		choice bool
	}{
		{NewRMSProp(), "inside", true}, {RMSProp{EpsOutside: true}, "outside", true},
		{NewAdaGrad(), "outside", true}, {Cautious{Centralized{AdaGrad{EpsInside: true}}}, "inside", true},
		{NewAdam(), "outside", false}, {Cautious{NewAdamW()}, "outside", false},
		{NewSGD(), "", false}, {nil, "", false},
	} {
		if place, choice := EpsPlacement(tt.rule); place != tt.place || choice != tt.choice {
			t.Errorf("EpsPlacement(%s) = %q, %v, want %q, %v", Describe(tt.rule), place, choice, tt.place, tt.choice)
		}
	}
}

// TestHyperparameters checks that each name of a hyperparameter is explained
// once, and that its range is one: no rule takes a value outside of it, and
// each takes one inside.
func TestHyperparameters(t *testing.T) {
	list := Hyperparameters()
	for _, h := range list {
		if h.Usage == "" || (h.Range == "") != h.Switch {
			t.Errorf("%+v: the first rule that has it must carry a usage tag and, but for a switch, one of its range", h)
			continue
		}
		tags := 0
		for _, name := range h.Rules {
			rule, _ := ByName(name)
			i := slices.IndexFunc(hypers(rule), func(f field) bool { return f.key == h.Key })
			if _, ok := reflect.TypeOf(rule).Field(hypers(rule)[i].index).Tag.Lookup("usage"); ok {
				tags++
			}
			if !h.Switch {
				checkRange(t, rule, h)
			}
		}
		if tags != 1 {
			t.Errorf("%s: %d of %v explain it; one should", h.Key, tags, h.Rules)
		}
	}
	for _, name := range Names() {
		rule, _ := ByName(name)
		for _, key := range Keys(rule) {
			if !slices.ContainsFunc(list, func(h Hyperparameter) bool { return h.Key == key && slices.Contains(h.Rules, name) }) {
				t.Errorf("%s of %s is not listed", key, name)
			}
		}
	}
}

func checkRange(t *testing.T, rule Rule, h Hyperparameter) {
	t.Helper()
	var low, high float64
	text := strings.Trim(strings.ReplaceAll(h.Range, "∞", "inf"), "[]()")
	if n, err := fmt.Sscanf(text, "%g, %g", &low, &high); n != 2 {
		t.Fatalf("%s: range %q: %v", h.Key, h.Range, err)
	}
	takes := func(v float64) bool {
		changed, err := With(rule, h.Key, v)
		if err != nil {
			t.Fatal(err)
		}
		return changed.Validate() == nil
	}
	for _, end := range []struct {
		bracket, at string
		v, beyond   float64
	}{
		{"[", h.Range[:1], low, math.Inf(-1)},
		{"]", h.Range[len(h.Range)-1:], high, math.Inf(1)},
	} {
		if beyond := math.Nextafter(end.v, end.beyond); takes(beyond) {
			t.Errorf("%s takes %s = %v, which is outside of %s", rule.Name(), h.Key, beyond, h.Range)
		}
		if end.at != end.bracket && takes(end.v) {
			t.Errorf("%s takes %s = %v, which is outside of %s", rule.Name(), h.Key, end.v, h.Range)
		}
	}
	if now, _ := Value(rule, h.Key); now < low || now > high {
		t.Errorf("%s has %s = %v, which is outside of %s", rule.Name(), h.Key, now, h.Range)
	}
}
