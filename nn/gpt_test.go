package nn_test

import (
	"strings"
	"testing"

	"descent/engine"
	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/goldentest"
	"descent/loop"
	"descent/nn"
	"descent/optim"
)

// gptGolden is one form of nn.GPT in what testdata/gpt.py wrote.
type gptGolden struct {
	Name   string
	Params map[string]struct {
		Dims   []int
		Values []float64
	}
	Scores       []float64
	Loss, Rate   float64
	Grads, After map[string][]float64
	Batches      []struct{ Tokens, Targets []float64 }
}

// gpts are the networks that testdata/gpt.py has, by name.
var gpts = map[string]nn.GPTConfig{
	"nanogpt": {Vocabulary: 11, Context: 8, Layers: 2, Heads: 4, Width: 16},
	"modern":  {Vocabulary: 11, Context: 8, Layers: 2, Heads: 4, Width: 16, Groups: 2, Hidden: 24, SwiGLU: true, RMSNorm: true, Rotary: 10000, QKNorm: true, SoftCap: 5},
}

// lossOfText is the mean over rows of the mean over the positions that have a target.
func lossOfText(scores, targets graph.Tensor) graph.Tensor {
	n, t, tokens := scores.Dim(0), scores.Dim(1), scores.Dim(2)
	target := targets.Reshape(n * t).OneHot(tokens)
	losses := scores.Reshape(n*t, tokens).CrossEntropy(target).Reshape(n, t).Sum(1)
	return losses.Div(target.Sum(1).Reshape(n, t).Sum(1)).Mean()
}

// TestGPT compares with PyTorch: scores, the loss, every gradient, and every weight
// after 20 steps of AdamW with decay of matrices alone and clipping.
func TestGPT(t *testing.T) {
	for _, want := range goldentest.Load[[]gptGolden](t, "gpt.json") {
		t.Run(want.Name, func(t *testing.T) {
			g := graph.New()
			c := nn.NewContext(g, true)
			rows := len(want.Batches[0].Tokens) / gpts[want.Name].Context
			x := g.Input("x", graph.Shape(rows, gpts[want.Name].Context))
			scores := nn.GPT(gpts[want.Name]).Forward(c, x)
			loss := lossOfText(scores, g.Input("next", x.Type()))
			if g.Err() != nil {
				t.Fatal(g.Err())
			}
			values := map[string][]float64{"x": want.Batches[0].Tokens, "next": want.Batches[0].Targets}
			var params []graph.Tensor
			for _, p := range c.Params() {
				golden, ok := want.Params[p.Name]
				if !ok || p.Tensor.Type() != graph.Shape(golden.Dims...) {
					t.Errorf("weight %s%v; want %v", p.Name, p.Tensor.Type(), golden.Dims)
				}
				if p.Role.Decays() != (len(golden.Dims) > 1) {
					t.Errorf("weight %s decays: %v", p.Name, p.Role.Decays())
				}
				values[p.Name] = golden.Values
				params = append(params, p.Tensor)
			}
			if len(params) != len(want.Params) {
				t.Fatalf("%d weights, want %d", len(params), len(want.Params))
			}
			ref, single := enginetest.Both(t, values, 0, append([]graph.Tensor{scores, loss}, graph.Gradient(loss, params...)...)...)
			// Measured, then doubled; the reference rounds constants such as ε to float32.
			compare := func(what string, i int, golden []float64) {
				enginetest.Compare(t, "reference: "+what, ref[i], golden, 1e-6, 1e-6)
				enginetest.Compare(t, "engine: "+what, single[i], golden, 2e-5, 2e-6)
			}
			compare("scores", 0, want.Scores)
			compare("loss", 1, []float64{want.Loss})
			for i, p := range params {
				compare("gradient of "+p.String(), 2+i, want.Grads[c.Params()[i].Name])
			}
			compareTrained(t, want, c, loss)
		})
	}
}

