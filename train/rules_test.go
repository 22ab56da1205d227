package train

import (
	"context"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/optim"
)

// TestEvaluatedWeights: under a rule that evaluates an average of its own, that
// is the model, before the first update and after the last.
func TestEvaluatedWeights(t *testing.T) {
	parts := digits(t)
	cfg := Config{Optimizer: optim.NewScheduleFreeAdamW(), Epochs: 2, Seed: 1}
	tr := trainer(t, nn.MLP([]int{8}, 10, nn.ReLU, 0, nil), parts.Train.Spec(), cfg)
	const weight = "1.dense.weight"
	start := slices.Clone(tr.store.Value(weight))
	if !slices.Equal(tr.Model().Store().Value(weight), start) || !slices.Equal(tr.store.Value(weight+"/z"), start) {
		t.Error("training does not start at the first weights")
	}
	model, err := tr.Fit(context.Background(), parts.Train, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := model.Store().Value(weight)
	if !slices.Equal(now, tr.store.Value(weight+"/x")) || slices.Equal(now, tr.store.Value(weight)) || slices.Equal(now, start) {
		t.Error("the model is not the average")
	}
	if got := tr.evaluated().Value(weight); &got[0] != &tr.store.Value(weight + "/x")[0] {
		t.Error("validation is not of the average")
	}
	cfg.From = model
	if again := trainer(t, nn.MLP([]int{8}, 10, nn.ReLU, 0, nil), parts.Train.Spec(), cfg); !slices.Equal(again.store.Value(weight+"/x"), now) {
		t.Error("training from a model does not start at its weights")
	}
	cfg.From, cfg.Average = nil, EMA(0.9)
	if _, err := New(nn.Dense{Units: 10}, parts.Train.Spec(), cfg); err == nil || !strings.Contains(err.Error(), "schedule-free-adamw evaluates an average of its own") {
		t.Errorf("two averages: error %v", err)
	}
}

// TestHidden says which weights are hidden by the state that Muon keeps.
func TestHidden(t *testing.T) {
	spec := digits(t).Train.Spec()
	for _, tt := range []struct {
		net  nn.Layer
		want string
	}{
		{nn.Sequential{nn.Flatten{}, nn.Dense{Units: 8}, nn.Dense{Units: 10}}, ""},
		{nn.Sequential{nn.Flatten{}, nn.Dense{Units: 8}, nn.Dense{Units: 7}, nn.Dense{Units: 6}, nn.Dense{Units: 10}}, "2.dense.weight 3.dense.weight"},
		{nn.Sequential{nn.Conv2D{Filters: 4, Kernel: nn.Square(3)}, nn.Conv2D{Filters: 5, Kernel: nn.Square(3)}, nn.BatchNorm{}, nn.Flatten{}, nn.Dense{Units: 10}}, "1.conv2d.weight"},
		{nn.Sequential{nn.Flatten{}, nn.Embedding{Size: 17, Dim: 3}, nn.Flatten{}, nn.Dense{Units: 8}, nn.Dense{Units: 10}}, "3.dense.weight"},
	} {
		tr := trainer(t, tt.net, spec, Config{Optimizer: optim.NewMuon()})
		var hidden []string
		for _, name := range tr.store.Names() {
			if param, ok := strings.CutSuffix(name, "/b"); ok {
				hidden = append(hidden, param)
			}
		}
		if got := strings.Join(hidden, " "); got != tt.want {
			t.Errorf("%v: hidden are %q, want %q of %v", tt.net, got, tt.want, tr.store.Names())
		}
	}
}

// TestSearch: the loss of L-BFGS never rises, also in micro-batches and with a
// rate that is far too large, and falls further than that of Adam.
func TestSearch(t *testing.T) {
	rows := make([]int, 150)
	for i := range rows {
		rows[i] = i
	}
	source := data.Subset(digits(t).Train, rows)
	run := func(change func(*Config)) (losses []float64, shortened int) {
		cfg := Config{Optimizer: optim.NewLBFGS(), BatchSize: All, Epochs: 40, Seed: 1, Penalty: loss.L2(1e-4)}
		change(&cfg)
		tr := trainer(t, nn.MLP([]int{12}, 10, nn.Tanh, 0, nil), source.Spec(), cfg)
		for s, err := range tr.Steps(context.Background(), source) {
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, s.Loss+s.Penalty)
			if s.Rate < cfg.LearningRate {
				shortened++
			}
		}
		return losses, shortened
	}
	adam, _ := run(func(c *Config) { c.Optimizer, c.LearningRate = optim.NewAdam(), 0.02 })
	for name, change := range map[string]func(*Config){
		"whole":          func(c *Config) { c.LearningRate = 1 },
		"micro-batches":  func(c *Config) { c.LearningRate, c.MicroBatch = 1, 64 },
		"large rate":     func(c *Config) { c.LearningRate = 1000 },
		"without memory": func(c *Config) { c.LearningRate, c.Optimizer = 1, optim.LBFGS{Memory: 1} },
	} {
		losses, shortened := run(change)
		for i := 1; i < len(losses); i++ {
			if losses[i] > losses[i-1]*(1+1e-6) {
				t.Errorf("%s: the loss rises from %v to %v at update %d", name, losses[i-1], losses[i], i)
			}
		}
		end := losses[len(losses)-1]
		if name != "without memory" && name != "large rate" && end > adam[len(adam)-1] {
			t.Errorf("%s: ends at %v, Adam at %v", name, end, adam[len(adam)-1])
		}
		if name == "large rate" && shortened < len(losses)-5 {
			t.Errorf("%s: only %d steps were shortened", name, shortened)
		}
		t.Logf("%s: %.4g after %d updates, %d shortened; Adam %.4g", name, end, len(losses), shortened, adam[len(adam)-1])
	}
}

