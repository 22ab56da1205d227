// A layer of one's own: any type with the method Forward is one. Its weights
// are declared where they are used, and saved with the model, which names the
// layer as it is registered.
//
//	go run ./examples/layer
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"descent/data"
	"descent/graph"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/train"
)

// Highway mixes a layer's output with its input by a learned gate:
//
//	t = sigmoid(xWt + bt)    y = t·relu(xW + b) + (1 - t)·x
//
// Source: Srivastava, Greff and Schmidhuber, "Highway Networks", 2015,
// arXiv:1505.00387, equation 3.
type Highway struct{}

// Forward implements nn.Layer. x [n, k] → y [n, k].
func (Highway) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	k := x.Dim(-1)
	gate := x.MatMul(c.Param("gate", initial.XavierUniform{}, k, k)).Add(c.Bias("gate_bias", k)).Sigmoid()
	value := x.MatMul(c.Param("weight", initial.HeNormal{}, k, k)).Add(c.Bias("bias", k)).ReLU()
	return gate.Mul(value).Add(gate.Affine(-1, 1).Mul(x))
}

func init() { nn.Register(Highway{}) }

func main() {
	ctx := context.Background()
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		log.Fatal(err)
	}
	net := nn.Sequential{
		nn.Flatten{},
		nn.Dense{Units: 64, Activation: nn.ReLU},
		Highway{},
		Highway{},
		nn.Dense{Units: 10},
	}
	trainer, err := train.New(net, parts.Train.Spec(), train.Config{Epochs: 15, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	trained, err := trainer.Fit(ctx, parts.Train, parts.Validation)
	if err != nil {
		log.Fatal(err)
	}
	report, err := trained.Evaluate(ctx, parts.Test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("better than 95 %:", report.Score("accuracy") > 0.95)

	// The file says where in the network a "highway" stands. A program that
	// loads it registers the layer, too.
	dir, err := os.MkdirTemp("", "descent")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "highway.safetensors")
	if err := trained.Save(path); err != nil {
		log.Fatal(err)
	}
	again, err := model.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the same weights:", again.SHA256() == trained.SHA256())
}
