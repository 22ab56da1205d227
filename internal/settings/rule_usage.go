package settings

import (
	"slices"
	"strings"

	"descent/internal/human"
	"descent/optim"
	"descent/schedule"
)

// What the help says about update rules comes from the rules themselves.

const wrapUsage = "before a name, cautious- leaves out elements of a step that go against the gradient, and centralized- takes the mean out of the gradient of each output, as in cautious-adamw"

// hyperUsage says what a hyperparameter is, which rules have it, and what it
// is unless given.
func hyperUsage(h optim.Hyperparameter) string {
	what, write := h.Usage, human.Float
	if h.Switch {
		what, write = "true or false: "+what, func(v float64) string { return choose(v == 1, "true", "false") }
	}
	if strings.Contains(what, ",") || h.Switch {
		what += ","
	}
	return what + " of " + human.And(h.Rules) + "; auto: " + defaultsOf(func(rule optim.Rule) (float64, bool) {
		return optim.Value(rule, h.Key)
	}, write)
}

func rateUsage() string {
	return "learning rate η₀; auto: " + defaultsOf(func(rule optim.Rule) (float64, bool) {
		return rule.DefaultRate(), true
	}, human.Float) + "; for table, of adamw 0.0025 for classes and labels and 0.0125 for numbers"
}

func decayUsage() string {
	return "λ of decay of weights: η·λ·w is taken from w, but lamb, lars and prodigy add λ·w to what they scale; auto: " + defaultsOf(func(rule optim.Rule) (float64, bool) {
		value, _ := optim.Value(rule, "weight_decay")
		return value, true
	}, human.Float) + "; for table, of adamw 0.32"
}

// defaultsOf lists a value of rules as in "0.98 for adan, 0.9 for others"; the
// value of most is that of others.
func defaultsOf(value func(optim.Rule) (float64, bool), write func(float64) string) string {
	names := map[float64][]string{}
	var values []float64
	for _, rule := range rules() {
		v, ok := value(rule)
		if !ok {
			continue
		}
		if names[v] == nil {
			values = append(values, v)
		}
		names[v] = append(names[v], rule.Name())
	}
	if len(values) == 1 {
		return write(values[0])
	}
	most := slices.MaxFunc(values, func(a, b float64) int { return len(names[a]) - len(names[b]) })
	var parts []string
	for _, v := range values {
		if v != most {
			parts = append(parts, write(v)+" for "+human.And(names[v]))
		}
	}
	return strings.Join(parts, ", ") + ", " + write(most) + " for others"
}

// rules returns every rule with its defaults.
func rules() []optim.Rule {
	var list []optim.Rule
	for _, name := range optim.Names() {
		if rule, err := optim.ByName(name); err == nil { // as it is for all names
			list = append(list, rule)
		}
	}
	return list
}

// placers are the rules that can have ε inside or outside of the root.
func placers() []string {
	var names []string
	for _, rule := range rules() {
		if _, choice := optim.EpsPlacement(rule); choice {
			names = append(names, rule.Name())
		}
	}
	return names
}

func scheduleUsage() string {
	var forms []string
	for _, form := range schedule.Forms() {
		if form.Name != "warmup" { // which has a setting of its own
			forms = append(forms, form.Example)
		}
	}
	return "how the rate changes: " + strings.Join(forms, "; ") + "; what is in brackets may be left out; e counts epochs, a bare number updates; \"descent schedule\" draws them; auto: cosine, coslog4 for table"
}
