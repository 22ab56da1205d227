package cli

import (
	"strings"
	"testing"

	"descent/optim"
)

// ruleNames are those of every rule, and of some that are wrapped.
func ruleNames() []string {
	return append(optim.Names(), "cautious-adamw", "centralized-rmsprop", "cautious-centralized-lamb")
}

// TestEveryRuleRepeatsAsItself trains with each rule and again with the
// settings that the run kept.
func TestEveryRuleRepeatsAsItself(t *testing.T) {
	for _, name := range ruleNames() {
		one := []string{"--epochs", "1", "--model", "linear", "--batch", "128"}
		if name == "lbfgs" {
			one = append(one, "--batch", "all")
		}
		sum, out := trained(t, append(one, "--optimizer", name)...)
		if sum["optimizer"] != name {
			t.Errorf("%s: the rule is %v", name, sum["optimizer"])
		}
		if got := sha(t, "--model", "linear", "--epochs", "1", "--config", out+"/config.yaml"); got != sum["weights_sha256"] {
			t.Errorf("%s: the kept settings give other bits:\n%s", name, readFile(t, out+"/config.yaml"))
		}
	}
}

func TestRuleRefusals(t *testing.T) {
	for _, row := range []struct {
		line string
		want []string
	}{
		{"--optimizer yogi --eps-placement inside", []string{"yogi", "no choice", "adagrad and rmsprop"}},
		{"--optimizer sgd --eps-placement inside", []string{"sgd", "no choice", "adagrad and rmsprop"}},
		{"--optimizer cautious-adam --eps-placement inside", []string{"cautious-adam", "outside", "only"}},
		{"--optimizer rmsprop --eps-placement insid", []string{`did you mean "inside"`}},
		{"--optimizer adam --set optimizer.beta3=0.5", []string{"adam", "beta3", "beta1"}},
		{"--optimizer rmsprop --set optimizer.centered=1", []string{"centered", "true or false"}},
		{"--optimizer lars --set optimizer.trust=0", []string{"Trust", "positive"}},
		{"--set optimizer.centred=true", []string{`did you mean "optimizer.centered"`}},
		{"--min-step 0.1", []string{"optimizer adam", `unknown hyperparameter "min_step"`}},
		{"--optimizer cautios-adam", []string{"cautios-adam"}},
	} {
		r := command(t, append(append([]string{}, small...), strings.Fields(row.line)...)...).want(t, exitUsage)
		contains(t, r.stderr, row.want...)
	}
}
