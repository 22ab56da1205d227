// A training loop of one's own, with its own early stop and logging: Steps
// yields every update, and the loop decides what happens between them.
//
//	go run ./examples/loop
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"

	"descent/data"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

func main() {
	ctx := context.Background()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.New(nn.MLP([]int{64}, 10, nn.ReLU, 0, nil), parts.Train.Spec(), train.Config{
		Optimizer: optim.NewNesterov(),
		Epochs:    1000, // the loop ends it
		Seed:      1,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()

	smoothed, reached := 0.0, false
	for step, err := range trainer.Steps(ctx, parts.Train) {
		if err != nil {
			log.Fatal(err)
		}
		if step.Update == 1 {
			smoothed = step.Loss
		}
		smoothed += 0.02 * (step.Loss - smoothed)
		if step.Update%100 == 0 {
			logger.Info("training", "update", step.Update, "loss", smoothed, "gradient", step.GradNorm)
		}
		if smoothed < 0.02 {
			reached = true
			break
		}
	}
	report, err := trainer.Model().Evaluate(ctx, parts.Test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped by the loss:", reached)
	fmt.Println("better than 95 %:", report.Score("accuracy") > 0.95)
}
