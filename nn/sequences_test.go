package nn_test

import (
	"testing"

	"descent/engine"
	"descent/graph"
	"descent/internal/enginetest"
	"descent/nn"
	"descent/nn/initial"
)

// sequenceLayers are those that mix positions, in a trace for training. Where scores
// are not turned, the bias of keys changes nothing, so that its derivative is rounding.
var sequenceLayers = map[string]nn.Layer{
	"attention":             nn.MultiHeadAttention{Heads: 2, NoBias: true},
	"lengths":               nn.MultiHeadAttention{Heads: 2, Groups: 1, NoBias: true, Lengths: "lengths"},
	"dropout":               nn.MultiHeadAttention{Heads: 2, Causal: true, NoBias: true, Dropout: 0.4},
	"rotary and normalized": nn.MultiHeadAttention{Heads: 2, Causal: true, Rotary: 50, QKNorm: true, Groups: 1},
	"causal convolution":    nn.Conv1D{Filters: 3, Kernel: 3, Dilation: 2, Padding: nn.Causal},
	"gru":                   nn.GRU{Units: 3},
	"lstm":                  nn.LSTM{Units: 3, Last: true},
	"gpt":                   nn.Sequential{nn.GPT(nn.GPTConfig{Vocabulary: 5, Context: 6, Layers: 1, Heads: 2, Width: 8, Dropout: 0.25, Activation: nn.ReLU2})},
}

// TestSequenceGradients compares derivatives with differences, and float32 with
// float64.
func TestSequenceGradients(t *testing.T) {
	for name, l := range sequenceLayers {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			c := nn.NewContext(g, true)
			c.Provide("lengths", g.Input("lengths", graph.Shape(2)))
			values := map[string][]float64{"lengths": {3, 5}}
			shape := graph.Shape(2, 5, 4)
			if name == "gpt" {
				shape = graph.Shape(2, 5)
			}
			x := g.Input("x", shape)
			for i := range x.Type().Size() {
				values["x"] = append(values["x"], float64(i*i*7%11)/5-1)
				if name == "gpt" {
					values["x"][i] = float64(i * i * 7 % 5)
				}
			}
			y := c.Call("layer", l, x)
			if g.Err() != nil {
				t.Fatal(g.Err())
			}
			params := c.Params()
			var xs []graph.Tensor
			for i, p := range params {
				if p.Role != nn.Norm {
					params[i].Init = initial.Normal{Std: 0.5}
				}
				xs = append(xs, p.Tensor)
			}
			first, err := nn.FirstValues(params, 3)
			if err != nil {
				t.Fatal(err)
			}
			for key, v := range first {
				values[key] = v
			}
			if name != "gpt" {
				xs = append(xs, x)
			}
			if err := engine.CheckGradient(engine.Env{Values: values, Seed: 2}, y, xs...); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAttentionLengths: what stands behind the length of a sample changes nothing
// before it, and causal layers see nothing that comes after.
func TestAttentionLengths(t *testing.T) {
	for name, l := range sequenceLayers {
		causal := name != "attention" && name != "lengths" && name != "lstm" && name != "gpt" && name != "dropout"
		if name != "lengths" && !causal {
			continue
		}
		g := graph.New()
		c := nn.NewContext(g, false)
		c.Provide("lengths", g.Input("lengths", graph.Shape(1)))
		y := l.Forward(c, g.Input("x", graph.Shape(1, 6, 4)))
		values, err := nn.FirstValues(c.Params(), 3)
		if err != nil {
			t.Fatal(err)
		}
		values["lengths"] = []float64{4}
		run := func(last float64) []float64 {
			x := make([]float64, 24)
			for i := range x {
				if x[i] = float64(i*5%7) - 3; i >= 16 {
					x[i] = last * float64(i)
				}
			}
			values["x"] = x
			_, engine := enginetest.Both(t, values, 0, y)
			return engine[0][:4*y.Dim(2)]
		}
		a, b := run(1), run(-2)
		for i := range a {
			if a[i] != b[i] {
				t.Errorf("%s: element %d is %v and %v", name, i, a[i], b[i])
				break
			}
		}
	}
}
