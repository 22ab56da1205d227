package optim

import (
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/plan"
	"descent/schedule"
)

// after returns the parameters of layers after some updates.
func after(t *testing.T, cfg Config, updates int) map[string][]float64 {
	t.Helper()
	g, step := traced(t, cfg, shapes)
	values := cut(starts[float64](), "")
	for _, v := range step.State {
		values[v.Name] = make([]float64, v.Type.Size())
		Fill(v, values[v.Name], func(name string) []float64 { return values[name] })
	}
	run := inFloat64(g, cfg.Clip, step)
	for i := 1; i <= updates; i++ {
		if _, err := run(i, rateAt(0.01, i), values, cut(gradients[float64](i), "'")); err != nil {
			t.Fatal(err)
		}
	}
	return map[string][]float64{"w": values["w"], "b": values["b"], "k": values["k"]}
}

func same(a, b map[string][]float64) bool {
	for name := range a {
		if !slices.Equal(a[name], b[name]) {
			return false
		}
	}
	return true
}

// TestAroundIdentities are equalities between configurations, bit for bit in
// float64.
func TestAroundIdentities(t *testing.T) {
	adam, adamw := Config{Rule: NewAdam()}, Config{Rule: NewAdamW()}
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	drive := func(key string) map[string]schedule.Schedule {
		return map[string]schedule.Schedule{key: schedule.Step{Every: 3, Factor: 0.5}}
	}
	all := func(string) bool { return true }
	for _, tt := range []struct {
		name string
		a, b Config
	}{
		{"limits that are not reached", with(adam, func(c *Config) { c.Clip, c.MaxNorm = Clip{1e9, 1e9, 1e9, 1e9}, 1e9 }), adam},
		{"slow weights that follow at once", with(adam, func(c *Config) { c.Lookahead = Lookahead{100, 0.5} }), adam},
		{"a group that changes nothing", with(adam, func(c *Config) { c.Groups = []Group{{Match: "k", RateFactor: 1}} }), adam},
		{"a group of all", with(adam, func(c *Config) { c.Groups = []Group{{Where: all, Rule: NewMomentum()}} }), Config{Rule: NewMomentum()}},
		{"half the rate for all", with(adam, func(c *Config) {
			c.Groups = []Group{{Where: all, RateFactor: 0.5}, {Match: "z", Freeze: true}}
			c.Groups = c.Groups[:1]
		}), with(adam, func(c *Config) {
			c.Groups = []Group{{Match: "?", Rule: NewAdam(), RateFactor: 0.5}}
		})},
		{"AdamW's own decay of a kind", with(adamw, func(c *Config) { c.DecayKind = Cautiously }), with(adam, func(c *Config) { c.DecayKind, c.WeightDecay = Cautiously, 0.01 })},
		{"AdamW's own decay as L2", with(adamw, func(c *Config) { c.DecayKind = CoupledL2 }), with(adam, func(c *Config) { c.DecayKind, c.WeightDecay = CoupledL2, 0.01 })},
		{"a group's decay instead of AdamW's own", with(adamw, func(c *Config) { c.Groups = []Group{{Where: all, WeightDecay: new(0.0)}} }), adam},
		{"a bias that decays", with(adamw, func(c *Config) { c.Groups = []Group{{Match: "b", WeightDecay: new(0.01)}} }), with(adam, func(c *Config) {
			c.WeightDecay, c.Groups = 0.01, []Group{{Match: "b", WeightDecay: new(0.01)}}
		})},
		{"a group's decay inside of LAMB", with(Config{Rule: NewLAMB()}, func(c *Config) {
			c.Groups = []Group{{Match: "?", WeightDecay: new(0.5)}}
		}), with(Config{Rule: LAMB{0.9, 0.999, 1e-6, 0.5}}, func(c *Config) { c.Groups = []Group{{Match: "b", WeightDecay: new(0.5)}} })},
		{"a group's decay outside of the cautious mask", with(Config{Rule: Cautious{NewAdamW()}}, func(c *Config) {
			c.Groups = []Group{{Match: "b", WeightDecay: new(0.0)}, {Match: "?", WeightDecay: new(0.3)}}
		}), Config{Rule: Cautious{AdamW{0.9, 0.999, 1e-8, 0.3}}}},
		{"constant schedules", with(adamw, func(c *Config) {
			c.Schedules = map[string]schedule.Schedule{"beta1": schedule.Constant{}, "eps": schedule.Constant{}, "weight_decay": schedule.Constant{}}
		}), adamw},
		{"a schedule of a rule's own decay", with(adamw, func(c *Config) { c.Schedules = drive("weight_decay") }), with(adam, func(c *Config) { c.WeightDecay, c.Schedules = 0.01, drive("weight_decay") })},
		{"a group's schedule of its decay", with(adamw, func(c *Config) {
			c.Groups = []Group{{Match: "b", WeightDecay: new(0.0)}, {Where: all, WeightDecay: new(0.01), Schedules: drive("weight_decay")}}
		}), with(adamw, func(c *Config) { c.Schedules = drive("weight_decay") })},
		{"a group's schedule instead of that of all", with(adamw, func(c *Config) {
			c.Schedules = map[string]schedule.Schedule{"weight_decay": schedule.NewDip(9)}
			c.Groups = []Group{{Match: "b", WeightDecay: new(0.0)}, {Where: all, WeightDecay: new(0.01), Schedules: drive("weight_decay")}}
		}), with(adamw, func(c *Config) { c.Schedules = drive("weight_decay") })},
		{"a group's schedule of its rule", with(adam, func(c *Config) {
			c.Groups = []Group{{Where: all, Rule: NewMomentum(), Schedules: drive("momentum")}}
		}), with(Config{Rule: NewMomentum()}, func(c *Config) { c.Schedules = drive("momentum") })},
		{"a schedule in a wrapper", with(Config{Rule: Centralized{NewMomentum()}}, func(c *Config) {
			c.Schedules = drive("momentum")
			c.Groups = []Group{{Where: all, Rule: NewMomentum()}}
		}), with(Config{Rule: NewMomentum()}, func(c *Config) { c.Schedules = drive("momentum") })},
	} {
		if !same(after(t, tt.a, 15), after(t, tt.b, 15)) {
			t.Errorf("%s: not the same", tt.name)
		}
	}
	if same(after(t, adam, 15), after(t, adamw, 15)) {
		t.Error("Adam and AdamW are the same: the comparison sees nothing")
	}
}

