package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"descent/data"
	"descent/internal/rng"
	"descent/loss"
	"descent/metric"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/train"
)

// slope returns a training set with slope 2 and a validation set with slope
// 1: a slope that grows from 0 passes the best one on its way.
func slope(t *testing.T) (training, validation data.Source) {
	t.Helper()
	set := func(a float32) data.Source {
		var x, y [][]float32
		for i := range 20 {
			v := float32(i)/10 - 0.95
			x, y = append(x, []float32{v}), append(y, []float32{a * v})
		}
		s, err := data.FromTargets(x, y)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return set(2), set(1)
}

// past is what a run reported at the end of each epoch.
type past struct {
	epochs []train.Epoch
	models []*model.Model
}

// watch makes cfg report to the result; trainer is what will train.
func watch(cfg *train.Config, trainer **train.Trainer) *past {
	p := &past{}
	cfg.Callback = told(func(r train.Progress) {
		if r.Epoch != nil {
			p.epochs, p.models = append(p.epochs, *r.Epoch), append(p.models, (*trainer).Model())
		}
	})
	return p
}

func TestEarlyStopping(t *testing.T) {
	training, validation := slope(t)
	for _, tt := range []struct {
		name     string
		monitor  string
		patience int
		delta    float64
	}{
		{"loss", "", 3, 0},
		{"mse", "mse", 1, 0},
		{"mae", "mae", 5, 0},
		{"r2", "r2", 2, 0},
		{"delta", "loss", 2, 0.05},
		{"delta, higher is better", "r2", 2, 0.2},
		{"no patience", "loss", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := train.Config{
				Optimizer: optim.SGD{}, LearningRate: 0.1, BatchSize: train.All, Epochs: 60,
				Monitor: tt.monitor, Patience: tt.patience, MinDelta: tt.delta,
			}
			var trainer *train.Trainer
			past := watch(&cfg, &trainer)
			trainer = newTrainer(t, nn.Dense{Units: 1, Init: initial.Zeros{}}, training.Spec(), cfg)
			model, err := trainer.Fit(background, training, validation)
			if err != nil {
				t.Fatal(err)
			}
			// What should have happened, told again from the scores.
			best, at, waited, stop := math.NaN(), 0, 0, cfg.Epochs
			for i, e := range past.epochs {
				score := e.Score
				if tt.monitor == "r2" {
					score = -score
				}
				if isBest := math.IsNaN(best) || score < best-tt.delta; isBest {
					best, at, waited = score, i, 0
				} else {
					waited++
				}
				if e.Best != (at == i) {
					t.Errorf("epoch %d: best = %v", i, e.Best)
				}
				if tt.patience > 0 && waited == tt.patience && stop == cfg.Epochs {
					stop = i + 1
				}
				if name := tt.monitor; name != "" && e.Score != e.Validation.Score(name) {
					t.Errorf("epoch %d: score %v, want the validation's %s %v", i, e.Score, name, e.Validation.Score(name))
				}
				if e.Epoch != i || e.Updates != i+1 || e.Rate != 0.1 {
					t.Errorf("epoch %d reports %+v", i, e)
				}
			}
			if len(past.epochs) != stop {
				t.Errorf("%d epochs, want %d", len(past.epochs), stop)
			}
			if tt.patience > 0 && (stop == cfg.Epochs || stop != at+1+tt.patience) {
				t.Errorf("stopped after %d epochs, the best was number %d", stop, at+1)
			}
			if at == 0 || at == len(past.epochs)-1 {
				t.Errorf("the best epoch is number %d of %d; the test needs one in between", at+1, len(past.epochs))
			}
			if got, want := model.SHA256(), past.models[at].SHA256(); got != want {
				t.Error("the weights are not those of the best epoch")
			}
			if trainer.Best() != model {
				t.Error("Best is another model than Fit returned")
			}
			if trainer.Model().SHA256() != past.models[len(past.models)-1].SHA256() {
				t.Error("the trainer's own weights are not the last")
			}
			if r, err := model.Evaluate(background, validation); err != nil || r.Loss != past.epochs[at].Validation.Loss {
				t.Errorf("evaluates to %v, %v, at that epoch to %v", r.Loss, err, past.epochs[at].Validation.Loss)
			}
		})
	}
}

