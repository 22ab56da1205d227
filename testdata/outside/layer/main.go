// A layer of another module: registered, a model with it is one file, and what
// is wrong with a network is said of the line that built it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"descent"
	"descent/data"
	"descent/graph"
	"descent/nn"
	"descent/nn/initial"
	"descent/train"
)

// Scaled is a dense layer whose outputs are scaled by learned numbers.
type Scaled struct {
	Dense nn.Dense
	Init  initial.Initializer // of the scale
}

// Forward implements nn.Layer.
func (s Scaled) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	y := c.Call("dense", s.Dense, x)
	return y.Mul(c.Param("scale", s.Init, s.Dense.Units))
}

func main() {
	nn.Register(Scaled{})
	source, err := data.FromTargets([][]float32{{1}, {2}, {3}, {4}}, [][]float32{{3}, {5}, {7}, {9}})
	check(err)
	net := nn.Sequential{Scaled{Dense: nn.Dense{Units: 3, Activation: nn.Tanh}, Init: initial.Constant{Value: 0.5}}, nn.Dense{Units: 1}}
	trainer, err := train.New(net, source.Spec(), train.Config{Epochs: 2, Seed: 1})
	check(err)
	defer trainer.Close()
	trained, err := trainer.Fit(context.Background(), source, nil)
	check(err)

	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "scaled.safetensors")
	check(trained.Save(path))
	loaded, err := descent.Load(path)
	check(err)
	before, err := trained.Predict([]float32{2.5})
	check(err)
	after, err := loaded.Predict([]float32{2.5})
	check(err)
	fmt.Println("the same prediction:", before[0] == after[0])

	g := graph.New()
	nn.Dense{Units: 2}.Forward(nn.NewContext(g, false), g.Input("x", graph.Shape(4, 2, 2, 1))) // line 58
	var shape *graph.ShapeError
	if !errors.As(g.Err(), &shape) {
		log.Fatal(g.Err())
	}
	fmt.Println(filepath.Base(shape.Caller))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
