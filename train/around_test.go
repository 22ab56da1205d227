package train

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/model"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
)

// Slow weights are what is evaluated and what becomes the model. After each
// k-th update they are the weights themselves; buffers are not looked ahead.
func TestLookaheadIsEvaluated(t *testing.T) {
	parts := digits(t)
	net := nn.Sequential{nn.Flatten{}, nn.Dense{Units: 8}, nn.BatchNorm{}, nn.ReLU, nn.Dense{Units: 10}}
	tr := trainer(t, net, parts.Train.Spec(), Config{BatchSize: 64, Epochs: 1, Lookahead: optim.Lookahead{Every: 4, Alpha: 0.5}, Freeze: []string{"4.*"}})
	start := tr.Model()
	var last *model.Model
	for step, err := range tr.Steps(context.Background(), parts.Train) {
		if err != nil {
			t.Fatal(err)
		}
		now := tr.Model()
		for _, p := range tr.params {
			got, live := now.Store().Value(p.Name), tr.store.Value(p.Name)
			frozen := strings.HasPrefix(p.Name, "4.")
			meets := step.Update%4 == 0 || p.Role == nn.Buffer || frozen
			if slices.Equal(got, live) != meets {
				t.Errorf("update %d: %s is live: %v, want %v", step.Update, p.Name, !meets, meets)
			}
			before := start
			if step.Update > 4 {
				before = last
			}
			if stays := step.Update%4 != 0 && p.Role != nn.Buffer || frozen; stays && !slices.Equal(got, before.Store().Value(p.Name)) {
				t.Errorf("update %d: %s has moved", step.Update, p.Name)
			}
		}
		last = now
		if step.Update == 9 {
			break
		}
	}
	got, err := tr.validate.Evaluate(context.Background(), parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	want, err := tr.Model().Evaluate(context.Background(), parts.Validation)
	if err != nil || got.Loss != want.Loss {
		t.Errorf("validation loss %v, that of the model is %v: %v", got.Loss, want.Loss, err)
	}
}

// A group that freezes is Config.Freeze, to the bit and to the plan.
func TestGroupsFreeze(t *testing.T) {
	parts := digits(t)
	net := nn.MLP([]int{12, 9}, 10, nn.ReLU, 0, nil)
	run := func(cfg Config) (string, string) {
		cfg.Epochs, cfg.BatchSize, cfg.WeightDecay = 1, 64, 0.1
		tr := trainer(t, net, parts.Train.Spec(), cfg)
		if _, err := tr.Fit(context.Background(), parts.Train, nil); err != nil {
			t.Fatal(err)
		}
		p, err := tr.program(modeStep, 64, 0)
		if err != nil {
			t.Fatal(err)
		}
		return tr.Model().SHA256(), p.String()
	}
	want, wantPlan := run(Config{Freeze: []string{"1.*", "*.bias"}})
	got, plan := run(Config{Groups: []optim.Group{{Match: "1.*", Freeze: true}, {Where: func(name string) bool { return strings.HasSuffix(name, ".bias") }, Freeze: true}}})
	if got != want || plan != wantPlan {
		t.Errorf("other weights, or another plan:\n%s\nwant\n%s", plan, wantPlan)
	}
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{Groups: []optim.Group{{Match: "7.*", RateFactor: 2}}}, `group 1 of parameters, "7.*" matches none of 1.dense.weight, 1.dense.bias`},
		{Config{Groups: []optim.Group{{Match: "7.*", Freeze: true}}}, `group 1 of parameters, "7.*" matches none of 1.dense.weight`},
		{Config{Groups: []optim.Group{{Match: "*", Freeze: true}}}, "no parameters to train"},
		{Config{Freeze: []string{"1.*"}, Groups: []optim.Group{{Match: "1.*", RateFactor: 2}}}, `"1.*" matches none of 2.dense.weight`},
		{Config{SAM: -1}, "SAM's ρ is -1"},
		{Config{Schedules: map[string]schedule.Schedule{"momentum": schedule.NewDip(9)}}, `"momentum"`},
		{Config{Average: EMA(0.9), Optimizer: optim.NewAdam(), Groups: []optim.Group{{Match: "*", Rule: optim.NewScheduleFreeSGD()}}}, "schedule-free-sgd evaluates an average of its own"},
	} {
		if _, err := New(net, parts.Train.Spec(), c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one that says %s", c.cfg.Groups, err, c.want)
		}
	}
}

// What surrounds the rule does not see whether the gradient was added up in
// parts: the weights differ by the rounding of sums only.
func TestAroundInParts(t *testing.T) {
	parts := digits(t)
	run := func(micro int, change func(*Config)) *model.Model {
		cfg := Config{
			Optimizer: optim.NewMomentum(), LearningRate: 0.1, Schedule: schedule.Cosine{Steps: 12}, BatchSize: 120, MicroBatch: micro, Epochs: 1, Seed: 3, SAM: 0.1,
			Clip: optim.Clip{Adaptive: 0.1, Param: 0.05, Norm: 0.06}, WeightDecay: 0.1, DecayKind: optim.Corrected, MaxNorm: 0.8,
			Lookahead: optim.Lookahead{Every: 3, Alpha: 0.5}, Groups: []optim.Group{{Match: "*.bias", RateFactor: 2, WeightDecay: new(0.2)}},
			Schedules: map[string]schedule.Schedule{"momentum": schedule.NewDip(10), "weight_decay": schedule.Cosine{Steps: 10}},
		}
		change(&cfg)
		tr := trainer(t, nn.MLP([]int{12}, 10, nn.Tanh, 0, nil), parts.Train.Spec(), cfg)
		if _, err := tr.Fit(context.Background(), parts.Train, nil); err != nil {
			t.Fatal(err)
		}
		return tr.Model()
	}
	apart := func(a, b *model.Model) (d float64) {
		for name, x := range a.Weights() {
			for i, v := range b.Store().Value(name) {
				d = max(d, math.Abs(float64(v-x[i])))
			}
		}
		return d
	}
	same := func(*Config) {}
	whole := run(120, same)
	const bound = 6e-8 // measured, doubled
	for _, micro := range []int{60, 33} {
		if d := apart(whole, run(micro, same)); d > bound {
			t.Errorf("in parts of %d: off by %v", micro, d)
		}
	}
	for what, change := range map[string]func(*Config){
		"adaptive": func(c *Config) { c.Clip.Adaptive = 0 }, "param": func(c *Config) { c.Clip.Param = 0 }, "norm": func(c *Config) { c.Clip.Norm = 0 },
		"sam": func(c *Config) { c.SAM = 0 }, "kind": func(c *Config) { c.DecayKind = optim.Decoupled }, "max norm": func(c *Config) { c.MaxNorm = 0 },
		"lookahead": func(c *Config) { c.Lookahead.Alpha = 0.6 }, "group": func(c *Config) { c.Groups[0].RateFactor = 1 },
		"schedule": func(c *Config) { delete(c.Schedules, "momentum") },
	} {
		if d := apart(whole, run(33, change)); d < 100*bound {
			t.Errorf("%s takes no part: off by %v", what, d)
		}
	}
}
