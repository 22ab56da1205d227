package weights_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"descent/engine"
	"descent/graph"
	"descent/nn"
	"descent/weights"
)

// values are an array of testdata/golden.json.
type values struct {
	Shape  []int
	Values []float64
}

// trace traces net on x, and returns the values that it takes.
func trace(t *testing.T, net nn.Layer, store *engine.Store, x values) (graph.Tensor, engine.Env) {
	t.Helper()
	g := graph.New()
	c := nn.NewContext(g, false)
	y := net.Forward(c, g.Input("x", graph.Shape(x.Shape...)))
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	env := engine.Env{Values: map[string][]float64{"x": x.Values}}
	for _, name := range store.Names() {
		for _, v := range store.Value(name) {
			env.Values[name] = append(env.Values[name], float64(v))
		}
	}
	return y, env
}

// forward computes net, with the weights of store, on x in float32.
func forward(t *testing.T, net nn.Layer, store *engine.Store, x values) []float64 {
	t.Helper()
	y, env := trace(t, net, store, x)
	single, err := engine.Eval(env, y)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(single[0]))
	for i, v := range single[0] {
		out[i] = float64(v)
	}
	return out
}

// apart is the largest difference, relative to the largest number.
func apart(a, b []float64) float64 {
	most, large := 0.0, 0.0
	for i := range a {
		most, large = max(most, math.Abs(a[i]-b[i])), max(large, math.Abs(b[i]))
	}
	return most / large
}

func block(heads, width int) nn.Sequential {
	return nn.Sequential{
		nn.Residual{Layers: nn.Sequential{nn.LayerNorm{}, nn.MultiHeadAttention{Heads: heads}}},
		nn.Residual{Layers: nn.Sequential{nn.LayerNorm{}, nn.Dense{Units: 4 * width, Activation: nn.GELU}, nn.Dense{Units: width}}},
	}
}

var gpt = nn.GPT(nn.GPTConfig{Vocabulary: 11, Context: 6, Layers: 2, Heads: 2, Width: 8, Bias: true})

// TestGolden: networks of PyTorch and Keras, computed by them; see testdata/golden.py.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]struct{ X, Y values }
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	for file, net := range map[string]nn.Layer{
		"torch-mlp.safetensors": nn.Sequential{nn.Dense{Units: 5, Activation: nn.Tanh}, nn.Dense{Units: 7, Activation: nn.Tanh}, nn.Dense{Units: 3}},
		"torch-conv.safetensors": nn.Sequential{
			nn.Conv2D{Filters: 4, Kernel: nn.Square(3), Padding: 1, NoBias: true}, nn.BatchNorm{}, nn.ReLU,
			nn.DepthwiseConv{Multiplier: 2, Kernel: nn.Square(3)}, nn.BatchNorm{}, nn.ReLU, nn.Flatten{}, nn.Dense{Units: 3},
		},
		"torch-up.safetensors":     nn.Sequential{nn.Conv2D{Filters: 4, Kernel: nn.Square(1)}, nn.ConvTranspose2D{Filters: 6, Kernel: nn.Square(2), Stride: nn.Square(2)}},
		"torch-conv1d.safetensors": nn.Sequential{nn.Conv1D{Filters: 4, Kernel: 3, Activation: nn.ReLU}, nn.Conv1D{Filters: 4, Kernel: 2, Groups: 2}},
		"torch-lstm.safetensors":   nn.Sequential{nn.LSTM{Units: 4}, nn.LSTM{Units: 4, Last: true}, nn.Dense{Units: 2}},
		"torch-gru.safetensors":    nn.Sequential{nn.GRU{Units: 4, Last: true}, nn.Dense{Units: 2}},
		"torch-encoder.safetensors": nn.Sequential{
			nn.Embedding{Size: 11, Dim: 8}, block(2, 8), block(2, 8), nn.LayerNorm{}, nn.Dense{Units: 3},
		},
		"torch-nanogpt.safetensors": gpt,
		"torch-gpt2.safetensors":    gpt,
		"keras-conv.npz": nn.Sequential{
			nn.Conv2D{Filters: 4, Kernel: nn.Square(3)}, nn.BatchNorm{Eps: 1e-3}, nn.ReLU,
			nn.DepthwiseConv{Multiplier: 2, Kernel: nn.Square(2)}, nn.Flatten{}, nn.Dense{Units: 3},
		},
		"keras-lstm.npz":      nn.Sequential{nn.LSTM{Units: 4, Last: true}, nn.LayerNorm{Eps: 1e-3}, nn.Dense{Units: 4}},
		"keras-gru.npz":       nn.Sequential{nn.Embedding{Size: 9, Dim: 3}, nn.GRU{Units: 4, Last: true}, nn.Dense{Units: 2}},
		"keras-attention.npz": nn.Sequential{nn.MultiHeadAttention{Heads: 2}},
	} {
		t.Run(file, func(t *testing.T) {
			f, err := weights.Open("testdata/" + file)
			if err != nil {
				t.Fatal(err)
			}
			want := golden[file]
			input := want.X.Shape[1:]
			m, err := weights.Match(net, input, f)
			if err != nil {
				t.Fatal(err)
			}
			again, err := weights.ParseMap(m.String()) // as an edited file goes back
			if err != nil {
				t.Fatal(err)
			}
			store, err := weights.Load(net, input, f, again)
			if err != nil {
				t.Fatalf("%v\n%s", err, m)
			}
			y, env := trace(t, net, store, want.X)
			exact, err := engine.Eval64(env, y)
			if err != nil {
				t.Fatal(err)
			}
			if len(exact[0]) != len(want.Y.Values) {
				t.Fatalf("%d outputs, want %d", len(exact[0]), len(want.Y.Values))
			}
			// Both sides compute in float64 from the same numbers of 32 bits; sums of two
			// biases, ε and 1/√d are rounded to 32 bits here. Measured 6.3e-9.
			if off := apart(exact[0], want.Y.Values); off > 1.3e-8 {
				t.Errorf("outputs are off by %.3g\n%s", off, m)
			}
			if off := apart(forward(t, net, store, want.X), want.Y.Values); off > 5e-6 {
				t.Errorf("outputs in float32 are off by %.3g", off)
			}
			if strings.Contains(m.String(), "?") {
				t.Errorf("something is open:\n%s", m)
			}
		})
	}
}
