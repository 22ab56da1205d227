package model_test

import (
	"context"
	"fmt"
	"log"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/optim"
	"descent/train"
)

// A small GPT learns a text by heart and goes on with it.
func ExampleModel_Generator() {
	const text, length = "to be, or not to be, that is the question: ", 16
	var letters []string // the vocabulary
	numbers := map[rune]int{}
	for _, r := range text {
		if _, ok := numbers[r]; !ok {
			numbers[r] = len(letters)
			letters = append(letters, string(r))
		}
	}
	token := func(i int) float32 { return float32(numbers[rune(text[i%len(text)])]) }

	// Samples: 16 tokens, and of each the one that comes next.
	values := map[string][]float32{}
	for i := range len(text) {
		for j := range length {
			values["x"] = append(values["x"], token(i+j))
			values["next"] = append(values["next"], token(i+j+1))
		}
	}
	spec := data.Spec{Name: "text", Input: []int{length}, More: []data.Field{
		{Name: "next", Kind: data.Class, Role: data.TargetRole, Shape: []int{length}, Names: letters},
	}}
	source, err := data.FromFields(spec, values)
	if err != nil {
		log.Fatal(err)
	}
	net := nn.GPT(nn.GPTConfig{Vocabulary: len(letters), Context: length, Layers: 1, Heads: 2, Width: 32})
	trainer, err := train.New(net, spec, train.Config{
		Objective: objective.Objective{{Task: data.Classification, Target: "next"}},
		Optimizer: optim.NewAdamW(), LearningRate: 0.01, BatchSize: 16, Epochs: 60, Workers: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()
	if _, err := trainer.Fit(context.Background(), source, nil); err != nil {
		log.Fatal(err)
	}

	g, err := trainer.Model().Generator(model.Sampling{Temperature: 0.5, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range "not to" {
		if err := g.Read(numbers[r]); err != nil {
			log.Fatal(err)
		}
	}
	for range 30 {
		next, err := g.Next()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(letters[next])
	}
	fmt.Println()
	// Output: be, that is the question: to
}