// TestGroupsShareTheirRule: a group without a rule of its own stays with the
// others, also under rules that need all parameters at once.
func TestGroupsShareTheirRule(t *testing.T) {
	for _, r := range rows() {
		plain := Config{Rule: r.rule}
		grouped := plain
		grouped.Groups = []Group{{Match: "k", RateFactor: 1}, {Match: "b", Adaptive: new(0.0)}}
		if !same(after(t, plain, 4), after(t, grouped, 4)) {
			t.Errorf("%s: groups that change nothing change something", r.rule.Name())
		}
	}
}

// TestSchedulesOfEveryRule drives each hyperparameter of each rule. Those that
// are not refused change what the rule does, and with a constant schedule do
// not.
func TestSchedulesOfEveryRule(t *testing.T) {
	driven := map[string][]string{}
	for _, r := range rows() {
		for _, key := range Keys(r.rule) {
			v, _ := Value(r.rule, key)
			cfg := Config{Rule: r.rule, Schedules: map[string]schedule.Schedule{key: schedule.Cosine{Steps: 3, Floor: 0.9}}}
			if v == 0 || cfg.Validate() != nil {
				continue
			}
			driven[r.rule.Name()] = append(driven[r.rule.Name()], key)
			late := []string{"rms_clip", "max_step", "min_step", "least_scale", "d_coef"} // limits that are not reached
			if r.rule.Name() != "muon" && !slices.Contains(late, key) && same(after(t, cfg, 6), after(t, Config{Rule: r.rule}, 6)) {
				t.Errorf("%s: a schedule of %s changes nothing", r.rule.Name(), key)
			}
			cfg.Schedules[key] = schedule.Constant{}
			if !same(after(t, cfg, 6), after(t, Config{Rule: r.rule}, 6)) {
				t.Errorf("%s: a constant schedule of %s changes something", r.rule.Name(), key)
			}
		}
	}
	for rule, keys := range map[string][]string{
		"momentum": {"momentum"}, "adam": {"beta1", "beta2", "eps"}, "adamw": {"beta1", "beta2", "eps", "weight_decay"},
		"lion": nil, "radam": {"beta1", "eps"}, "lamb": {"beta1", "beta2", "eps", "weight_decay"}, "rmsprop": {"rho", "eps"},
	} {
		if !slices.Equal(driven[rule], keys) {
			t.Errorf("%s: %v can follow schedules, want %v", rule, driven[rule], keys)
		}
	}
}

// TestOwnRule shows that a rule of the user's own follows schedules, and is one
// pass over memory, like any other.
func TestOwnRule(t *testing.T) {
	own := Config{Rule: scaled{Scale: 2}, Schedules: map[string]schedule.Schedule{"scale": schedule.Step{Every: 1, Factor: 0.5}}}
	theta := []float64{0}
	s := new(State[float64])
	for range 3 {
		if err := ApplyConfig(own, s, 1, theta, []float64{1}); err != nil {
			t.Fatal(err)
		}
	}
	if theta[0] != -3.5 { // 2 + 1 + ½
		t.Errorf("θ = %v, want -3.5", theta[0])
	}
	g, step := traced(t, own, big)
	p, err := plan.Compile(g, [][]graph.Tensor{{step.NormSquared}, {}}, step.Updates)
	if err != nil || passes(p) != [2]int{3, 3} {
		t.Errorf("%v passes, want 3 and 3; error %v", passes(p), err)
	}
}

// scaled multiplies the gradient.
type scaled struct {
	base
	Scale float64 `json:"scale"`
}

func (o scaled) Update(p *Param) graph.Tensor { return p.Grad.Mul(p.Hyper("scale", o.Scale)) }
