package onnx_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/onnx"
	"descent/optim"
	"descent/train"
)

// resnet is a network with batch normalization, strided shortcuts and a head.
func resnet(t *testing.T) *onnx.Model {
	t.Helper()
	m, err := onnx.Read(filepath.Join(shared, "resnet20-cifar10.onnx"))
	if err != nil {
		t.Skip("the models of shared/models are not here")
	}
	return m
}

// run computes a layer on rows.
func run(t *testing.T, l nn.Layer, store *engine.Store, x []float32, dims ...int) []float32 {
	t.Helper()
	g := graph.New()
	c := nn.NewContext(g, false)
	y := l.Forward(c, g.Input("x", graph.Shape(dims...)))
	plan, err := engine.Compile(g, []graph.Tensor{y})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Bind(engine.New(1), store)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Feed("x", x); err != nil {
		t.Fatal(err)
	}
	p.Run()
	return slices.Clone(p.Output(0))
}

// As a layer a network takes images with their channels behind, any number of rows,
// and is the same after its description was written and read.
func TestLayer(t *testing.T) {
	m := resnet(t)
	text, err := nn.Marshal(m.Network)
	if err != nil {
		t.Fatal(err)
	}
	again, err := nn.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	second, err := nn.Marshal(again)
	if err != nil || !bytes.Equal(text, second) {
		t.Fatalf("a second round differs, error %v", err)
	}
	x, err := onnx.ReadTensor(filepath.Join(shared, "resnet20-cifar10", "in-image.npy"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := onnx.ReadTensor(filepath.Join(shared, "resnet20-cifar10", "out-logits.npy"))
	if err != nil {
		t.Fatal(err)
	}
	n := x.Dims[0]
	images := make([]float32, len(x.Values))
	for i := range images {
		at := i
		c, at := at%3, at/3
		px, at := at%32, at/32
		images[i] = float32(x.Values[((at/32*3+c)*32+at%32)*32+px])
	}
	for _, rows := range []int{n, 3} {
		y := run(t, again, m.Store(), images[:rows*32*32*3], rows, 32, 32, 3)
		got := onnx.Tensor{Dims: []int{rows, 10}}
		for _, v := range y {
			got.Values = append(got.Values, float64(v))
		}
		part := onnx.Tensor{Dims: got.Dims, Values: want.Values[:rows*10]}
		if c := onnx.CompareTensors("", "", got, part); !c.Holds() {
			t.Errorf("%d rows: off by %g, at most %g is allowed", rows, c.Off, c.Bound)
		}
	}
}

// No image is moved on its way through a network, whatever order of axes its file has.
func TestNothingMoves(t *testing.T) {
	for _, name := range []string{"resnet20-cifar10", "mobilenetv2-035-imagenet", "winml-squeezenet-fp16"} {
		m, err := onnx.Read(filepath.Join(shared, name+".onnx"))
		if err != nil {
			t.Skip("the models of shared/models are not here")
		}
		g := graph.New()
		d := m.Network.Inputs[0].Dims
		y := m.Network.Forward(nn.NewContext(g, false), g.Input("x", graph.Shape(2, d[2].Size, d[3].Size, d[1].Size)))
		if g.Err() != nil {
			t.Fatal(g.Err())
		}
		for _, x := range graph.Sorted(y) {
			if x.Op().Name() == "Transpose" && len(x.Inputs()[0].Inputs()) > 0 {
				t.Errorf("%s: %s turns %v", name, x.Path(), x.Inputs()[0])
			}
		}
	}
}

// A backbone gives images with their channels behind, which a head of other layers
// reads; an unknown tensor is named, with the one that was probably meant.
func TestPrune(t *testing.T) {
	m := resnet(t)
	n := m.Network
	pooled := ""
	for _, node := range n.Nodes {
		if node.Op == "GlobalAveragePool" || node.Op == "ReduceMean" {
			pooled = node.Inputs[0]
		}
	}
	cut, err := m.Prune(pooled)
	if err != nil {
		t.Fatal(err)
	}
	if len(cut.Network.Weights) >= len(n.Weights) || len(cut.Values) != len(cut.Network.Weights) {
		t.Errorf("%d weights are left of %d, with %d values", len(cut.Network.Weights), len(n.Weights), len(cut.Values))
	}
	rows, err := nn.Summary(nn.Sequential{cut.Network, nn.GlobalAvgPool{}, nn.Dense{Units: 3}}, []int{32, 32, 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[0].Output; !slices.Equal(got, []int{8, 8, 64}) {
		t.Errorf("the backbone makes %v, want [8 8 64]", got)
	}
	if _, err := m.Prune(pooled + "x"); err == nil || !strings.Contains(err.Error(), pooled) {
		t.Errorf("error %v does not name %q", err, pooled)
	}
}

// An imported network is trained, saved and loaded as any other.
func TestTrain(t *testing.T) {
	m := resnet(t)
	r := rand.New(rand.NewPCG(1, 2))
	values := map[string][]float32{}
	for i := range 48 {
		for range 32 * 32 * 3 {
			values[data.X] = append(values[data.X], float32(r.NormFloat64()+float64(i%3)))
		}
		values[data.Y] = append(values[data.Y], float32(i%3))
	}
	source, err := data.FromFields(data.Spec{Input: []int{32, 32, 3}, Task: data.Classification, Classes: []string{"a", "b", "c"}}, values)
	if err != nil {
		t.Fatal(err)
	}
	n := nn.Sequential{m.Network, nn.Dense{Units: 3}}
	trainer, err := train.New(n, source.Spec(), train.Config{Loss: loss.CrossEntropy{}, Optimizer: optim.NewAdam(), BatchSize: 16, Epochs: 2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	done, err := trainer.Fit(context.Background(), source, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := done.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	a, err := done.Evaluate(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	b, err := loaded.Evaluate(context.Background(), source)
	if err != nil || a.Loss != b.Loss {
		t.Errorf("loss %v before it was saved, %v after, error %v", a.Loss, b.Loss, err)
	}
}
