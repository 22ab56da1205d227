// A loss of one's own: any function over tensors is one, with its gradient
// for free. This one asks for a quantile instead of the mean: predictions
// that 90 % of the targets lie below.
//
//	go run ./examples/loss
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"descent/data"
	"descent/graph"
	"descent/loss"
	"descent/nn"
	"descent/train"
)

// pinball is the quantile loss max(q·(y-z), (q-1)·(y-z)).
//
// Source: Koenker and Bassett, "Regression Quantiles", Econometrica 46, 1978.
func pinball(q float64) loss.Loss {
	return loss.Func(func(z, y graph.Tensor) graph.Tensor {
		over := y.Sub(z)
		return over.Scale(q).Max(over.Scale(q - 1)).Mean(-1)
	})
}

func main() {
	// Waiting times: longer with more people, and ever more uncertain.
	random := rand.New(rand.NewPCG(1, 2))
	var x, y [][]float32
	for range 2000 {
		people := random.Float32() * 2
		x = append(x, []float32{people})
		y = append(y, []float32{people * (1 + float32(random.ExpFloat64()))})
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		log.Fatal(err)
	}
	net := nn.Sequential{nn.Dense{Units: 32, Activation: nn.Tanh}, nn.Dense{Units: 1}}
	trainer, err := train.New(net, source.Spec(), train.Config{Loss: pinball(0.9), LearningRate: 0.01, Epochs: 40, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.Fit(context.Background(), source, nil)
	if err != nil {
		log.Fatal(err)
	}
	below := 0
	for i := range x {
		p, err := model.Predict(x[i])
		if err != nil {
			log.Fatal(err)
		}
		if float64(y[i][0]) <= p[0] {
			below++
		}
	}
	share := float64(below) / float64(len(x))
	fmt.Println("about 90 % of the waits are below the prediction:", share > 0.87 && share < 0.93)
}
