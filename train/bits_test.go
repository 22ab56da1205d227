package train_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"descent/data"
	"descent/internal/goldentest"
	"descent/internal/kernel/isa"
	"descent/internal/rng"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// update writes bits.json anew. It is for what changes weights on purpose; no
// machine has bits of its own.
var update = flag.Bool("update", false, "write testdata/bits.json anew, on every rule")

// shortRules are those that run with -short, each of another kind: formulas of
// elements, norms of layers, an average of its own, products, eigenvectors, a
// search along lines.
var shortRules = []string{"adam", "lamb", "schedule-free-adamw", "muon", "shampoo", "lbfgs"}

// A bitsRun is a training of few updates that needs kernels which others do not.
type bitsRun struct {
	name   string
	only   string // the rule that it is for; all rules, where it is empty
	still  bool   // the loss of the same weights is the same, as a search needs
	net    nn.Layer
	change func(*train.Config)
}

func bitsRuns(t *testing.T) []bitsRun {
	dense := nn.MLP([]int{24}, 3, nn.Softplus, 0, nil)
	same := func(filters int) nn.Conv2D {
		return nn.Conv2D{Filters: filters, Kernel: nn.Square(3), Padding: nn.Same}
	}
	augmented, err := data.ParseAugment("crop:1,flip,vflip,shift:0.1,rotate:20,scale:0.2,brightness:0.3,contrast:0.4,saturation:0.5,cutout:3,mixup:0.4")
	if err != nil {
		t.Fatal(err)
	}
	return []bitsRun{
		{name: "dense", still: true, net: nn.MLP([]int{70, 24, 16}, 3, nn.GELU, 0, nil)},
		{name: "convolutional", still: true, net: nn.Sequential{ // direct, in Winograd's tiles of three and five taps, strided, in groups, by channel
			same(16), nn.SiLU, same(17), nn.MaxPool{},
			nn.Conv2D{Filters: 16, Kernel: nn.Square(5), Padding: nn.Same, Activation: nn.Tanh},
			nn.Conv2D{Filters: 8, Kernel: nn.Square(3), Stride: nn.Square(2), Padding: nn.Same, Groups: 2},
			nn.DepthwiseConv{Kernel: nn.Square(2)}, nn.Flatten{}, nn.Dense{Units: 3},
		}},
		{name: "normalized", still: true, net: nn.Sequential{
			same(6), nn.BatchNorm{}, nn.ReLU, nn.AvgPool{}, same(6), nn.GroupNorm{Groups: 2}, nn.Sigmoid,
			nn.Flatten{}, nn.Dense{Units: 20}, nn.LayerNorm{}, nn.Tanh, nn.Dense{Units: 18}, nn.RMSNorm{}, nn.Dense{Units: 3},
		}},
		{name: "dropout", net: nn.Sequential{
			same(6), nn.SpatialDropout{Rate: 0.3}, nn.ReLU, nn.Residual{Layers: nn.Sequential{same(6), nn.DropPath{Rate: 0.4}}},
			nn.MaxPool{}, nn.Flatten{}, nn.Dense{Units: 20, Activation: nn.ELU}, nn.Dropout{Rate: 0.2}, nn.Dense{Units: 3},
		}},
		{name: "augmented", net: nn.Sequential{same(6), nn.ReLU, nn.GlobalAvgPool{}, nn.Dense{Units: 3}}, change: func(c *train.Config) { c.Augment = augmented }},
		{name: "in parts", net: dense, change: func(c *train.Config) { // of which the last is smaller
			c.MicroBatch, c.SAM, c.Clip, c.Noise = 7, 0.05, optim.Clip{Norm: 1, Value: 0.5}, optim.NewNoise(0.1)
			c.Schedule = schedule.Cosine{Steps: 8, Floor: 0.1}
		}},
		{name: "around", only: "momentum", net: dense, change: func(c *train.Config) {
			c.WeightDecay, c.ProxL1, c.MaxNorm, c.Lookahead = 0.01, 1e-3, 1, optim.Lookahead{Every: 2, Alpha: 0.5}
			c.Average = train.EMA(0.9)
		}},
	}
}

// train returns the hash of the weights that the run ends with.
func (r bitsRun) train(t *testing.T, rule string, workers int) string {
	t.Helper()
	cfg := train.Config{BatchSize: 16, Epochs: 2, Seed: 1, Penalty: loss.Penalty{L1: 1e-5, L2: 1e-4}, Workers: workers}
	if r.change != nil {
		r.change(&cfg)
	}
	var err error
	if cfg.Optimizer, err = optim.ByName(rule); err != nil {
		t.Fatal(err)
	}
	if _, ok := cfg.Optimizer.(optim.LineSearchRule); ok {
		cfg.BatchSize, cfg.MicroBatch, cfg.Epochs = train.All, 16, 3
	}
	source := snow(t)
	trainer := newTrainer(t, r.net, source.Spec(), cfg)
	defer trainer.Close()
	steps(t, trainer, source)
	return trainer.Model().SHA256()
}

// snow is 24 images [6 6 3] without a meaning, in three classes.
func snow(t *testing.T) data.Source {
	t.Helper()
	x, labels := make([][]float32, 24), make([]int, 24)
	for i := range x {
		x[i], labels[i] = make([]float32, 6*6*3), i*i%7%3
		rng.Key{Seed: 3}.Uniform(x[i], i*len(x[i]))
	}
	source, err := data.FromClasses(x, labels, []string{"a", "b", "c"})
	if err == nil {
		source, err = data.Reshape(source, 6, 6, 3)
	}
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// goesWith is whether the run can be made by the rule.
func (r bitsRun) goesWith(rule string) bool {
	by, err := optim.ByName(rule)
	_, searches := by.(optim.LineSearchRule)
	return err == nil && (r.only == "" || r.only == rule) && (r.still || !searches)
}

// TestEqualBits: runs of every kind, by every rule, end in the weights that
// testdata/bits.json has, on every instruction set of this machine and with one
// to four workers. The file is the same for all machines.
func TestEqualBits(t *testing.T) {
	rules, workers := append(optim.Names(), "cautious-adamw", "centralized-momentum"), []int{1, 2, 3, 4}
	want := map[string]string{}
	switch {
	case testing.Short() && *update:
		t.Fatal("-short runs some of the rules, and -update needs all")
	case !*update:
		want = goldentest.Load[map[string]string](t, "bits.json")
	}
	if testing.Short() {
		rules, workers = shortRules, []int{2}
	}
	for tier := range isa.Count {
		if !slices.Contains(isa.Tiers(), tier) {
			t.Logf("this machine has no %v", tier)
		}
	}
	seen := map[string]string{}
	for _, run := range bitsRuns(t) {
		for _, rule := range rules {
			if !run.goesWith(rule) {
				continue
			}
			name := run.name + ", " + rule
			t.Run(name, func(t *testing.T) {
				for _, tier := range isa.Tiers() {
					defer isa.Use(tier)()
					for _, n := range workers {
						got := run.train(t, rule, n)
						if *update && want[name] == "" {
							want[name] = got
						}
						if got != want[name] {
							t.Errorf("%v, %d workers: weights %.12s, want %.12s", tier, n, got, want[name])
						}
					}
				}
			})
			if other, same := seen[want[name]]; same {
				t.Errorf("%s ends in the weights of %s", name, other)
			}
			seen[want[name]] = name
		}
	}
	if !testing.Short() && len(seen) != len(want) {
		t.Errorf("testdata/bits.json has %d runs, and there are %d", len(want), len(seen))
	}
	if *update && !t.Failed() {
		text, err := json.MarshalIndent(want, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", "bits.json"), append(text, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
