package train_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"descent/data"
	"descent/internal/rng"
	"descent/loss"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/train"
)

// spoiled is a set of classes of which some rows are so large that training on
// them overflows.
func spoiled(t *testing.T, n int, bad func(row int) bool) data.Source {
	t.Helper()
	x, labels := make([][]float32, n), make([]int, n)
	key := rng.Key{Seed: 1}
	for i := range x {
		labels[i] = i % 2
		x[i] = []float32{float32(key.Normal(2*i)) + float32(labels[i]), float32(key.Normal(2*i + 1))}
		if bad(i) {
			x[i] = []float32{math.MaxFloat32, math.MaxFloat32}
		}
	}
	source, err := data.FromClasses(x, labels, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// TestCulprit: the error names the layer or the gradient that is not finite
// first.
func TestCulprit(t *testing.T) {
	all := func(int) bool { return true }
	none := func(int) bool { return false }
	even := func(row int) bool { return row%2 == 0 }
	large := initial.Constant{Value: 1e20}
	first := newTrainer(t, nn.Dense{Units: 2}, spoiled(t, 8, none).Spec(), train.Config{}).Model()
	broken := withWeights(t, first, map[string][]float64{"weight": {1, math.NaN(), 1, 1}, "bias": {0, 0}})
	for _, tt := range []struct {
		name   string
		net    nn.Layer
		source data.Source
		cfg    train.Config
		says   []string
	}{
		{"first layer", nn.MLP([]int{4}, 2, nn.ReLU, 0, initial.Ones{}), spoiled(t, 8, all), train.Config{}, []string{"the loss is", "layer 1.dense is the first", "of 32 values not finite"}},
		{"first layer, in parts", nn.MLP([]int{4}, 2, nn.ReLU, 0, initial.Ones{}), spoiled(t, 8, all), train.Config{MicroBatch: 3}, []string{"the loss is", "layer 1.dense is the first", "of 12 values not finite"}},
		{"last layer", nn.Sequential{nn.Dense{Units: 4, Init: initial.Ones{}}, nn.Dense{Units: 4, Init: large}, nn.Dense{Units: 2, Init: large}}, spoiled(t, 8, none), train.Config{}, []string{"layer 2.dense is the first"}},
		{"penalty", nn.Dense{Units: 2, Init: large}, spoiled(t, 8, none), train.Config{Penalty: loss.Penalty{L2: 1e3}}, []string{"the norm of the gradient is", "the gradient of weight"}},
		{"gradient", nn.Dense{Units: 2, Init: initial.Zeros{}}, spoiled(t, 8, even), train.Config{}, []string{"the norm of the gradient is", "the gradient of weight"}},
		{"gradient, in parts", nn.Dense{Units: 2, Init: initial.Zeros{}}, spoiled(t, 8, even), train.Config{MicroBatch: 4}, []string{"the norm of the gradient is", "the largest gradient is that of weight"}},
		{"parameter", nn.Dense{Units: 2}, spoiled(t, 8, none), train.Config{From: broken}, []string{"before the update parameter weight holds 1 of 4 values not finite"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.BatchSize = train.All
			trainer := newTrainer(t, tt.net, tt.source.Spec(), tt.cfg)
			_, err := trainer.Fit(background, tt.source, nil)
			if !errors.Is(err, train.ErrDiverged) {
				t.Fatalf("error %v does not wrap ErrDiverged", err)
			}
			says(t, err, append(tt.says, "smaller learning rate")...)
			t.Log(err)
		})
	}
}

// TestSkip: a batch that overflows is passed over, and leaves no trace but in
// the count of updates; too many in a row end training.
func TestSkip(t *testing.T) {
	net := nn.Sequential{nn.Dense{Units: 8, Init: initial.Ones{}}, nn.BatchNorm{}, nn.Dropout{Rate: 0.2}, nn.Dense{Units: 2}}
	one := func(row int) bool { return row == 17 }
	for _, micro := range []int{0, 2} {
		source := spoiled(t, 60, one)
		skipped, made := 0, 0
		cfg := train.Config{
			BatchSize: 4, MicroBatch: micro, Epochs: 3, OnNonfinite: train.Skip,
			Callback: told(func(p train.Progress) {
				if p.Step.Skipped {
					skipped++
				} else {
					made++
				}
				if e := p.Epoch; e != nil && !(e.TrainLoss < 1) {
					t.Errorf("the loss of the epoch is %v", e.TrainLoss)
				}
			}),
		}
		trainer := newTrainer(t, net, source.Spec(), cfg)
		model, err := trainer.Fit(background, source, nil)
		if err != nil {
			t.Fatal(err)
		}
		if skipped != 3 || made != 3*14 || trainer.Updates() != made {
			t.Errorf("%d batches skipped, %d updates; want 3, 42", skipped, made)
		}
		for name, values := range model.Weights() {
			if c := values[0]; c-c != 0 {
				t.Errorf("%s holds %v", name, c)
			}
		}
	}
	source := spoiled(t, 60, func(int) bool { return true })
	trainer := newTrainer(t, net, source.Spec(), train.Config{BatchSize: 4, OnNonfinite: train.Skip})
	_, err := trainer.Fit(background, source, nil)
	if !errors.Is(err, train.ErrDiverged) {
		t.Errorf("%v does not wrap ErrDiverged", err)
	}
	says(t, err, fmt.Sprint(train.MostSkipped), "in a row")
}

// TestRewind: training that diverges goes back and on with a smaller rate, and
// in the same bits when it is stopped before and after.
func TestRewind(t *testing.T) {
	source, _, _ := line(t, 64, 5)
	run := func(stop int, folder string, resume bool) (string, []float64, *train.Trainer) {
		ctx, cancel := context.WithCancel(background)
		defer cancel()
		var rates []float64
		cfg := train.Config{
			Optimizer: optim.SGD{}, LearningRate: 4, BatchSize: 8, Epochs: 12, Seed: 1, OnNonfinite: train.Rewind,
			Checkpoints: train.Checkpoints{Folder: folder, Every: train.Interval{Updates: 3}},
			Callback: told(func(p train.Progress) {
				rates = append(rates, p.Step.Rate)
				if len(rates) == stop {
					cancel()
				}
			}),
		}
		trainer := newTrainer(t, nn.MLP([]int{4}, 1, nn.ReLU, 0, nil), source.Spec(), cfg)
		if resume {
			if err := trainer.Resume(folder); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := trainer.Fit(ctx, source, nil); err != nil && stop == 0 {
			t.Fatal(err)
		}
		return trainer.Model().SHA256(), rates, trainer
	}
	want, rates, whole := run(0, t.TempDir(), false)
	last := rates[len(rates)-1]
	if rates[0] != 4 || last >= 4 || math.Exp2(math.Round(math.Log2(last))) != last {
		t.Fatalf("the rate went from %v to %v; want a half of 4, or of a half", rates[0], last)
	}
	t.Logf("%d updates reported for %d, at the rate %v in the end", len(rates), whole.Updates(), last)
	for _, stop := range []int{1, 2, 5, 9, 17, len(rates) - 1} {
		folder := t.TempDir()
		run(stop, folder, false)
		got, _, trainer := run(0, folder, true)
		if got != want || trainer.Rate() != whole.Rate() {
			t.Errorf("stopped after %d reports: weights %s, rate %v; want %s, %v", stop, got, trainer.Rate(), want, whole.Rate())
		}
	}

	// What does not depend on the rate ends training in the end.
	bad := spoiled(t, 12, func(row int) bool { return row == 3 })
	trainer := newTrainer(t, nn.Dense{Units: 2, Init: initial.Ones{}}, bad.Spec(), train.Config{
		BatchSize: 4, OnNonfinite: train.Rewind, Checkpoints: train.Checkpoints{Folder: t.TempDir()},
	})
	_, err := trainer.Fit(background, bad, nil)
	if !errors.Is(err, train.ErrDiverged) {
		t.Errorf("%v does not wrap ErrDiverged", err)
	}
	says(t, err, fmt.Sprint(train.MostRewinds), "half the rate")
}

// stalling is a set that delivers nothing after some reads.
type stalling struct {
	data.Source
	reads chan struct{}
	end   chan struct{}
}

func (s stalling) Read(rows []int, x, y []float32) error {
	select {
	case <-s.reads:
		return s.Source.Read(rows, x, y)
	case <-s.end:
		return errors.New("the end")
	}
}

// release lets a stalled read end.
func (s stalling) release() { s.end <- struct{}{} }

// TestStall: a set that delivers nothing is reported, first by a notice, and
// the state is saved.
func TestStall(t *testing.T) {
	s := stalling{blobs(t, 60, 1), make(chan struct{}, 10), make(chan struct{}, 1)}
	t.Cleanup(func() { s.release() })
	for range 4 {
		s.reads <- struct{}{}
	}
	notices := &guarded{}
	cfg := train.Config{
		BatchSize: 10, Epochs: 3, StallTimeout: 2 * time.Second, Checkpoints: train.Checkpoints{Folder: t.TempDir()},
		Logger: slog.New(slog.NewTextHandler(notices, nil)),
	}
	trainer := newTrainer(t, nn.Dense{Units: 3}, s.Spec(), cfg)
	_, err := trainer.Fit(background, s, nil)
	if !errors.Is(err, train.ErrStalled) {
		t.Fatalf("%v does not wrap ErrStalled", err)
	}
	says(t, err, "2s")
	if text := notices.String(); !strings.Contains(text, "no batch for a while") {
		t.Errorf("the notices are %s", text)
	}
	resumed := newTrainer(t, nn.Dense{Units: 3}, s.Spec(), cfg)
	if err := resumed.Resume(cfg.Checkpoints.Folder); err != nil || resumed.Updates() != trainer.Updates() || resumed.Updates() == 0 {
		t.Errorf("resumed after update %d, %v; want %d", resumed.Updates(), err, trainer.Updates())
	}
}

// guarded is a buffer for several goroutines.
type guarded struct {
	mu   sync.Mutex
	text strings.Builder
}

func (g *guarded) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.Write(b)
}

func (g *guarded) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}
