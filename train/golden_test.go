package train_test

import (
	"fmt"
	"math"
	"testing"

	"descent/data"
	"descent/internal/goldentest"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// goldenFile is testdata/golden.json, which golden.py has made.
type goldenFile struct {
	Data struct {
		X       [][]float32
		Labels  []int
		Targets [][]float32
	}
	Starts map[string]map[string][]float64
	Runs   []goldenRun
}

type goldenRun struct {
	Name, Rule, Loss string
	Rate, Smoothing  float64
	Hyper            map[string]float64
	Schedule         *struct {
		Kind              string
		Every, Patience   int
		Factor, Threshold float64
	}
	L1, L2               float64
	WeightDecay          float64 `json:"weight_decay"`
	ClipNorm             float64 `json:"clip_norm"`
	ClipValue            float64 `json:"clip_value"`
	Losses, Rates, Norms []float64
	Weights              map[string][]float64
}

// config returns the run's configuration.
func (r goldenRun) config(t *testing.T) train.Config {
	t.Helper()
	rule, err := optim.ByName(r.Rule)
	if err != nil {
		t.Fatal(err)
	}
	for key, v := range r.Hyper {
		if key == "eps_outside" {
			continue
		}
		if rule, err = optim.With(rule, key, v); err != nil {
			t.Fatal(err)
		}
	}
	switch o := rule.(type) {
	case optim.RMSProp:
		o.EpsOutside = r.Hyper["eps_outside"] == 1
		rule = o
	case optim.AdamW:
		o.Lambda = r.WeightDecay
		rule = o
	}
	l, err := loss.ByName(r.Loss)
	if err != nil {
		t.Fatal(err)
	}
	if r.Smoothing != 0 {
		l = loss.CrossEntropy{LabelSmoothing: r.Smoothing}
	}
	cfg := train.Config{
		Loss: l, Optimizer: rule, LearningRate: r.Rate, Penalty: loss.Penalty{L1: r.L1, L2: r.L2},
		Clip: optim.Clip{Value: r.ClipValue, Norm: r.ClipNorm}, BatchSize: train.All, Epochs: len(r.Losses),
	}
	if s := r.Schedule; s != nil {
		switch s.Kind {
		case "step":
			cfg.Schedule = schedule.Step{Every: s.Every, Factor: s.Factor}
		case "exp":
			cfg.Schedule = schedule.Exponential{Every: 1, Factor: s.Factor}
		case "plateau":
			p := schedule.NewPlateau()
			p.Factor, p.Patience, p.Threshold = s.Factor, s.Patience, s.Threshold
			cfg.Schedule = p
		}
	}
	return cfg
}

// bound is how far a run may differ: what was measured, doubled.
func (r goldenRun) bound() float64 {
	switch {
	case r.ClipNorm != 0:
		return 3e-6 // PyTorch adds 1e-6 to the norm that it divides by
	case r.Rule == "adagrad" || r.Rule == "adam" || r.Rule == "adamw":
		return 1.1e-5 // they divide by the root of small squares, where float32 shows
	}
	return 7e-7
}

// TestGolden compares whole runs with PyTorch's in float64: the loss, rate and
// gradient norm of each update and the weights at the end. All samples are in
// each update, at once and in micro-batches.
func TestGolden(t *testing.T) {
	file := goldentest.Load[goldenFile](t, "golden.json")
	classes, err := data.FromClasses(file.Data.X, file.Data.Labels, []string{"a", "b", "c", "d"})
	if err != nil {
		t.Fatal(err)
	}
	targets, err := data.FromTargets(file.Data.X, file.Data.Targets)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range file.Runs {
		for _, micro := range []int{0, 7} {
			name, source, start := r.Name, targets, file.Starts["targets"]
			if r.Loss == "cross-entropy" {
				source, start = classes, file.Starts["labels"]
			}
			if micro > 0 {
				name += fmt.Sprintf(" in parts of %d", micro)
			}
			t.Run(name, func(t *testing.T) {
				net := nn.Sequential{
					nn.Dense{Units: 8, Activation: nn.ReLU},
					nn.Dense{Units: 6, Activation: nn.Tanh},
					nn.Dense{Units: source.Spec().Outputs()},
				}
				cfg := r.config(t)
				cfg.MicroBatch = micro
				cfg.From = withWeights(t, newTrainer(t, net, source.Spec(), train.Config{}).Model(), start)
				var got []train.Step
				cfg.Callback = told(func(p train.Progress) { got = append(got, p.Step) })
				trainer := newTrainer(t, net, source.Spec(), cfg)
				model, err := trainer.Fit(background, source, nil)
				if err != nil {
					t.Fatal(err)
				}
				bound := r.bound()
				if len(got) != len(r.Losses) {
					t.Fatalf("%d updates, want %d", len(got), len(r.Losses))
				}
				worst := 0.0
				for i, s := range got {
					if d := math.Abs(s.Loss - r.Losses[i]); d > bound {
						t.Errorf("update %d: loss %v, want %v", i+1, s.Loss, r.Losses[i])
					} else {
						worst = math.Max(worst, d)
					}
					if d := math.Abs(s.GradNorm - r.Norms[i]); d > bound {
						t.Errorf("update %d: norm of the gradient %v, want %v", i+1, s.GradNorm, r.Norms[i])
					} else {
						worst = math.Max(worst, d)
					}
					if math.Abs(s.Rate/r.Rates[i]-1) > 1e-14 {
						t.Errorf("update %d: rate %v, want %v", i+1, s.Rate, r.Rates[i])
					}
				}
				d := distance(weights(model), r.Weights)
				if d > bound {
					t.Errorf("weights differ by %.3g; bound %.3g", d, bound)
				}
				t.Logf("losses and norms differ by %.2g, weights by %.2g", worst, d)
			})
		}
	}
	if len(file.Runs) != 21 {
		t.Errorf("%d golden runs; want 21", len(file.Runs))
	}
}
