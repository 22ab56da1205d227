package onnxtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/internal/canonical"
	"descent/internal/network"
	"descent/internal/rng"
	"descent/model"
	"descent/nn"
	"descent/objective"
)

// Layer is one to be written, with what it is given.
type Layer struct {
	Name string
	nn.Layer
	Dims []int // of x, rows first
	x    []float64
}

// Layers are those of package nn that are compared with PyTorch, and more.
func Layers(t testing.TB) []Layer {
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
	var list []Layer
	for _, g := range golden.Layers {
		l, err := nn.Unmarshal(g.Layer)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, Layer{g.Name, l, g.Dims, g.X})
	}
	resnet, err := nn.ResNet(8, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []nn.Activation{nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Softmax} {
		list = append(list, Layer{a.String(), a, []int{4, 6}, nil})
	}
	gpt := nn.GPTConfig{Vocabulary: 7, Context: 5, Layers: 2, Heads: 2, Width: 8}
	other := gpt
	other.SwiGLU, other.RMSNorm, other.Rotary, other.QKNorm, other.Groups = true, true, 100, true, 1
	tokens := []float64{0, 1, 2, 3, 4, 6, 5, 4, 3, 2}
	return append(list,
		Layer{"lenet", nn.LeNet(3), []int{3, 20, 20, 1}, nil},
		Layer{"cnn", nn.CNN(4, 3), []int{2, 16, 16, 3}, nil},
		Layer{"resnet", resnet, []int{2, 16, 16, 3}, nil},
		Layer{"gpt", nn.GPT(gpt), []int{2, 5}, tokens},
		Layer{"gpt, other choices", nn.GPT(other), []int{2, 5}, tokens},
		Layer{"tabm", nn.TabM(4, []int{8, 8}, 2, nn.ReLU, 0, nn.Values), []int{5, 6}, nil},
		Layer{"lstm, last", nn.LSTM{Units: 4, Last: true}, []int{3, 6, 2}, nil},
		Layer{"bag of rows", nn.EmbeddingBag{Size: 5, Dim: 3}, []int{2, 4}, []float64{0, 4, 0.5, 2, -1, 3, 1, -0.5}},
		Layer{"bag of rows, weighed", nn.EmbeddingBag{Size: 5, Dim: 3, Weighed: true}, []int{2, 4}, []float64{0, 4, 0.5, 2, -1, 3, 1, -0.5}},
		Layer{"cut points", nn.Sequential{nn.Dense{Units: 1}, nn.Cutpoints{Classes: 4}}, []int{3, 2}, nil},
		Layer{"along time", nn.AlongTime{Units: 3, Activation: nn.GELU}, []int{2, 6, 3}, nil},
		Layer{"reversible", nn.Reversible{Layers: nn.Sequential{nn.AlongTime{Units: 3}}, Spread: true}, []int{2, 6, 3}, nil},
		Layer{"season", nn.SeasonalNaive{Season: 2, Horizon: 5, Columns: 2}, []int{2, 6, 3}, nil},
		Layer{"quantiles of the normal distribution", nn.QuantileMap{Quantiles: [][]float64{{-1, 0, 2}, {-3, -1, 1}}, Normal: true}, []int{4, 2}, nil},
		Layer{"dropout", nn.Sequential{nn.Dropout{Rate: 0.5}, nn.DropPath{Rate: 0.5}}, []int{4, 6}, nil},
	)
}

// Model returns a model that ends in two numbers, with weights drawn at random.
func (l Layer) Model(t testing.TB, seed uint64) *model.Model {
	t.Helper()
	net := nn.Sequential{l.Layer, nn.Flatten{}, nn.Dense{Units: 2}}
	spec := data.Spec{Input: l.Dims[1:], Task: data.Regression, Targets: []string{"u", "v"}}
	goals, err := objective.For(spec, nil).Filled(spec)
	if err != nil {
		t.Fatal(err)
	}
	declared, _, err := network.Network{Layer: net, Spec: spec, Objective: goals}.Declared()
	if err != nil {
		t.Fatalf("%s: %v", l.Name, err)
	}
	store := engine.NewStore(declared...)
	for _, d := range declared {
		k := rng.Key{Seed: seed, Stream: rng.Stream(d.Name)}
		for i := range store.Value(d.Name) {
			v := k.Normal(i) / 2
			if strings.HasSuffix(d.Name, "variance") {
				v = canonical.Exp(v)
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

// Input returns what the layer is given.
func (l Layer) Input() []float32 {
	x := make([]float32, graph.Shape(l.Dims...).Size())
	k := rng.Key{Seed: 1, Stream: rng.Stream(l.Name)}
	for i := range x {
		if x[i] = float32(k.Normal(i)); l.x != nil {
			x[i] = float32(l.x[i])
		}
	}
	return x
}
