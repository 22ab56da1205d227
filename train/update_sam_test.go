package train_test

import (
	"errors"
	"testing"

	"descent/nn"
	"descent/optim"
	"descent/train"
)

// TestClimbIsUndone: with a rate that is 0 in float32, the weights keep their
// bits, however far the second gradient was asked for.
func TestClimbIsUndone(t *testing.T) {
	source := blobs(t, 60, 1)
	trainer := newTrainer(t, nn.MLP([]int{9}, 3, nn.Tanh, 0.3, nil), source.Spec(), train.Config{
		Optimizer: optim.NewSGD(), LearningRate: 1e-60, BatchSize: 20, Epochs: 2, SAM: 10,
	})
	before := trainer.Model().SHA256()
	for _, step := range steps(t, trainer, source) {
		if !(step.GradNorm > 0) {
			t.Errorf("update %d: ‖g‖ = %v", step.Update, step.GradNorm)
		}
	}
	if trainer.Model().SHA256() != before {
		t.Error("the weights are not what they were")
	}
}

// TestNoClimb: a climb of no length changes nothing, though everything is
// computed twice: the second pass sees the same rows, draws the same random
// numbers, and leaves running statistics alone.
func TestNoClimb(t *testing.T) {
	parts := digits(t)
	source := first(parts.Train, 120)
	run := func(change func(*train.Config)) (sha string, losses []float64) {
		net := nn.Sequential{
			nn.Conv2D{Filters: 4, Kernel: nn.Square(3)}, nn.BatchNorm{}, nn.ReLU, nn.Flatten{}, nn.Dropout{Rate: 0.3}, nn.Dense{Units: 10},
		}
		cfg := train.Config{BatchSize: 40, MicroBatch: 20, Epochs: 2, Seed: 3, Augment: augment(t, "crop:1,flip")}
		change(&cfg)
		trainer := newTrainer(t, net, source.Spec(), cfg)
		for _, step := range steps(t, trainer, source) {
			losses = append(losses, step.Loss)
		}
		return trainer.Model().SHA256(), losses
	}
	want, wantLosses := run(func(*train.Config) {})
	got, losses := run(func(c *train.Config) { c.SAM = 1e-30 })
	if got != want {
		t.Error("other weights, or other running statistics")
	}
	for i := range losses {
		if losses[i] != wantLosses[i] {
			t.Errorf("update %d: loss %v, want %v", i+1, losses[i], wantLosses[i])
		}
	}
	if other, losses := run(func(c *train.Config) { c.SAM = 0.5 }); other == want || losses[0] != wantLosses[0] || losses[2] == wantLosses[2] {
		t.Error("a climb of 0.5 does not tell itself apart, or changes the loss that is reported")
	}
}

// TestClimbTooHigh: where the second gradient does not exist, the trainer is as
// it was before the update.
func TestClimbTooHigh(t *testing.T) {
	parts := digits(t)
	source := first(parts.Train, 40)
	net := nn.Sequential{nn.Flatten{}, nn.Dense{Units: 8}, nn.BatchNorm{}, nn.ReLU, nn.Dense{Units: 10}}
	trainer := newTrainer(t, net, source.Spec(), train.Config{BatchSize: 40, Epochs: 1, SAM: 1e38})
	before := trainer.Model().SHA256()
	for _, err := range trainer.Steps(background, source) {
		if !errors.Is(err, train.ErrDiverged) {
			t.Errorf("error %v, want ErrDiverged", err)
		}
	}
	if trainer.Model().SHA256() != before || trainer.Updates() != 0 {
		t.Error("the weights or running statistics are not what they were")
	}
}
