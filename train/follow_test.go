package train_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"descent/nn"
	"descent/schedule"
	"descent/train"
)

// weightsOf trains a small network on the slope and returns its weights.
func weightsOf(t *testing.T, dropout float64, s schedule.Schedule) map[string][]float32 {
	t.Helper()
	training, _ := slope(t)
	cfg := train.Config{BatchSize: 5, Epochs: 3, LearningRate: 0.01}
	if s != nil {
		cfg.Schedules = map[string]schedule.Schedule{"dropout": s}
	}
	trainer, err := train.New(nn.Sequential{nn.Dense{Units: 16, Activation: nn.Tanh}, nn.Dropout{Rate: dropout}, nn.Dense{Units: 1}}, training.Spec(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), training, nil)
	if err != nil {
		t.Fatal(err)
	}
	return maps.Collect(m.Weights())
}

// TestDropoutFollows: a constant schedule leaves the bits as they are, one of zeros
// drops nothing, and one of halves is half the rate.
func TestDropoutFollows(t *testing.T) {
	plain := weightsOf(t, 0.4, nil)
	for _, tt := range []struct {
		name string
		got  map[string][]float32
		want map[string][]float32
	}{
		{"constant", weightsOf(t, 0.4, schedule.Constant{}), plain},
		{"none", weightsOf(t, 0.4, times{0}), weightsOf(t, 0, nil)},
		{"half", weightsOf(t, 0.4, times{0.5}), weightsOf(t, 0.2, nil)},
	} {
		if !maps.EqualFunc(tt.got, tt.want, slices.Equal) {
			t.Errorf("%s: other weights", tt.name)
		}
	}
	if maps.EqualFunc(plain, weightsOf(t, 0.4, schedule.FlatCosine{Steps: 12}), slices.Equal) {
		t.Error("a falling rate changes nothing")
	}
}

// times is a factor at every update.
type times struct{ factor float64 }

func (s times) At(int) float64  { return s.factor }
func (s times) Validate() error { return nil }

// TestLaterOfEquals: where no epoch is better than another, the first is the model,
// and the last with Later, unless patience ends the run before.
func TestLaterOfEquals(t *testing.T) {
	training, validation := slope(t)
	for later, want := range map[bool][]bool{false: {true, false, false}, true: {true, true, true, true}} {
		var trainer *train.Trainer
		cfg := train.Config{Epochs: 4, Later: later, Patience: 2, LearningRate: 1e-30}
		past := watch(&cfg, &trainer)
		made, err := train.New(nn.Dense{Units: 1}, training.Spec(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		trainer = made
		if _, err := trainer.Fit(context.Background(), training, validation); err != nil {
			t.Fatal(err)
		}
		trainer.Close()
		var best []bool
		for _, e := range past.epochs {
			best = append(best, e.Best)
		}
		if !slices.Equal(best, want) {
			t.Errorf("later %v: epochs are the best so far as in %v, want %v", later, best, want)
		}
	}
}
