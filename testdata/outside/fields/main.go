// Samples of several fields and networks with several outputs: an image with a
// row of numbers beside it, and two goals, a class and a number. Trained, measured
// goal by goal, saved, loaded and used.
package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"descent/data"
	"descent/graph"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/train"
)

// samples are blots on 4×4 pixels that are left or right of the middle, with two
// numbers beside each that the image does not show, and an age that depends on
// all of it.
func samples(n int) (data.Source, error) {
	spec := data.Spec{
		Name: "blots", Input: []int{4, 4, 1},
		Task: data.Classification, Classes: []string{"left", "right"}, // what y is
		More: []data.Field{
			{Name: "place", Shape: []int{2}},                                                // an input
			{Name: "age", Role: data.TargetRole, Shape: []int{1}, Names: []string{"years"}}, // a second target
		},
	}
	values := map[string][]float32{}
	for i := range n {
		side, strength := i%2, 0.5+float64(i%7)/7
		for p := range 16 {
			v := 0.1 * math.Sin(float64(31*i+7*p))
			if (p%4 >= 2) == (side == 1) {
				v += strength
			}
			values["x"] = append(values["x"], float32(v))
		}
		a, b := math.Sin(float64(i)), math.Cos(float64(3*i))
		values["y"] = append(values["y"], float32(side))
		values["place"] = append(values["place"], float32(a), float32(b))
		values["age"] = append(values["age"], float32(strength+a-0.5*b))
	}
	return data.FromFields(spec, values)
}

// TwoHeads predicts a class, its result, and hands out an age beside it.
type TwoHeads struct{ Units int }

// Forward implements nn.Layer.
func (l TwoHeads) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	body := nn.Sequential{
		nn.Conv2D{Filters: 4, Kernel: [2]int{3, 3}, Activation: nn.ReLU},
		nn.Flatten{},
		nn.Join{Field: "place"}, // the row of numbers, beside what was seen
		nn.Dense{Units: l.Units, Activation: nn.Tanh},
	}
	h := c.Call("body", body, x)
	c.Head("age", c.Call("age", nn.Dense{Units: 1}, h))
	return c.Call("class", nn.Dense{Units: 2}, h)
}

func main() {
	ctx := context.Background()
	nn.Register(TwoHeads{}) // so that a file of the model names it
	source, err := samples(256)
	check(err)
	trainer, err := train.New(TwoHeads{Units: 16}, source.Spec(), train.Config{
		Objective: objective.Objective{
			{Task: data.Classification}, // the result, against y
			{Task: data.Regression, Output: "age", Target: "age", Loss: loss.Huber{Delta: 1}, Weight: 0.5},
		},
		Monitor: "age.mae", LearningRate: 0.02, Epochs: 8, Seed: 1,
	})
	check(err)
	defer trainer.Close()
	m, err := trainer.Fit(ctx, source, source)
	check(err)

	report, err := m.Evaluate(ctx, source)
	check(err)
	for _, g := range report.Goals {
		fmt.Printf("%s:", g.Name)
		for _, k := range g.Metrics.Metrics() {
			if k.Name == "accuracy" || k.Name == "mae" {
				fmt.Printf(" %s %.3f", k.Label(), g.Metrics.Value(k.Name))
			}
		}
		fmt.Println()
	}
	fmt.Println("accuracy above 95 %:", report.Score("accuracy") > 0.95)
	fmt.Println("age within 0.2:", report.Score("age.mae") < 0.2)

	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "blots.safetensors")
	check(m.Save(path))
	m, err = model.Load(path)
	check(err)

	// One sample: a blot on the right.
	blot := []float32{0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1}
	y, err := m.PredictFields(map[string][]float32{"x": blot, "place": {0.5, -0.5}})
	check(err)
	fmt.Printf("right: %t, age %.1f\n", y["y"][1] > 0.5, y["age"][0])
	_, err = m.PredictFields(map[string][]float32{"x": blot})
	fmt.Println(err)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
