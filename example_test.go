package descent_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"descent"
	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// From data to a measured, saved and reloaded model.
func Example() {
	ctx := context.Background()
	net := nn.Sequential{
		nn.Flatten{},
		nn.Dense{Units: 128, Activation: nn.ReLU},
		nn.Dropout{Rate: 0.2},
		nn.Dense{Units: 10},
	}
	digits := data.Digits()
	parts, err := data.Split(digits, data.SplitConfig{Validation: 0.1, Test: 0.2})
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.New(net, parts.Train.Spec(), train.Config{
		Loss:         loss.CrossEntropy{},
		Optimizer:    optim.NewAdam(),
		LearningRate: 1e-3,
		Schedule:     schedule.Step{Every: 1000, Factor: 0.5},
		Penalty:      loss.L2(1e-4),
		Clip:         optim.ClipNorm(1),
		BatchSize:    32,
		Epochs:       20,
		Seed:         1,
	})
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.Fit(ctx, parts.Train, parts.Validation)
	if err != nil {
		log.Fatal(err)
	}
	report, err := model.Evaluate(ctx, parts.Test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("better than 96 %:", report.Score("accuracy") > 0.96)

	dir, err := os.MkdirTemp("", "descent")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "digits.safetensors")
	if err := model.Save(path); err != nil {
		log.Fatal(err)
	}
	again, err := descent.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the same weights:", again.SHA256() == model.SHA256())
	// Output:
	// better than 96 %: true
	// the same weights: true
}