func TestMonitorOfClasses(t *testing.T) {
	training, validation := blobs(t, 90, 1), blobs(t, 90, 2)
	for _, monitor := range []string{"loss", "accuracy", "balanced_accuracy", "f1"} {
		t.Run(monitor, func(t *testing.T) {
			cfg := train.Config{LearningRate: 0.05, BatchSize: 9, Epochs: 12, Monitor: monitor}
			var trainer *train.Trainer
			past := watch(&cfg, &trainer)
			trainer = newTrainer(t, nn.MLP([]int{16}, 3, nn.Tanh, 0, nil), training.Spec(), cfg)
			m, err := trainer.Fit(background, training, validation)
			if err != nil {
				t.Fatal(err)
			}
			at := 0
			for i, e := range past.epochs {
				now, best := e.Validation.Score(monitor), past.epochs[at].Validation.Score(monitor)
				if metric.HigherIsBetter(monitor) && now > best || !metric.HigherIsBetter(monitor) && now < best {
					at = i
				}
			}
			if m.SHA256() != past.models[at].SHA256() {
				t.Errorf("the model is not that of epoch %d, the best by %s", at+1, monitor)
			}
		})
	}
}

// TestBinary: one output and the binary cross-entropy train two classes as two
// outputs and the cross-entropy do.
func TestBinary(t *testing.T) {
	var x [][]float32
	var labels []int
	key := rng.Key{Seed: 3}
	for i := range 200 {
		c := i % 2
		x = append(x, []float32{float32(2*c-1) + float32(key.Normal(2*i)), float32(key.Normal(2*i + 1))})
		labels = append(labels, c)
	}
	source, err := data.FromClasses(x, labels, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	score := func(units int, l loss.Loss) (model.Report, []float64) {
		trainer := newTrainer(t, nn.Dense{Units: units, Init: initial.Zeros{}}, source.Spec(), train.Config{
			Loss: l, Optimizer: optim.SGD{}, LearningRate: 0.5, BatchSize: train.All, Epochs: 600, Monitor: "auroc",
		})
		if _, err := trainer.Fit(background, source, source); err != nil {
			t.Fatal(err)
		}
		m := trainer.Model() // the last: both are at the minimum by then
		r, err := m.Evaluate(background, source)
		if err != nil {
			t.Fatal(err)
		}
		return r, predict(t, m, []float32{1, 0})
	}
	one, p := score(1, loss.BinaryCrossEntropy{})
	two, q := score(2, loss.CrossEntropy{})
	if math.Abs(one.Loss-two.Loss) > 1e-5 || one.Score("accuracy") != two.Score("accuracy") || one.Score("accuracy") < 0.8 {
		t.Errorf("loss %v, accuracy %v; by two outputs %v, %v", one.Loss, one.Score("accuracy"), two.Loss, two.Score("accuracy"))
	}
	if len(p) != 2 || math.Abs(p[0]+p[1]-1) > 1e-6 || math.Abs(p[1]-q[1]) > 1e-3 {
		t.Errorf("predicts %v; by two outputs %v", p, q)
	}
}

func TestMonitorErrors(t *testing.T) {
	classes, targets := blobs(t, 30, 1), data.Source(nil)
	targets, _, _ = line(t, 30, 2)
	for _, tt := range []struct {
		monitor string
		source  data.Source
		units   int
		says    []string
	}{
		{"r2", classes, 3, []string{"r2", "is of numbers", "3 classes"}},
		{"mse", classes, 3, []string{"mse", "is of numbers", "3 classes"}},
		{"auroc", classes, 3, []string{"auroc", "two classes", "3"}},
		{"accuracy", targets, 1, []string{"accuracy", "is of classes", "1 number"}},
		{"f1", targets, 1, []string{"f1", "is of classes", "1 number"}},
	} {
		trainer := newTrainer(t, nn.Dense{Units: tt.units}, tt.source.Spec(), train.Config{Monitor: tt.monitor})
		_, err := trainer.Fit(background, tt.source, tt.source)
		says(t, err, tt.says...)
	}
	_, err := train.New(nn.Dense{Units: 3}, classes.Spec(), train.Config{Monitor: "acuracy"})
	says(t, err, `"acuracy"`, "accuracy")
}

// TestWithoutValidation: the last model is the result, or by patience the one
// with the least training loss.
func TestWithoutValidation(t *testing.T) {
	source := blobs(t, 60, 1)
	empty := data.Subset(source, nil)
	for _, validation := range []data.Source{nil, empty} {
		cfg := train.Config{Epochs: 4, BatchSize: 10}
		var trainer *train.Trainer
		past := watch(&cfg, &trainer)
		trainer = newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
		model, err := trainer.Fit(background, source, validation)
		if err != nil {
			t.Fatal(err)
		}
		if len(past.epochs) != 4 || model.SHA256() != past.models[3].SHA256() {
			t.Error("the model is not that of the last epoch")
		}
		if e := past.epochs[3]; e.Validation != nil || e.Score != e.TrainLoss {
			t.Errorf("an epoch without validation reports %+v", e)
		}
	}
}

// TestTrainLoss: an epoch's loss is the mean over rows, not over batches.
func TestTrainLoss(t *testing.T) {
	source := blobs(t, 25, 1)
	var all []train.Step
	var got train.Epoch
	trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{
		Epochs: 1, BatchSize: 10, LearningRate: 0.5,
		Callback: told(func(p train.Progress) {
			all = append(all, p.Step)
			if p.Epoch != nil {
				got = *p.Epoch
			}
		}),
	})
	if _, err := trainer.Fit(background, source, nil); err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 {
		t.Fatalf("%d updates", len(all))
	}
	want := (10*all[0].Loss + 10*all[1].Loss + 5*all[2].Loss) / 25
	if math.Abs(got.TrainLoss-want) > 1e-12 {
		t.Errorf("loss %v, want %v", got.TrainLoss, want)
	}
}

