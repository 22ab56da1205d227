// The exclusive or, learned, saved, loaded and computed by a program of
// another module. The model is saved at the path that is given, if one is.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"descent"
	"descent/data"
	"descent/nn"
	"descent/train"
)

func main() {
	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)

	// The exclusive or, as often as it takes.
	corners := [][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	var x [][]float32
	var labels []int
	for i := range 400 {
		x, labels = append(x, corners[i%4]), append(labels, []int{0, 1, 1, 0}[i%4])
	}
	source, err := data.FromClasses(x, labels, []string{"equal", "different"})
	check(err)

	net := nn.MLP([]int{16}, 2, nn.Tanh, 0, nil)
	trainer, err := train.New(net, source.Spec(), train.Config{LearningRate: 0.03, Epochs: 40, Seed: 1})
	check(err)
	defer trainer.Close()
	model, err := trainer.Fit(context.Background(), source, nil)
	check(err)
	path := filepath.Join(dir, "xor.safetensors")
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	check(model.Save(path))

	again, err := descent.Load(path)
	check(err)
	for _, corner := range corners {
		p, err := again.Predict(corner)
		check(err)
		fmt.Println(corner, p[1] > 0.5)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