func compareTrained(t *testing.T, want gptGolden, c *nn.Context, loss graph.Tensor) {
	t.Helper()
	rule := optim.NewAdamW()
	rule.Beta2, rule.Lambda, rule.Eps = 0.99, 0.1, 1e-3
	step, err := loop.New(engine.New(1), c, loop.Config{}, loop.Part{
		Loss: loss, Rate: want.Rate, Update: optim.Config{Rule: rule, Clip: optim.ClipNorm(1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range want.Params {
		copy(step.Store().Value(name), single(p.Values))
	}
	for _, b := range want.Batches {
		if err := step.Feed("x", single(b.Tokens)); err != nil {
			t.Fatal(err)
		}
		if err := step.Feed("next", single(b.Targets)); err != nil {
			t.Fatal(err)
		}
		if err := step.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for name, golden := range want.After {
		var got []float64
		for _, v := range step.Store().Value(name) {
			got = append(got, float64(v))
		}
		enginetest.Compare(t, name+" after training", got, golden, 2e-5, 2e-5)
	}
}

func single(values []float64) []float32 {
	list := make([]float32, len(values))
	for i, v := range values {
		list[i] = float32(v)
	}
	return list
}

// TestGPTForms: what the fields choose declares what it should, and starts as it should.
func TestGPTForms(t *testing.T) {
	small := nn.GPTConfig{Vocabulary: 7, Context: 6, Layers: 1, Heads: 2, Width: 8}
	with := func(change func(*nn.GPTConfig)) nn.GPTConfig {
		c := small
		change(&c)
		return c
	}
	for _, tt := range []struct {
		name   string
		config nn.GPTConfig
		params int
	}{
		{"small", small, 7*8 + 6*8 + 3*8 + 4*64 + 2*8*32},
		{"bias", with(func(c *nn.GPTConfig) { c.Bias = true }), 7*8 + 6*8 + 6*8 + 4*(64+8) + 2*8*32 + 32 + 8},
		{"untied", with(func(c *nn.GPTConfig) { c.Untied = true }), 2*7*8 + 6*8 + 3*8 + 4*64 + 2*8*32},
		{"swiglu", with(func(c *nn.GPTConfig) { c.SwiGLU, c.Rotary = true, 10000 }), 7*8 + 3*8 + 4*64 + 3*8*32},
		{"relu2", with(func(c *nn.GPTConfig) { c.Activation, c.ZeroInit, c.Dropout, c.SoftCap = nn.ReLU2, true, 0.1, 15 }), 7*8 + 6*8 + 3*8 + 4*64 + 2*8*32},
	} {
		net := nn.GPT(tt.config)
		rows, err := nn.Summary(net, []int{6})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		params := 0
		for _, r := range rows {
			params += r.Params
		}
		if params != tt.params {
			t.Errorf("%s: %d values of parameters, want %d", tt.name, params, tt.params)
		}
		text, err := nn.Marshal(net)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if _, err := nn.Unmarshal(text); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestGPTConfig: what is no network is said of the field.
func TestGPTConfig(t *testing.T) {
	for _, tt := range []struct {
		c    nn.GPTConfig
		want string
	}{
		{nn.GPTConfig{}, "GPT of [2 4]: Vocabulary is 0; want at least 1"},
		{nn.GPTConfig{Vocabulary: 5, Context: 4, Layers: 1, Heads: 1}, "Width is 0"},
		{nn.GPTConfig{Vocabulary: 5, Context: 4, Layers: 1, Heads: 4, Width: 6}, "Width is 6; want a multiple of the Heads, 4"},
		{nn.GPTConfig{Vocabulary: 5, Context: 4, Layers: 1, Heads: 4, Width: 8, Groups: 3}, "Groups is 3; want a divisor of the 4 Heads"},
		{nn.GPTConfig{Vocabulary: 5, Context: 4, Layers: 1, Heads: 4, Width: 8, Rotary: -1}, "Rotary: rotary positions of base -1"},
		{nn.GPTConfig{Vocabulary: 5, Context: 4, Layers: 1, Heads: 4, Width: 4, Rotary: 100}, "a head has 1 numbers"},
		{nn.GPTConfig{Vocabulary: 5, Context: 4, Layers: 1, Heads: 4, Width: 8, SoftCap: -1}, "SoftCap is -1"},
		{nn.GPTConfig{Vocabulary: 5, Context: 4, Layers: 1, Heads: 4, Width: 8, Dropout: 1}, "Dropout: "},
	} {
		g := graph.New()
		nn.GPT(tt.c).Forward(nn.NewContext(g, false), g.Input("x", graph.Shape(2, 4)))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want one with %q", tt.c, err, tt.want)
		}
	}
}