// TestSearchGivesUp turns the direction around: no step along it helps, so
// that θ stays and the pairs are forgotten.
func TestSearchGivesUp(t *testing.T) {
	source := digits(t).Train
	tr := trainer(t, nn.MLP([]int{5}, 10, nn.Tanh, 0, nil), source.Spec(), Config{Optimizer: optim.NewLBFGS(), BatchSize: All, Epochs: 3})
	for s, err := range tr.Steps(context.Background(), source) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Update < 3 {
			continue
		}
		const weight = "1.dense.weight"
		start := slices.Clone(tr.store.Value(weight + "/at"))
		worse := func() (float64, error) { return s.Loss + s.Penalty + 1, nil }
		if err := tr.search(&s, worse); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(tr.store.Value(weight), start) || s.Rate != 0 {
			t.Error("θ has moved")
		}
		if slices.ContainsFunc(tr.store.Value(weight+"/s0"), func(x float32) bool { return x != 0 }) {
			t.Error("a pair is left")
		}
	}
}

// TestSearchRefusals names each thing that L-BFGS cannot be trained with.
func TestSearchRefusals(t *testing.T) {
	spec := digits(t).Train.Spec()
	plain := nn.MLP([]int{5}, 10, nn.Tanh, 0, nil)
	for _, tt := range []struct {
		net    nn.Layer
		change func(*Config)
		want   string
	}{
		{plain, func(c *Config) { c.BatchSize = 32 }, "make it All"},
		{plain, func(c *Config) { c.Augment.Flip = true }, "augmented"},
		{plain, func(c *Config) { c.SAM = 0.05 }, "SAM"},
		{plain, func(c *Config) { c.Average = EMA(0.9) }, "average"},
		{plain, func(c *Config) { c.Clip = optim.ClipNorm(1) }, "clipped"},
		{plain, func(c *Config) { c.Noise = optim.NewNoise(0.1) }, "noisy"},
		{plain, func(c *Config) { c.WeightDecay = 0.1 }, "Penalty"},
		{plain, func(c *Config) { c.Groups = []optim.Group{{Match: "*", RateFactor: 2}} }, "groups"},
		{nn.MLP([]int{5}, 10, nn.Tanh, 0.5, nil), func(*Config) {}, "leave dropout out"},
	} {
		cfg := Config{Optimizer: optim.NewLBFGS(), BatchSize: All}
		tt.change(&cfg)
		if _, err := New(tt.net, spec, cfg); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "lbfgs") {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
	}
	trainer(t, plain, spec, Config{Optimizer: optim.NewLBFGS(), BatchSize: All, Groups: []optim.Group{{Match: "1.*", Freeze: true}}})
}
