package train_test

import (
	"math"
	"testing"

	"descent/nn"
	"descent/schedule"
	"descent/train"
)

// TestRate: the rate of an update is η₀·s(t), t counting the updates done.
func TestRate(t *testing.T) {
	source := blobs(t, 50, 1)
	for _, s := range []schedule.Schedule{
		nil,
		schedule.Constant{},
		schedule.Step{Every: 4, Factor: 0.5},
		schedule.Exponential{Every: 3, Factor: 0.7},
		schedule.Exponential{Every: 3, Factor: 0.7, Stairs: true},
		schedule.Cosine{Steps: 12, Floor: 0.1},
		schedule.Warmup{Steps: 5, Then: schedule.Step{Every: 2, Factor: 0.5}},
		schedule.Warmup{Steps: 5},
	} {
		trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{
			LearningRate: 0.03, Schedule: s, BatchSize: 10, Epochs: 3,
		})
		for i, step := range steps(t, trainer, source) {
			want := 0.03
			if s != nil {
				want *= s.At(i)
			}
			if step.Rate != want {
				t.Errorf("%+v: update %d has rate %v, want %v", s, i+1, step.Rate, want)
			}
		}
	}
}

// TestPlateau: a metric that never improves enough halves the rate once an
// epoch, from the second on.
func TestPlateau(t *testing.T) {
	source := blobs(t, 40, 1)
	strict := schedule.Plateau{Factor: 0.5, Threshold: 0.99}
	const perEpoch = 4
	for name, tt := range map[string]struct {
		s    schedule.Schedule
		want func(update int) float64
	}{
		"alone": {strict, func(u int) float64 { return halvings(u / perEpoch) }},
		"behind a warm-up": {schedule.Warmup{Steps: 6, Then: strict}, func(u int) float64 {
			return math.Min(1, float64(u+1)/6) * halvings(u/perEpoch)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []float64
			trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{
				LearningRate: 0.25, Schedule: tt.s, BatchSize: 10, Epochs: 6,
				Callback: told(func(p train.Progress) { got = append(got, p.Step.Rate) }),
			})
			if _, err := trainer.Fit(background, source, source); err != nil {
				t.Fatal(err)
			}
			if len(got) != 6*perEpoch {
				t.Fatalf("%d updates", len(got))
			}
			for u, rate := range got {
				if want := 0.25 * tt.want(u); math.Abs(rate-want) > 1e-15 {
					t.Errorf("update %d has rate %v, want %v", u+1, rate, want)
				}
			}
		})
	}
	// A loop of one's own observes by itself; other schedules do not watch.
	trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{Schedule: strict, LearningRate: 1})
	if trainer.Observe(1) || !trainer.Observe(1) || trainer.Rate() != 0.5 {
		t.Errorf("after two observations the rate is %v, want 0.5", trainer.Rate())
	}
	if newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{}).Observe(1) {
		t.Error("a constant rate was reduced")
	}
}

// halvings is the factor in the given epoch: the first observation is the
// best, the second is borne by no patience.
func halvings(epoch int) float64 { return math.Pow(0.5, math.Max(0, float64(epoch-1))) }
