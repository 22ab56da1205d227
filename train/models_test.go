package train_test

import (
	"math"
	"strings"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/goldentest"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// modelsGolden is what testdata/models.py wrote.
type modelsGolden struct {
	Rate, Momentum float64
	Rows           int
	Models         []goldenModel
}

type goldenModel struct {
	Name                        string
	Input                       []int
	Losses, Outputs, Evaluated  []float64
	Gradients, Buffers, Weights map[string]digest
}

// digest stands for a tensor.
type digest struct {
	Size            int
	Norm            float64
	First, Products []float64
}

// check asks that v is the tensor: its first values, and its products with
// random vectors, each to a part of its norm. It returns what part they are
// off by.
func (d digest) check(t *testing.T, name string, v []float64, bound float64) (off float64) {
	t.Helper()
	if len(v) != d.Size {
		t.Errorf("%s has %d values, want %d", name, len(v), d.Size)
		return 0
	}
	for i, want := range d.First {
		off = math.Max(off, math.Abs(v[i]-want)/d.Norm)
	}
	for k, want := range d.Products {
		got := 0.0
		for i, u := range drawn(name+"/"+string('0'+rune(k)), len(v)) {
			got += (2*u - 1) * v[i]
		}
		off = math.Max(off, math.Abs(got-want)/d.Norm)
	}
	if !(off <= bound) {
		t.Errorf("%s is off by %.2g of its norm; bound %.2g", name, off, bound)
	}
	return off
}

// drawn returns n numbers on [0, 1) that depend on name alone: splitmix64 from
// its FNV-1a hash.
func drawn(name string, n int) []float64 {
	seed := uint64(0xcbf29ce484222325)
	for _, b := range []byte(name) {
		seed = (seed ^ uint64(b)) * 0x100000001b3
	}
	u := make([]float64, n)
	for i := range u {
		seed += 0x9e3779b97f4a7c15
		z := (seed ^ seed>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		u[i] = float64((z^z>>31)>>40) / (1 << 24)
	}
	return u
}

// startOf returns the values that a parameter or buffer starts with.
func startOf(p nn.Param) []float64 {
	dims := p.Tensor.Type().Dims()
	v := drawn(p.Name, p.Tensor.Type().Size())
	fan := p.Tensor.Type().Size() / dims[len(dims)-1]
	for i, u := range v {
		switch p.Name[strings.LastIndex(p.Name, ".")+1:] {
		case "scale", "variance":
			v[i] = float64(float32(0.5 + u))
		case "bias", "shift", "mean":
			v[i] = float64(float32(0.4*u - 0.2))
		default:
			v[i] = float64(float32((2*u - 1) * math.Sqrt(6/float64(fan))))
		}
	}
	return v
}

// goldenNetwork returns the network of a name.
func goldenNetwork(t *testing.T, name string, classes int) nn.Layer {
	t.Helper()
	switch name {
	case "lenet":
		return nn.LeNet(classes)
	case "cnn:16":
		return nn.CNN(16, classes)
	}
	net, err := nn.ResNet(8, classes)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TestGoldenModels compares whole networks with PyTorch's in float64: outputs,
// loss and every gradient of a step, by the reference and by the engine;
// running statistics and outputs in evaluation mode after two steps of
// training; and weights after three.
func TestGoldenModels(t *testing.T) {
	golden := goldentest.Load[modelsGolden](t, "models.json")
	classes := []string{"a", "b", "c", "d", "e"}
	for _, want := range golden.Models {
		t.Run(want.Name, func(t *testing.T) {
			net := goldenNetwork(t, want.Name, len(classes))
			samples := make([][]float32, golden.Rows)
			labels := make([]int, golden.Rows)
			x := drawn(want.Name+"/x", golden.Rows*want.Input[0]*want.Input[1]*want.Input[2])
			for i, u := range x {
				x[i] = float64(float32(4*u - 2))
				samples[i*golden.Rows/len(x)] = append(samples[i*golden.Rows/len(x)], float32(x[i]))
			}
			for i := range labels {
				labels[i] = i * 3 % len(classes)
			}
			start := firstStep(t, net, want, x, labels)
			source, err := data.FromClasses(samples, labels, classes)
			if err == nil {
				source, err = data.Reshape(source, want.Input...)
			}
			if err != nil {
				t.Fatal(err)
			}
			threeSteps(t, net, want, source, start, train.Config{
				Optimizer: optim.Momentum{Mu: golden.Momentum}, LearningRate: golden.Rate, BatchSize: train.All, Epochs: 3,
			})
		})
	}
}

// firstStep compares the first forward and backward pass, and returns the
// values that parameters and buffers start with.
func firstStep(t *testing.T, net nn.Layer, want goldenModel, x []float64, labels []int) map[string][]float64 {
	g := graph.New()
	c := nn.NewContext(g, true)
	out := net.Forward(c, g.Input("x", graph.Shape(append([]int{len(labels)}, want.Input...)...)))
	l := loss.CrossEntropy{}.PerSample(out, g.Input("y", graph.Indices(len(labels)))).Mean()
	start := map[string][]float64{}
	values := map[string][]float64{"x": x}
	for _, label := range labels {
		values["y"] = append(values["y"], float64(label))
	}
	var params []graph.Tensor
	var names []string
	for _, p := range c.Params() {
		start[p.Name] = startOf(p)
		values[p.Name] = start[p.Name]
		if p.Role != nn.Buffer {
			params, names = append(params, p.Tensor), append(names, p.Name)
		}
	}
	if g.Err() != nil {
		t.Fatal(g.Err())
	}
	if len(params) != len(want.Gradients) || len(start)-len(params) != len(want.Buffers) {
		t.Errorf("%d parameters and %d buffers, want %d and %d", len(params), len(start)-len(params), len(want.Gradients), len(want.Buffers))
	}
	outputs := append([]graph.Tensor{out, l}, graph.Gradient(l, params...)...)
	exact, engine := enginetest.Both(t, values, 0, outputs...)
	for _, by := range []struct {
		name   string
		values [][]float64
		bound  float64 // measured, doubled; the reference rounds ε and 1/n to float32
	}{{"reference", exact, 2e-7}, {"engine", engine, 6e-6}} {
		enginetest.Compare(t, by.name+": outputs", by.values[0], want.Outputs, 0, by.bound)
		enginetest.Compare(t, by.name+": loss", by.values[1], want.Losses[:1], 0, by.bound)
		worst := 0.0
		for i, name := range names {
			worst = math.Max(worst, want.Gradients[name].check(t, name, by.values[2+i], by.bound))
		}
		t.Logf("%s: outputs are off by %.2g, gradients by %.2g of their norm", by.name, furthest(by.values[0], want.Outputs), worst)
	}
	return start
}

// threeSteps compares what training makes of the weights and buffers.
func threeSteps(t *testing.T, net nn.Layer, want goldenModel, source data.Source, start map[string][]float64, cfg train.Config) {
	const bound, weightBound = 2e-6, 2e-7 // measured, doubled
	cfg.From = withWeights(t, newTrainer(t, net, source.Spec(), cfg).Model(), start)
	trainer := newTrainer(t, net, source.Spec(), cfg)
	size := 0
	for _, d := range want.Weights {
		size += d.Size
	}
	if made, read := trainer.Model().Parameters(), cfg.From.Parameters(); made != size || read != size {
		t.Errorf("%d parameters, %d after reading; want %d, without buffers", made, read, size)
	}
	worst := 0.0
	for step, err := range trainer.Steps(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Compare(t, "loss", []float64{step.Loss}, want.Losses[step.Update-1:step.Update], bound, 0)
		if step.Update != 2 {
			continue
		}
		model := trainer.Model()
		now := weights(model)
		for name, d := range want.Buffers {
			worst = math.Max(worst, d.check(t, name, now[name], bound))
		}
		x := make([]float32, source.Len()*source.Spec().Size())
		if err := source.Read([]int{0, 1, 2, 3, 4, 5}, x, nil); err != nil {
			t.Fatal(err)
		}
		got, err := model.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Compare(t, "probabilities in evaluation mode", got, want.Evaluated, 0, bound)
		t.Logf("running statistics are off by %.2g of their norm, probabilities by %.2g", worst, furthest(got, want.Evaluated))
	}
	worst = 0
	now := weights(trainer.Model())
	for name, d := range want.Weights {
		worst = math.Max(worst, d.check(t, name, now[name], weightBound))
	}
	t.Logf("weights are off by %.2g of their norm", worst)
}

func furthest(got, want []float64) (most float64) {
	for i, w := range want {
		most = math.Max(most, math.Abs(got[i]-w))
	}
	return most
}
