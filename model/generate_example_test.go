package model_test

import (
	"context"
	"fmt"
	"log"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// A text is cut into tokens that are learned from its training part, and a network
// trained on them goes on with a prompt.
func ExampleModel_Speak() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	ctx := context.Background()
	text, err := data.OpenText("input.txt", data.TextConfig{Context: 64})
	check(err)
	parts, err := data.Split(text, data.SplitConfig{})
	check(err)
	spec := parts.Train.Spec()
	net := nn.GPT(nn.GPTConfig{Vocabulary: spec.Encoder.Text.Tokens.Size(), Context: 64, Layers: 4, Heads: 4, Width: 128})
	trainer, err := train.New(net, spec, train.Config{
		Optimizer: optim.NewAdamW(), LearningRate: 1e-3, Clip: optim.ClipNorm(1), BatchSize: 16, Epochs: 2, MaxUpdates: 2000,
	})
	check(err)
	defer trainer.Close()
	m, err := trainer.Fit(ctx, parts.Train, parts.Validation)
	check(err)
	check(m.Speak(ctx, "ROMEO:", 200, model.Sampling{Temperature: 0.8, Seed: 1}, func(piece string) error {
		_, err := fmt.Print(piece)
		return err
	}))
}
