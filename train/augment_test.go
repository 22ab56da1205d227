package train_test

import (
	"fmt"
	"math"
	"testing"

	"descent/data"
	"descent/internal/kernel/isa"
	"descent/loss"
	"descent/nn"
	"descent/train"
)

// TestAugmentedBits: augmented runs, mixed ones with soft targets, too, end in
// the same bits for any number of workers and any way to hold a batch in
// memory repeats the draws.
func TestAugmentedBits(t *testing.T) {
	source, _ := bars(t, 48)
	net := nn.Sequential{nn.Conv2D{Filters: 4, Kernel: nn.Square(3), Padding: nn.Same}, nn.BatchNorm{}, nn.ReLU, nn.Flatten{}, nn.Dense{Units: 2}}
	seen := map[string]string{}
	for _, spec := range []string{"none", "flip,shift:0.2", "crop:1,mixup:0.4", "cutmix:1"} {
		for _, batch := range []int{16, train.All} {
			augment, err := data.ParseAugment(spec)
			if err != nil {
				t.Fatal(err)
			}
			run := func(workers int, seed uint64) string {
				trainer := newTrainer(t, net, source.Spec(), train.Config{
					Augment: augment, BatchSize: batch, MicroBatch: 20, Epochs: 2, Seed: seed, Workers: workers,
				})
				steps(t, trainer, source)
				return trainer.Model().SHA256()
			}
			name := fmt.Sprintf("%s, batch %d", spec, batch)
			want := run(1, 3)
			if run(2, 3) != want || run(3, 3) != want {
				t.Errorf("%s: the weights depend on the number of workers", name)
			}
			restore := isa.Use(isa.Plain)
			if run(2, 3) != want {
				t.Errorf("%s: the weights depend on the instruction set", name)
			}
			restore()
			if other, same := seen[want]; same {
				t.Errorf("%s ends in the weights of %s", name, other)
			}
			seen[want] = name
		}
	}
}

// TestSoftTargets: the loss of a first update is the cross-entropy against the
// parts of classes that the batch has.
func TestSoftTargets(t *testing.T) {
	source, _ := bars(t, 24)
	augment := data.Augment{Mixup: 1}
	for _, batch := range []int{24, train.All} {
		trainer := newTrainer(t, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 2}}, source.Spec(),
			train.Config{Augment: augment, BatchSize: batch, MicroBatch: 24, Epochs: 1, Seed: 5})
		first := trainer.Model()
		got := steps(t, trainer, source)[0].Loss
		want, mixed := 0.0, false
		for b, err := range data.Batches(background, source, data.BatchConfig{Size: 24, Augment: augment, Seed: 5}) {
			if err != nil {
				t.Fatal(err)
			}
			p := predict(t, first, b.X)
			for i, part := range b.Soft {
				want -= float64(part) * math.Log(p[i]) / 24
				mixed = mixed || part > 0.01 && part < 0.99
			}
		}
		if !mixed || math.Abs(got-want) > 1e-5 {
			t.Errorf("batch %d: loss %v, want %v", batch, got, want)
		}
	}
}

// TestAugmentOnlyTraining: evaluation sees images as they are.
func TestAugmentOnlyTraining(t *testing.T) {
	source, _ := bars(t, 24)
	trainer := newTrainer(t, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 2}}, source.Spec(),
		train.Config{Augment: data.Augment{Cutout: 4, CutMix: 1}, Epochs: 1})
	var last *train.Epoch
	cfg := trainer.Config()
	cfg.Callback = told(func(p train.Progress) { last = p.Epoch })
	trainer = newTrainer(t, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 2}}, source.Spec(), cfg)
	m, err := trainer.Fit(background, source, source)
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Evaluate(background, source)
	if err != nil || last == nil || last.Validation.Loss != r.Loss {
		t.Errorf("validation %v, evaluation %v, %v", last, r, err)
	}
}

func TestAugmentErrors(t *testing.T) {
	pictures, _ := bars(t, 4)
	flat, _, _ := line(t, 4, 3)
	for _, tt := range []struct {
		spec data.Spec
		cfg  train.Config
		want []string
	}{
		{flat.Spec(), train.Config{Augment: data.Augment{Flip: true}}, []string{"augment", "[3]", "images"}},
		{pictures.Spec(), train.Config{Augment: data.Augment{Saturation: 0.1}}, []string{"saturation", "3 channels"}},
		{pictures.Spec(), train.Config{Augment: data.Augment{Mixup: -1}}, []string{"mixup", "-1"}},
		{pictures.Spec(), train.Config{Augment: data.Augment{Mixup: 1}, Loss: loss.BinaryCrossEntropy{}}, []string{"bce", "[32 2]", "targets"}},
	} {
		_, err := train.New(nn.Sequential{nn.Flatten{}, nn.Dense{Units: 1}}, tt.spec, tt.cfg)
		says(t, err, tt.want...)
	}
}

// TestAugmentedStepsAllocateNothing: images are varied and mixed in buffers
// that are there.
func TestAugmentedStepsAllocateNothing(t *testing.T) {
	source, _ := bars(t, 4800)
	trainer := newTrainer(t, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 2}}, source.Spec(), train.Config{
		Augment: data.Augment{Crop: 1, Flip: true, Rotate: 10, Cutout: 2, Mixup: 0.2}, BatchSize: 8, Epochs: 1,
	})
	made := allocations(t, trainer, source, 100, 500)
	if made > 40 { // the runtime's own, as in TestNoAllocation
		t.Errorf("%d allocations in 400 steps, want none", made)
	}
}
