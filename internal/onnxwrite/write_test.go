package onnxwrite_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/internal/network"
	"descent/internal/onnxtest"
	"descent/internal/onnxwrite"
	"descent/model"
	"descent/nn"
	"descent/objective"
)

// written writes a model to a file.
func written(t *testing.T, m *model.Model) (string, onnxwrite.Contents) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := onnxwrite.Write(f, m)
	if err != nil {
		t.Fatal(err)
	}
	return path, c
}

// TestLayers compares what onnxruntime makes of each layer with the model, and gives the
// files to the checker of ONNX.
func TestLayers(t *testing.T) {
	var jobs []onnxtest.Job
	var files []string
	var want [][]float64
	list := onnxtest.Layers(t)
	for i, l := range list {
		m := l.Model(t, uint64(i))
		path, _ := written(t, m)
		x := l.Input()
		y, err := m.Predict(x)
		if err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		var values []any
		for _, v := range x {
			values = append(values, v)
		}
		files, want = append(files, path), append(want, y)
		jobs = append(jobs, onnxtest.Job{Model: path, Feeds: map[string]onnxtest.Tensor{"x": {Type: "float32", Dims: l.Dims, Data: values}}})
	}
	onnxtest.Check(t, files...)
	for i, outputs := range onnxtest.Run(t, jobs) {
		got := outputs["prediction"].Data
		if len(got) != len(want[i]) {
			t.Fatalf("%s: %d values, want %d", list[i].Name, len(got), len(want[i]))
		}
		most, off := 0.0, 0.0
		for j, v := range got {
			number, ok := v.(float64)
			if !ok {
				number = math.NaN()
			}
			most, off = math.Max(most, math.Abs(want[i][j])), math.Max(off, math.Abs(number-want[i][j]))
		}
		if !(off <= 1e-5+1e-5*most) {
			t.Errorf("%s: off by %g of %g", list[i].Name, off, most)
		}
	}
}

// twoHeads predicts a class, and numbers as a head.
type twoHeads struct{}

func (twoHeads) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	x = c.Call("words", nn.Join{Field: "words", Layers: nn.Sequential{nn.Embedding{Size: 5, Dim: 2}, nn.Flatten{}}}, x)
	c.Head("height", c.Call("height", nn.Dense{Units: 2}, x))
	return c.Call("class", nn.Dense{Units: 3}, x)
}

// TestGoals writes a model of several inputs and goals, whose samples a program makes.
func TestGoals(t *testing.T) {
	spec := data.Spec{Input: []int{3}, Task: data.Classification, Classes: []string{"a", "b", "c"}, More: []data.Field{
		{Name: "words", Kind: data.Tokens, Shape: []int{2}, Names: []string{"v", "w", "x", "y", "z"}},
		{Name: "height", Role: data.TargetRole, Shape: []int{2}},
	}}
	goals := objective.Objective{{Task: data.Classification}, {Task: data.Regression, Output: "height", Target: "height"}}
	filled, err := goals.Filled(spec)
	if err != nil {
		t.Fatal(err)
	}
	declared, _, err := network.Network{Layer: twoHeads{}, Spec: spec, Objective: filled}.Declared()
	if err != nil {
		t.Fatal(err)
	}
	store := engine.NewStore(declared...)
	for _, d := range declared {
		for i := range store.Value(d.Name) {
			store.Value(d.Name)[i] = float32(i%7)/4 - 0.6
		}
	}
	m, err := model.New(twoHeads{}, spec, goals, store)
	if err != nil {
		t.Fatal(err)
	}
	path, contents := written(t, m)
	onnxtest.Check(t, path)
	if len(contents.Inputs) != 2 || contents.Inputs[1].Name != "words" || contents.Inputs[1].Type != "int64" {
		t.Errorf("inputs %v", contents.Inputs)
	}
	x, words := []float32{1, -2, 0.5, 3, 0.25, -1}, []float32{0, 4, 2, 1}
	want, err := m.PredictFields(map[string][]float32{"x": x, "words": words})
	if err != nil {
		t.Fatal(err)
	}
	tensor := func(typ string, wide int, values []float32) onnxtest.Tensor {
		t := onnxtest.Tensor{Type: typ, Dims: []int{2, wide}}
		for _, v := range values {
			t.Data = append(t.Data, v)
		}
		return t
	}
	for _, outputs := range onnxtest.Run(t, []onnxtest.Job{{Model: path, Feeds: map[string]onnxtest.Tensor{"x": tensor("float32", 3, x), "words": tensor("int64", 2, words)}}}) {
		for _, g := range filled {
			for i, v := range want[g.Name] {
				if got, ok := outputs[g.Name].Data[i].(float64); !ok || math.Abs(got-v) > 1e-5 {
					t.Errorf("goal %s: value %d is %v, want %v", g.Name, i, outputs[g.Name].Data[i], v)
				}
			}
		}
	}
}

// drawn is a layer whose result is another at every run.
type drawn struct{}

func (drawn) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	return x.Add(c.Uniform(x.Type().Dims()...))
}

// mixed is a layer in which rows depend on one another.
type mixed struct{}

func (mixed) Forward(_ *nn.Context, x graph.Tensor) graph.Tensor { return x.Sub(x.MeanKeep(0)) }

// TestRefused: what has no form in ONNX is named, with its layer, and nothing is written.
func TestRefused(t *testing.T) {
	for _, l := range []struct {
		nn.Layer
		says string
	}{{drawn{}, "layer 0.drawn: operation Uniform has no form in ONNX"}, {mixed{}, "depends on how many rows there are at once"}} {
		var b bytes.Buffer
		m := onnxtest.Layer{Name: "refused", Layer: l.Layer, Dims: []int{2, 3}}.Model(t, 1)
		if _, err := onnxwrite.Write(&b, m); err == nil || !strings.Contains(err.Error(), l.says) || b.Len() > 0 {
			t.Errorf("%T: %v, %d bytes; want %q", l.Layer, err, b.Len(), l.says)
		}
	}
}
