// Targets other than a class or numbers of a row: a class for each position, with
// a mask that says which count; labels of which any number holds; and the input
// itself, for an autoencoder.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"descent/data"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/train"
)

const (
	rows   = 192
	length = 6 // of a sequence
)

// tagging has a class for each position of a sequence: whether the number there
// is above the one before it. Where the mask is 0, the sequence has ended, and
// class -1 says nothing.
func tagging() (data.Source, nn.Layer, objective.Objective, error) {
	spec := data.Spec{Name: "tagging", Input: []int{length, 1}, More: []data.Field{
		{Name: "tags", Kind: data.Class, Role: data.TargetRole, Shape: []int{length}, Names: []string{"falls", "rises"}},
		{Name: "mask", Role: data.TargetRole, Shape: []int{length}},
	}}
	values := map[string][]float32{}
	for i := range rows {
		before := 0.0
		for p := range length {
			v, tag, counts := math.Sin(float64(5*i*i+11*p*p)), float32(0), float32(1)
			if v > before {
				tag = 1
			}
			if p > 2+i%4 {
				v, tag, counts = 0, -1, 0
			}
			before = v
			values["x"] = append(values["x"], float32(v))
			values["tags"], values["mask"] = append(values["tags"], tag), append(values["mask"], counts)
		}
	}
	source, err := data.FromFields(spec, values)
	net := nn.Sequential{ // [n, length, 1] to [n, length, 2]
		nn.Conv1D{Filters: 8, Kernel: 3, Padding: nn.Same, Activation: nn.Tanh},
		nn.Conv1D{Filters: 2, Kernel: 1},
	}
	return source, net, objective.Objective{{Task: data.Classification, Target: "tags", Mask: "mask"}}, err
}

// labels has three labels, each of which holds or not.
func labels() (data.Source, nn.Layer, objective.Objective, error) {
	spec := data.Spec{Name: "labels", Input: []int{3}, Task: data.MultiLabel, Targets: []string{"warm", "wet", "windy"}}
	values := map[string][]float32{}
	for i := range rows {
		for j := range 3 {
			v := math.Sin(float64(3*i*i + 7*j + i*j))
			values["x"] = append(values["x"], float32(v))
			values["y"] = append(values["y"], map[bool]float32{true: 1}[v > 0])
		}
	}
	source, err := data.FromFields(spec, values)
	return source, nn.MLP([]int{16}, 3, nn.Tanh, 0, nil), nil, err // nil: the task says it
}

// autoencoder has no target but x: two numbers are to tell all eight.
func autoencoder() (data.Source, nn.Layer, objective.Objective, error) {
	spec := data.Spec{Name: "waves", Input: []int{8}, Unlabeled: true}
	values := map[string][]float32{}
	for i := range rows {
		a, b := math.Sin(float64(i)), math.Cos(float64(i*i))
		for j := range 8 {
			values["x"] = append(values["x"], float32(a*math.Sin(float64(j))+b*math.Cos(float64(j))))
		}
	}
	source, err := data.FromFields(spec, values)
	net := nn.Sequential{nn.Dense{Units: 2}, nn.Dense{Units: 8}}
	return source, net, objective.Objective{{Task: data.Regression, Target: "x", Loss: loss.MSE{}}}, err
}

func main() {
	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)
	for _, task := range []struct {
		name  string
		make  func() (data.Source, nn.Layer, objective.Objective, error)
		score string
		good  func(score float64) bool
	}{
		{"a class for each position", tagging, "tags.accuracy", func(v float64) bool { return v > 0.9 }},
		{"several labels", labels, "subset_accuracy", func(v float64) bool { return v > 0.9 }},
		{"an autoencoder", autoencoder, "r2", func(v float64) bool { return v > 0.95 }},
	} {
		source, net, goals, err := task.make()
		check(err)
		trainer, err := train.New(net, source.Spec(), train.Config{Objective: goals, LearningRate: 0.03, BatchSize: 16, Epochs: 30, Seed: 1})
		check(err)
		m, err := trainer.Fit(context.Background(), source, nil)
		check(err)
		trainer.Close()
		report, err := m.Evaluate(context.Background(), source)
		check(err)
		fmt.Printf("%s: %s is good: %t\n", task.name, task.score, task.good(report.Score(task.score)))

		path := filepath.Join(dir, "model.safetensors")
		check(m.Save(path))
		again, err := model.Load(path)
		check(err)
		x := make([]float32, source.Spec().Size())
		check(source.Read([]int{0}, x, nil))
		before, err := m.Predict(x)
		check(err)
		after, err := again.Predict(x)
		check(err)
		for i := range before {
			if before[i] != after[i] {
				check(errors.New("a loaded model predicts other numbers"))
			}
		}
		fmt.Println("  predicts", len(after), "numbers of a row, loaded or not")
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
