package nn_test

import (
	"encoding/json"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/goldentest"
	"descent/nn"
)

// layersGolden is what testdata/layers.py wrote.
type layersGolden struct {
	Layers []struct {
		Name     string
		Layer    json.RawMessage
		Training bool
		Dims     []int
		X        []float64
		Params   map[string]struct {
			Dims         []int
			Values, Grad []float64
		}
		Buffers, After map[string][]float64
		Y, W, Dx       []float64
		Ydims          []int
	}
	Running []struct {
		Rows              int
		X, Mean, Variance []float64
	}
}

func loadLayers(t *testing.T) layersGolden {
	t.Helper()
	return goldentest.Load[layersGolden](t, "layers.json")
}

// Bounds on what differs from PyTorch, relative to the value and in absolute
// terms, measured and doubled. The reference rounds constants to float32.
const (
	refBound    = 4e-7
	engineBound = 2e-5
)

// TestLayers compares value, gradients and running statistics of each layer
// with PyTorch's, in float64 and by the engine. Each is read from its JSON
// form, and has exactly the weights and buffers that are given.
func TestLayers(t *testing.T) {
	for _, want := range loadLayers(t).Layers {
		t.Run(want.Name, func(t *testing.T) {
			layer, err := nn.Unmarshal(want.Layer)
			if err != nil {
				t.Fatal(err)
			}
			g := graph.New()
			c := nn.NewContext(g, want.Training)
			x := g.Variable("x", graph.Shape(want.Dims...))
			y := layer.Forward(c, x)
			values := map[string][]float64{"x": want.X, "w": want.W}
			xs, wanted := []graph.Tensor{x}, [][]float64{want.Y, want.Dx}
			for _, p := range c.Params() {
				if p.Role == nn.Buffer {
					values[p.Name] = want.Buffers[p.Name]
					continue
				}
				golden, ok := want.Params[p.Name]
				if !ok || p.Tensor.Type() != graph.Shape(golden.Dims...) {
					t.Errorf("weight %s%v; want %v", p.Name, p.Tensor.Type(), golden.Dims)
				}
				values[p.Name] = golden.Values
				xs, wanted = append(xs, p.Tensor), append(wanted, golden.Grad)
			}
			if err := g.Err(); err != nil {
				t.Fatal(err)
			}
			if len(values) != 2+len(want.Params)+len(want.Buffers) || y.Type() != graph.Shape(want.Ydims...) {
				t.Errorf("%d tensors, result %v; want %d and %v", len(values), y.Type(), 2+len(want.Params)+len(want.Buffers), want.Ydims)
			}
			loss := y.Mul(g.Input("w", y.Type())).Sum()
			outputs := append([]graph.Tensor{y}, graph.Gradient(loss, xs...)...)
			if want.Training != (len(c.Updates()) == len(want.Buffers)) && len(want.Buffers) > 0 {
				t.Errorf("%d updates of %d buffers, training: %v", len(c.Updates()), len(want.Buffers), want.Training)
			}
			for _, u := range c.Updates() {
				outputs = append(outputs, u.Value)
				wanted = append(wanted, want.After[u.Buffer.Op().(graph.Variable).Key])
			}
			ref, engine := enginetest.Both(t, values, 0, outputs...)
			for i := range outputs {
				what := "value"
				if i > len(xs) {
					what = "buffer"
				} else if i > 0 {
					what = "gradient of " + xs[i-1].String()
				}
				enginetest.Compare(t, "reference: "+what, ref[i], wanted[i], refBound, refBound)
				enginetest.Compare(t, "engine: "+what, engine[i], wanted[i], engineBound, engineBound)
			}
		})
	}
}

// TestFrozenStatistics: a batch normalization whose statistics are frozen is in training
// what it is in evaluation, also of one row; its scale is still a parameter.
func TestFrozenStatistics(t *testing.T) {
	values := map[string][]float64{
		"x": {1, 2, 3}, "0.batchnorm.scale": {1, 2, 3}, "0.batchnorm.shift": {0, 1, 0}, "0.batchnorm.mean": {1, 0, -1}, "0.batchnorm.variance": {1, 4, 9},
	}
	var results [2][][]float64
	for i, training := range []bool{false, true} {
		g := graph.New()
		c := nn.NewContext(g, training)
		c.Freeze("*.mean", "0.batchnorm.var*")
		y := nn.Sequential{nn.BatchNorm{}}.Forward(c, g.Input("x", graph.Shape(1, 3)))
		if g.Err() != nil || len(c.Updates()) > 0 {
			t.Fatalf("error %v, %d updates of buffers", g.Err(), len(c.Updates()))
		}
		_, results[i] = enginetest.Both(t, values, 0, y)
	}
	enginetest.Compare(t, "in training", results[1][0], results[0][0], 0, 0)
	for pattern, name := range map[string]string{"0.*": "0.onnx.a/b.weight", "*/weight": "a.b/c/weight"} {
		if ok, err := nn.Frozen(pattern, name); !ok || err != nil {
			t.Errorf("%s does not match %s: %v", pattern, name, err)
		}
	}
}

// TestRunningStatistics follows the buffers of a batch normalization over
// several batches, and checks that evaluation uses and keeps them.
func TestRunningStatistics(t *testing.T) {
	layer := nn.BatchNorm{Momentum: 0.3}
	values := map[string][]float64{"scale": {1, 1, 1}, "shift": {0, 0, 0}, "mean": {0, 0, 0}, "variance": {1, 1, 1}}
	for _, step := range loadLayers(t).Running {
		g := graph.New()
		c := nn.NewContext(g, true)
		y := layer.Forward(c, g.Input("x", graph.Shape(step.Rows, 3)))
		if g.Err() != nil {
			t.Fatal(g.Err())
		}
		outputs := []graph.Tensor{y}
		for _, u := range c.Updates() {
			outputs = append(outputs, u.Value)
		}
		values["x"] = step.X
		_, engine := enginetest.Both(t, values, 0, outputs...)
		enginetest.Compare(t, "mean", engine[1], step.Mean, 1e-6, 1e-6)
		enginetest.Compare(t, "variance", engine[2], step.Variance, 1e-6, 1e-6)
		values["mean"], values["variance"] = engine[1], engine[2]
	}
	g := graph.New()
	c := nn.NewContext(g, false)
	y := layer.Forward(c, g.Input("x", graph.Shape(1, 3)))
	if g.Err() != nil || len(c.Updates()) != 0 {
		t.Fatalf("evaluation of one row: %v, %d updates", g.Err(), len(c.Updates()))
	}
	values["x"] = values["mean"] // becomes the shift
	ref, _ := enginetest.Both(t, values, 0, y)
	enginetest.Compare(t, "the mean, standardized", ref[0], []float64{0, 0, 0}, 0, 0)
}
