// A network that learns the digits, wherever Go runs: it prints the hash of the
// weights, which is the same everywhere, and to the standard error how long it took.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

func main() {
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	check(err)
	trainer, err := train.New(nn.MLP([]int{128, 64}, 10, nn.GELU, 0.2, nil), parts.Train.Spec(), train.Config{
		Optimizer: optim.NewAdamW(), Penalty: loss.L2(1e-4), Clip: optim.ClipNorm(1), BatchSize: 32, Epochs: 3, Seed: 1,
	})
	check(err)
	defer trainer.Close()
	start := time.Now()
	model, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	check(err)
	took := time.Since(start)
	report, err := model.Evaluate(context.Background(), parts.Test)
	check(err)
	fmt.Printf("accuracy %.4f, weights %s\n", report.Score("accuracy"), model.SHA256())
	fmt.Fprintf(os.Stderr, "%.2f s\n", took.Seconds())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
