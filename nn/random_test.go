package nn_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/nn"
)

// randomLayer draws a layer for images of the given number of channels.
func randomLayer(r *rand.Rand, channels int) nn.Layer {
	size := func() [2]int { return [2]int{1 + r.IntN(3), 1 + r.IntN(3)} }
	padding := nn.Padding(r.IntN(3) - 1)
	act := []nn.Activation{nn.Linear, nn.ReLU, nn.Tanh}[r.IntN(3)]
	groups := 1
	if channels%2 == 0 && r.IntN(2) == 0 {
		groups = 2
	}
	switch r.IntN(14) {
	case 0, 1:
		return nn.Conv2D{Filters: 2 * (1 + r.IntN(9)), Kernel: size(), Stride: size(), Dilation: size(), Padding: padding, Groups: groups, Activation: act}
	case 2:
		return nn.DepthwiseConv{Multiplier: 1 + r.IntN(2), Kernel: size(), Stride: size(), Padding: padding, Activation: act}
	case 3:
		return nn.ConvTranspose2D{Filters: 2 + 2*r.IntN(4), Kernel: size(), Stride: size(), Padding: padding, Groups: groups, Activation: act}
	case 4:
		return nn.MaxPool{Window: size(), Stride: size(), Padding: padding}
	case 5:
		return nn.AvgPool{Window: size(), Stride: size(), Padding: padding}
	case 6:
		return nn.BatchNorm{Momentum: 0.1 + 0.9*r.Float64()}
	case 7:
		return nn.LayerNorm{Eps: 0.01}
	case 8:
		return nn.GroupNorm{Groups: groups, Eps: 0.01}
	case 9:
		return nn.Residual{Layers: nn.Sequential{nn.Conv2D{Filters: channels, Kernel: size(), Padding: nn.Same}, nn.DropPath{Rate: 0.5}}, Activation: act}
	case 10:
		return nn.Concat{nn.SpatialDropout{Rate: 0.3}, nn.RMSNorm{Eps: 0.01}, act}
	case 11:
		return nn.Sequential{nn.SmoothClip{Limit: 0.5 + r.Float64()}, nn.Scale{}, nn.Parametric{Activation: nn.SiLU}}
	case 12:
		two := []nn.Layer{nn.Dropout{Rate: 0.2}, nn.LayerNorm{Eps: 0.01}}
		return nn.Ensemble{Members: two, Weights: []float64{1, 0.5}, Of: nn.Averaging(r.IntN(3))}
	default:
		return nn.Pad{Top: r.IntN(2), Left: r.IntN(3)}
	}
}

// TestRandomNetworks runs networks of random layers over images of random
// sizes: outputs, buffers and gradients must be the reference's within
// float32's noise, with fusion and without, and have the same bits with any
// number of workers and any instruction set. What does not fit must be an
// error, never a panic.
func TestRandomNetworks(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	run := 0
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := graph.New()
		c := nn.NewContext(g, seed%4 != 0)
		x := g.Variable("x", graph.Shape(1+r.IntN(3), 2+r.IntN(9), 2+r.IntN(9), 1+r.IntN(6)))
		y := x
		var layers []nn.Layer
		for range 1 + r.IntN(3) {
			layers = append(layers, randomLayer(r, y.Dim(-1)))
			y = c.Call(strings.Repeat("n", len(layers)), layers[len(layers)-1], y)
		}
		if g.Err() != nil {
			continue // a window that does not fit
		}
		run++
		xs := []graph.Tensor{x}
		values := map[string][]float32{"x": nil, "w": nil}
		for _, p := range c.Params() {
			if p.Role != nn.Buffer {
				xs = append(xs, p.Tensor)
			}
			values[p.Name] = make([]float32, p.Tensor.Type().Size())
		}
		values["x"], values["w"] = make([]float32, x.Type().Size()), make([]float32, y.Type().Size())
		for _, name := range slices.Sorted(maps.Keys(values)) {
			v := values[name]
			for i := range v {
				if v[i] = r.Float32() + 0.25; !strings.HasSuffix(name, "variance") {
					v[i] = 1.7*v[i] - 1.3
				}
			}
		}
		dx := graph.Gradient(y.Mul(g.Input("w", y.Type())).Sum(), xs...)
		test := enginetest.Case{Graph: g, Stages: [][]graph.Tensor{{y}, dx}, Values: values, Seed: seed, Draw: 3}
		for _, u := range c.Updates() {
			test.Updates = append(test.Updates, graph.Update{Variable: u.Buffer, Value: u.Value})
		}
		if err := test.Check(pool); err != nil {
			t.Errorf("seed %d, %v → %v of %+v: %v", seed, x.Type(), y.Type(), layers, err)
		}
		if seed%4 == 1 {
			if err := test.CheckBits(); err != nil {
				t.Errorf("seed %d, %+v: %v", seed, layers, err)
			}
		}
	}
	if run < 60 {
		t.Errorf("only %d networks fit", run)
	}
}
