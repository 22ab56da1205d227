package train_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// TestFindRateLeavesNoTrace compares the bits of a run with those of one in
// front of which a rate was looked for, and of one in the middle of which.
func TestFindRateLeavesNoTrace(t *testing.T) {
	source, _, _ := line(t, 70, 4)
	net := nn.Sequential{nn.Dense{Units: 8, Activation: nn.ReLU}, nn.BatchNorm{}, nn.Dropout{Rate: 0.2}, nn.Dense{Units: 1}}
	fit := func(finds bool) string {
		cfg := train.Config{Optimizer: optim.NewAdam(), Schedule: schedule.Plateau{Factor: 0.5, Patience: 0}, Average: train.EMA(0.9), BatchSize: 16, Epochs: 3, Seed: 2}
		trainer := newTrainer(t, net, source.Spec(), cfg)
		for range 2 {
			if finds {
				found, err := trainer.FindRate(background, source, train.RateRange{})
				if err != nil {
					t.Fatal(err)
				}
				if first := found.Points[0].Rate; first != 1e-7 {
					t.Errorf("the first rate is %v, want 1e-7", first)
				}
			}
			for step, err := range trainer.Steps(background, source) {
				if err != nil {
					t.Fatal(err)
				}
				if step.Batch == step.Batches-1 {
					trainer.Observe(1)
				}
			}
		}
		return trainer.Model().SHA256()
	}
	if plain, found := fit(false), fit(true); plain != found {
		t.Error("weights differ after a rate was looked for")
	}
}

// TestFindRate looks for the rate of gradient descent on a least-squares
// problem, which converges below 2/L and not above.
func TestFindRate(t *testing.T) {
	source, x, _ := line(t, 64, 3)
	trainer := newTrainer(t, nn.Dense{Units: 1}, source.Spec(), train.Config{Optimizer: optim.NewSGD(), BatchSize: train.All, Seed: 1})
	found, err := trainer.FindRate(background, source, train.RateRange{From: 1e-4, To: 100, Updates: 200})
	if err != nil {
		t.Fatal(err)
	}
	var trace float64 // of the Hessian of the mean squared error, ≥ L
	for _, row := range x {
		for _, v := range row {
			trace += 2 * float64(v) * float64(v) / float64(len(x))
		}
	}
	trace += 2 // of the bias
	// With four unknowns the trace is at most 4L.
	for name, rate := range map[string]float64{"valley": found.Valley, "steepest": found.Steepest} {
		if rate < 0.005 || rate > 8/trace {
			t.Errorf("%s at %v; want between 0.005 and %v", name, rate, 8/trace)
		}
	}
	if !found.Stopped || len(found.Points) >= 200 {
		t.Errorf("%d updates, stopped: %v; the loss rises without bound above %v", len(found.Points), found.Stopped, 8/trace)
	}
}

func TestFindRateRefuses(t *testing.T) {
	source, _, _ := line(t, 64, 3)
	trainer := newTrainer(t, nn.Dense{Units: 1}, source.Spec(), train.Config{Optimizer: optim.NewSGD(), BatchSize: 8})
	for _, row := range []struct {
		r    train.RateRange
		want string
	}{
		{train.RateRange{From: 1e-5}, ""},
		{train.RateRange{From: 10}, "want 0 < from < to"},
		{train.RateRange{From: math.NaN()}, "want 0 < from < to"},
		{train.RateRange{To: math.Inf(1)}, "want 0 < from < to"},
		{train.RateRange{Updates: 5}, "at least 20"},
	} {
		_, err := trainer.FindRate(background, source, row.r)
		if row.want != "" {
			says(t, err, row.want)
		} else if err != nil {
			t.Errorf("%+v: %v", row.r, err)
		}
	}
	if _, err := trainer.FindRate(background, source, train.RateRange{From: 1e3, To: 1e4}); !errors.Is(err, train.ErrDiverged) {
		t.Errorf("rates that are all too large give %v, want ErrDiverged", err)
	}
	ended, stop := context.WithCancel(background)
	stop()
	if _, err := trainer.FindRate(ended, source, train.RateRange{}); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}
