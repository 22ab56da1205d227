package train_test

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// allocations counts those of the updates after from, up to to.
func allocations(t *testing.T, trainer *train.Trainer, source data.Source, from, to int) uint64 {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	for step, err := range trainer.Steps(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		switch step.Update {
		case from:
			runtime.ReadMemStats(&before)
		case to:
			runtime.ReadMemStats(&after)
		}
	}
	return after.Mallocs - before.Mallocs
}

// TestNoAllocation: a step allocates nothing, with everything turned on.
func TestNoAllocation(t *testing.T) {
	const batch, count = 8, 600
	source := blobs(t, batch*count, 1)
	for _, tt := range []struct {
		name string
		net  nn.Layer
		cfg  train.Config
	}{
		{"plain", nn.MLP([]int{16}, 3, nn.ReLU, 0, nil), train.Config{}},
		{"all of it", nn.MLP([]int{16, 16}, 3, nn.GELU, 0.2, nil), train.Config{
			Optimizer: optim.NewAdam(), Penalty: loss.Penalty{L1: 1e-4, L2: 1e-4}, WeightDecay: 0.01, ProxL1: 1e-4,
			Clip: optim.Clip{Value: 1, Norm: 1}, Loss: loss.CrossEntropy{LabelSmoothing: 0.1, ClassWeights: []float64{1, 2, 3}},
		}},
		{"around the rule", nn.MLP([]int{16, 16}, 3, nn.GELU, 0.2, nil), train.Config{
			Clip: optim.Clip{Adaptive: 0.1, Param: 1}, Noise: optim.NewNoise(0.01), WeightDecay: 0.1, DecayKind: optim.Corrected, MaxNorm: 2,
			Lookahead: optim.NewLookahead(), Groups: []optim.Group{{Match: "*.bias", Rule: optim.NewMomentum()}},
			Schedules: map[string]schedule.Schedule{"beta1": schedule.NewDip(600)},
		}},
		{"four workers", nn.MLP([]int{64}, 3, nn.Tanh, 0, nil), train.Config{Workers: 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.BatchSize, tt.cfg.Epochs = batch, 1
			trainer := newTrainer(t, tt.net, source.Spec(), tt.cfg)
			made := allocations(t, trainer, source, 100, 500)
			// Not all are ours: the runtime allocates now and then when
			// goroutines wait for each other.
			if made > 40 {
				t.Errorf("%d allocations in 400 steps, want none", made)
			}
		})
	}
}

// TestSoak: thousands of steps over images that are varied, through many
// epochs, leave the heap and the goroutines as they were.
func TestSoak(t *testing.T) {
	epochs := 150
	if testing.Short() {
		epochs = 30
	}
	source := digits(t).Validation
	net := nn.Sequential{
		nn.Conv2D{Filters: 4, Kernel: nn.Square(3), Padding: nn.Same}, nn.BatchNorm{}, nn.ReLU, nn.MaxPool{},
		nn.Flatten{}, nn.Dropout{Rate: 0.1}, nn.Dense{Units: 10},
	}
	trainer := newTrainer(t, net, source.Spec(), train.Config{
		BatchSize: 8, Epochs: epochs, Workers: 2, Average: train.Average{Decay: 0.9},
		Augment: data.Augment{Crop: 1, Rotate: 10, Contrast: 0.1, Cutout: 2, Mixup: 0.2},
	})
	var first, last runtime.MemStats
	goroutines := 0
	for step, err := range trainer.Steps(background, source) {
		switch {
		case err != nil:
			t.Fatal(err)
		case step.Batch != step.Batches/2:
		case step.Epoch == epochs/3:
			runtime.GC()
			runtime.ReadMemStats(&first)
			goroutines = runtime.NumGoroutine()
		case step.Epoch == epochs-1:
			runtime.GC()
			runtime.ReadMemStats(&last)
			if n := runtime.NumGoroutine(); n > goroutines {
				t.Errorf("%d goroutines, %d before", n, goroutines)
			}
		}
	}
	if grown := int64(last.HeapAlloc) - int64(first.HeapAlloc); grown > 64<<10 {
		t.Errorf("the heap has grown by %d bytes to %d in %d steps", grown, last.HeapAlloc, trainer.Updates()*2/3)
	}
}

// TestAllocationOfAccumulation: an update from micro-batches makes a ring of
// batches, a slot more for each goroutine that prepares them beyond the first;
// what it allocates does not grow with their number.
func TestAllocationOfAccumulation(t *testing.T) {
	source := blobs(t, 3000, 1)
	trainer := newTrainer(t, nn.MLP([]int{16}, 3, nn.ReLU, 0.1, nil), source.Spec(),
		train.Config{BatchSize: train.All, MicroBatch: 10, Epochs: 10})
	made := allocations(t, trainer, source, 2, 10)
	if n := made / 8; n > 80 {
		t.Errorf("%d allocations in an update of 300 micro-batches", n)
	}
}

// TestGoroutinesEnd: whatever ends training, its goroutines end with it.
func TestGoroutinesEnd(t *testing.T) {
	source := blobs(t, 200, 1)
	base := 0 // with this test and the one in it
	t.Run("count", func(*testing.T) { base = runtime.NumGoroutine() })
	settles := func(t *testing.T, what string) {
		t.Helper()
		for range 12000 { // a minute
			if runtime.NumGoroutine() <= base {
				return
			}
			runtime.GC()
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("%s: %d goroutines are left, %d before", what, runtime.NumGoroutine(), base)
	}
	start := func(t *testing.T) *train.Trainer {
		trainer, err := train.New(nn.MLP([]int{16}, 3, nn.ReLU, 0, nil), source.Spec(), train.Config{BatchSize: 5, Epochs: 3, Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		return trainer
	}
	t.Run("break", func(t *testing.T) {
		trainer := start(t)
		for range trainer.Steps(background, source) {
			break
		}
		trainer.Close()
		settles(t, "after a break and Close")
	})
	t.Run("cancel", func(t *testing.T) {
		trainer := start(t)
		ctx, cancel := context.WithCancel(background)
		for step := range trainer.Steps(ctx, source) {
			if step.Update == 3 {
				cancel()
			}
		}
		trainer.Close()
		cancel()
		settles(t, "after a cancel and Close")
	})
	t.Run("end", func(t *testing.T) {
		trainer := start(t)
		if _, err := trainer.Fit(background, source, source); err != nil {
			t.Fatal(err)
		}
		trainer.Close()
		trainer.Close() // again does nothing
		settles(t, "after Fit and Close")
	})
	t.Run("unreachable", func(t *testing.T) {
		trainer := start(t)
		steps(t, trainer, source)
		settles(t, "after the last use, without Close")
	})
	t.Run("model", func(t *testing.T) {
		trainer := start(t)
		model := trainer.Model()
		trainer.Close()
		if _, err := model.Evaluate(background, source); err != nil {
			t.Fatal(err)
		}
		for range model.Predictions(background, source) {
			break
		}
		ctx, cancel := context.WithCancel(background)
		defer cancel()
		for range model.Predictions(ctx, source) {
			cancel()
		}
		if _, err := model.Evaluate(ctx, source); err == nil {
			t.Error("an evaluation goes on after its context has ended")
		}
		settles(t, "after evaluating and predicting, to the end and not")
	})
}
