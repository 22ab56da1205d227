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

// TestKept: where no epoch is better than another, the first is the model, and the last
// with BestLater; with Last that of the last epoch, also if each is worse than the one
// before.
func TestKept(t *testing.T) {
	training, validation := slope(t)
	all := []bool{true, true, true, true}
	for _, tt := range []struct {
		kept     train.Kept
		patience int
		rate     float64
		want     []bool
	}{{train.Best, 2, 1e-30, []bool{true, false, false}}, {train.BestLater, 2, 1e-30, all}, {train.Last, 0, 1e-30, all}, {train.Last, 0, 10, all}} {
		var trainer *train.Trainer
		cfg := train.Config{Epochs: 4, Kept: tt.kept, Patience: tt.patience, LearningRate: tt.rate}
		past := watch(&cfg, &trainer)
		made, err := train.New(nn.Dense{Units: 1}, training.Spec(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		trainer = made
		m, err := trainer.Fit(context.Background(), training, validation)
		if err != nil {
			t.Fatal(err)
		}
		if tt.kept == train.Last && !maps.EqualFunc(maps.Collect(m.Weights()), maps.Collect(trainer.Model().Weights()), slices.Equal) {
			t.Errorf("%v at rate %v: the model is not that of the last epoch", tt.kept, tt.rate)
		}
		trainer.Close()
		var best []bool
		for _, e := range past.epochs {
			best = append(best, e.Best)
		}
		if !slices.Equal(best, tt.want) {
			t.Errorf("%v: epochs are kept so far as in %v, want %v", tt.kept, best, tt.want)
		}
	}
}
