package onnxwrite_test

import (
	"encoding/json"
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
	"descent/internal/rng"
	"descent/model"
	"descent/nn"
	"descent/objective"
)

// layer is one to be written, with what it is given.
type layer struct {
	name string
	nn.Layer
	dims []int // of x, rows first
	x    []float64
}

// layers are those of package nn that are compared with PyTorch, and more.
func layers(t *testing.T) []layer {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash("../../nn/testdata/layers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Layers []struct {
			Name  string
			Layer json.RawMessage
			Dims  []int
			X     []float64
		}
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	var list []layer
	for _, g := range golden.Layers {
		l, err := nn.Unmarshal(g.Layer)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, layer{g.Name, l, g.Dims, g.X})
	}
	resnet, err := nn.ResNet(8, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []nn.Activation{nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Softmax} {
		list = append(list, layer{a.String(), a, []int{4, 6}, nil})
	}
	gpt := nn.GPTConfig{Vocabulary: 7, Context: 5, Layers: 2, Heads: 2, Width: 8}
	other := gpt
	other.SwiGLU, other.RMSNorm, other.Rotary, other.QKNorm, other.Groups = true, true, 100, true, 1
	tokens := []float64{0, 1, 2, 3, 4, 6, 5, 4, 3, 2}
	return append(list,
		layer{"lenet", nn.LeNet(3), []int{3, 20, 20, 1}, nil},
		layer{"cnn", nn.CNN(4, 3), []int{2, 16, 16, 3}, nil},
		layer{"resnet", resnet, []int{2, 16, 16, 3}, nil},
		layer{"gpt", nn.GPT(gpt), []int{2, 5}, tokens},
		layer{"gpt, other choices", nn.GPT(other), []int{2, 5}, tokens},
		layer{"tabm", nn.TabM(4, []int{8, 8}, 2, nn.ReLU, 0, nn.Values), []int{5, 6}, nil},
		layer{"lstm, last", nn.LSTM{Units: 4, Last: true}, []int{3, 6, 2}, nil},
		layer{"bag of rows", nn.EmbeddingBag{Size: 5, Dim: 3}, []int{2, 4}, []float64{0, 4, 0.5, 2, -1, 3, 1, -0.5}},
		layer{"bag of rows, weighed", nn.EmbeddingBag{Size: 5, Dim: 3, Weighed: true}, []int{2, 4}, []float64{0, 4, 0.5, 2, -1, 3, 1, -0.5}},
		layer{"cut points", nn.Sequential{nn.Dense{Units: 1}, nn.Cutpoints{Classes: 4}}, []int{3, 2}, nil},
		layer{"along time", nn.AlongTime{Units: 3, Activation: nn.GELU}, []int{2, 6, 3}, nil},
		layer{"reversible", nn.Reversible{Layers: nn.Sequential{nn.AlongTime{Units: 3}}, Spread: true}, []int{2, 6, 3}, nil},
		layer{"season", nn.SeasonalNaive{Season: 2, Horizon: 5, Columns: 2}, []int{2, 6, 3}, nil},
		layer{"quantiles of the normal distribution", nn.QuantileMap{Quantiles: [][]float64{{-1, 0, 2}, {-3, -1, 1}}, Normal: true}, []int{4, 2}, nil},
		layer{"dropout", nn.Sequential{nn.Dropout{Rate: 0.5}, nn.DropPath{Rate: 0.5}}, []int{4, 6}, nil},
	)
}

// of returns a model that ends in two numbers, with weights drawn at random.
func (l layer) of(t *testing.T, seed uint64) *model.Model {
	t.Helper()
	net := nn.Sequential{l.Layer, nn.Flatten{}, nn.Dense{Units: 2}}
	spec := data.Spec{Input: l.dims[1:], Task: data.Regression, Targets: []string{"u", "v"}}
	goals, err := objective.For(spec, nil).Filled(spec)
	if err != nil {
		t.Fatal(err)
	}
	declared, _, err := network.Network{Layer: net, Spec: spec, Objective: goals}.Declared()
	if err != nil {
		t.Fatalf("%s: %v", l.name, err)
	}
	store := engine.NewStore(declared...)
	for _, d := range declared {
		k := rng.Key{Seed: seed, Stream: rng.Stream(d.Name)}
		for i := range store.Value(d.Name) {
			v := k.Normal(i) / 2
			if strings.HasSuffix(d.Name, "variance") {
				v = math.Exp(v)
			}
			store.Value(d.Name)[i] = float32(v)
		}
	}
	m, err := model.New(net, spec, nil, store)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// input returns what the layer is given.
func (l layer) input() []float32 {
	x := make([]float32, graph.Shape(l.dims...).Size())
	k := rng.Key{Seed: 1, Stream: rng.Stream(l.name)}
	for i := range x {
		if x[i] = float32(k.Normal(i)); l.x != nil {
			x[i] = float32(l.x[i])
		}
	}
	return x
}

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
	list := layers(t)
	for i, l := range list {
		m := l.of(t, uint64(i))
		path, _ := written(t, m)
		x := l.input()
		y, err := m.Predict(x)
		if err != nil {
			t.Fatalf("%s: %v", l.name, err)
		}
		var values []any
		for _, v := range x {
			values = append(values, v)
		}
		files, want = append(files, path), append(want, y)
		jobs = append(jobs, onnxtest.Job{Model: path, Feeds: map[string]onnxtest.Tensor{"x": {Type: "float32", Dims: l.dims, Data: values}}})
	}
	onnxtest.Check(t, files...)
	for i, outputs := range onnxtest.Run(t, jobs) {
		got := outputs["prediction"].Data
		if len(got) != len(want[i]) {
			t.Fatalf("%s: %d values, want %d", list[i].name, len(got), len(want[i]))
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
			t.Errorf("%s: off by %g of %g", list[i].name, off, most)
		}
	}
}