// TestCancel: what was reached so far comes back, with the context's error.
func TestCancel(t *testing.T) {
	source := blobs(t, 60, 1)
	for _, tt := range []struct {
		name string
		at   int // update
		best int // epoch whose model is expected; -1: the weights of the moment
	}{{"first epoch", 2, -1}, {"at the end of the first epoch", 6, -1}, {"third epoch", 15, 1}} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(background)
			defer cancel()
			var trainer *train.Trainer
			cfg := train.Config{Epochs: 5, BatchSize: 10, LearningRate: 1e-3}
			past := watch(&cfg, &trainer)
			report := cfg.Callback
			cfg.Callback = func(t *train.Trainer, p train.Progress) error {
				if p.Step.Update == tt.at {
					cancel()
				}
				return report(t, p)
			}
			validation := data.Source(source)
			if tt.at == 6 { // while the epoch is being measured
				validation = reading{source, cancel}
			}
			trainer = newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
			model, err := trainer.Fit(ctx, source, validation)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want that of the context", err)
			}
			if model == nil {
				t.Fatal("no model")
			}
			if trainer.Updates() != tt.at {
				t.Errorf("%d updates, cancelled after %d", trainer.Updates(), tt.at)
			}
			want := trainer.Model().SHA256()
			if tt.best >= 0 {
				want = past.models[tt.best].SHA256()
			}
			if model.SHA256() != want {
				t.Error("the model is not the best so far")
			}
		})
	}
}

// reading is a source that cancels when it is read.
type reading struct {
	data.Source
	cancel func()
}

func (r reading) Read(rows []int, x, y []float32) error {
	r.cancel()
	return r.Source.Read(rows, x, y)
}

// TestFitAgain: a second Fit goes on from the weights, and its result does
// not come from the first.
func TestFitAgain(t *testing.T) {
	source := blobs(t, 60, 1)
	trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{Epochs: 2, BatchSize: 10})
	first, err := trainer.Fit(background, source, source)
	if err != nil {
		t.Fatal(err)
	}
	second, err := trainer.Fit(background, source, nil)
	if err != nil {
		t.Fatal(err)
	}
	if trainer.Updates() != 24 || second.SHA256() == first.SHA256() || second.SHA256() != trainer.Model().SHA256() {
		t.Errorf("after %d updates, the second result is not the last model", trainer.Updates())
	}
}

// TestCallbackEnds: an error of the callback ends training and comes back, with
// the best model so far and a checkpoint to go on from; ErrStop ends it well.
func TestCallbackEnds(t *testing.T) {
	source := blobs(t, 60, 1)
	full := errors.New("the disk is full")
	for _, end := range []error{full, fmt.Errorf("enough: %w", train.ErrStop)} {
		folder := t.TempDir()
		var trainer *train.Trainer
		cfg := train.Config{Epochs: 5, BatchSize: 10, Checkpoints: train.Checkpoints{Folder: folder}}
		cfg.Callback = func(told *train.Trainer, p train.Progress) error {
			if told != trainer || p.Step.Update != told.Updates() {
				t.Error("the callback is told of another trainer or update")
			}
			if p.Step.Update == 15 {
				return end
			}
			return nil
		}
		trainer = newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
		m, err := trainer.Fit(background, source, source)
		if errors.Is(end, train.ErrStop) {
			if err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, full) {
			t.Errorf("error %v, want %v", err, full)
		}
		if trainer.Updates() != 15 || m == nil || m != trainer.Best() {
			t.Errorf("%d updates, model %p, best %p", trainer.Updates(), m, trainer.Best())
		}
		again := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
		if err := again.Resume(folder); end == full && (err != nil || again.Updates() != 15) {
			t.Errorf("resumed at update %d: %v", again.Updates(), err)
		}
	}
}
