package graph_test

import (
	"math"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/plan"
)

// TestMoments asks for float32's own precision where a plain sum of squares
// would have none: far from zero, constant, and mostly zero.
func TestMoments(t *testing.T) {
	const n = 5000
	for _, tt := range []struct {
		name string
		x    func(i int) float64
		rel  float64 // bound on the variance, measured then doubled
	}{
		{"near zero", func(i int) float64 { return math.Sin(float64(i)) }, 2e-7},
		{"far from zero", func(i int) float64 { return 1e6 + float64(i%9) }, 2e-7},
		{"with a trend", func(i int) float64 { return 1e4 + float64(i) }, 1e-6},
		{"rarely not zero", func(i int) float64 { return math.Floor(float64(i%1000) / 999) }, 1e-6},
		{"an outlier first", func(i int) float64 { return math.Sin(float64(i)) + 1e3*math.Floor(1/float64(i+1)) }, 4e-6},
		{"constant", func(int) float64 { return 123.456 }, 0},
	} {
		g := graph.New()
		x := g.Input("x", dims(n, 1))
		mean, variance := x.Moments()
		values := make([]float32, n)
		wantMean, want := 0.0, 0.0
		for i := range values {
			values[i] = float32(tt.x(i))
			wantMean += float64(values[i]) / n
		}
		for _, v := range values {
			want += (float64(v) - wantMean) * (float64(v) - wantMean) / n
		}
		if tt.rel == 0 {
			want = 0
		}
		c := enginetest.Case{Graph: g, Stages: [][]graph.Tensor{{mean, variance}}, Values: map[string][]float32{"x": values}}
		pool := exec.NewPool(1)
		got, err := c.Engine(pool)
		pool.Close()
		if err != nil {
			t.Fatal(err)
		}
		if off := math.Abs(float64(got[0][0])-wantMean) / math.Max(math.Abs(wantMean), math.Sqrt(want)); off > 1e-6 {
			t.Errorf("%s: the mean is %g, want %g", tt.name, got[0][0], wantMean)
		}
		if off := math.Abs(float64(got[1][0]) - want); off > tt.rel*want {
			t.Errorf("%s: the variance is %g, want %g, off by %.2g of it", tt.name, got[1][0], want, off/want)
		}
	}
}

// TestNormPasses lists the instructions that walk all of x in the forward and
// the backward pass of norms between two maps: as few as there can be.
func TestNormPasses(t *testing.T) {
	for _, tt := range []struct {
		name              string
		norm              func(x, scale, shift graph.Tensor) graph.Tensor
		forward, backward string
	}{
		{
			"batch", func(x, scale, shift graph.Tensor) graph.Tensor { return x.BatchNorm(scale, shift, 1e-5) },
			"Tanh / Sub·Sum012·Square·Sum012 / Sub·Mul·Add·ReLU", "Less·Select·Sum012·Sub·Mul·Sum012 / Sub·Add·Mul·Add·Mul",
		},
		{
			"layer", func(x, scale, shift graph.Tensor) graph.Tensor { return x.Standardize(1e-5).Mul(scale).Add(shift) },
			"Tanh·Sum3·Div·Sub·Square·Sum3·Div·Add·Sqrt·Div·Mul·Add·ReLU", "Less·Select·Mul·Sum3·Div·Sub·Mul·Sum3·Div·Mul·Sub·Div·Mul·Sum012·Sum012",
		},
		{
			"root mean square", func(x, scale, _ graph.Tensor) graph.Tensor { return x.RMSNormalize(1e-5).Mul(scale) },
			"Tanh·Square·Sum3·Div·Add·Sqrt·Div·Mul·ReLU", "Less·Select·Mul·Mul·Sum3·Div·Mul·Sub·Div·Mul·Sum012",
		},
	} {
		g := graph.New()
		before := g.Input("x", dims(8, 6, 5, 4))
		scale, shift := g.Variable("scale", dims(4)), g.Variable("shift", dims(4))
		x := before.Tanh()
		y := tt.norm(x, scale, shift).ReLU()
		loss := y.Mul(g.Input("dy", y.Type()))
		p, err := plan.Compile(g, [][]graph.Tensor{{y, x}, graph.Gradient(loss.Sum(), x, scale, shift)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var passes [2][]string
		for _, in := range p.Instrs {
			if name, ok := strings.CutSuffix(in.Name, "[8 6 5 4]"); ok {
				passes[in.Stage] = append(passes[in.Stage], name)
			}
		}
		if got := strings.Join(passes[0], " / "); got != tt.forward {
			t.Errorf("%s norm, forward: %s, want %s", tt.name, got, tt.forward)
		}
		if got := strings.Join(passes[1], " / "); got != tt.backward {
			t.Errorf("%s norm, backward: %s, want %s", tt.name, got, tt.backward)
		}
	}
}

// TestNormErrors checks that operands that do not fit are named.
func TestNormErrors(t *testing.T) {
	for want, build := range map[string]func(g *graph.Graph, x graph.Tensor){
		"BatchNorm of [4 6], [5], [6]: scale and shift must be [6]":                 func(g *graph.Graph, x graph.Tensor) { x.BatchNorm(g.Input("a", dims(5)), g.Input("b", dims(6)), 1e-5) },
		"BatchNorm of [6], [6], [6]: takes [..., channels]":                         func(g *graph.Graph, x graph.Tensor) { v := g.Input("a", dims(6)); v.BatchNorm(v, v, 1e-5) },
		"Moments of [6]: takes [..., channels]":                                     func(g *graph.Graph, x graph.Tensor) { g.Input("a", dims(6)).Moments() },
		"GroupStandardize of [4 6]: 6 channels do not make 4 equal groups":          func(_ *graph.Graph, x graph.Tensor) { x.GroupStandardize(4, 1e-5) },
		"Standardize of []: a scalar has no last axis":                              func(_ *graph.Graph, x graph.Tensor) { x.Sum().Standardize(1e-5) },
		"MaxPool2D of [4 6]: takes images [n, height, width, channels], not 2 axes": func(_ *graph.Graph, x graph.Tensor) { x.MaxPool2D(graph.Pool{Window: [2]int{2, 2}}) },
		"AvgPool2D of [1 1 4 6]: a window of 2 is larger than the height of 1": func(_ *graph.Graph, x graph.Tensor) {
			x.Reshape(1, 1, 4, 6).AvgPool2D(graph.Pool{Window: [2]int{2, 2}})
		},
		"window [0 2] with stride [0 2]; want sizes of at least 1": func(_ *graph.Graph, x graph.Tensor) {
			x.Reshape(1, 1, 4, 6).AvgPool2D(graph.Pool{Window: [2]int{0, 2}})
		},
		"padding [[1 0] [0 0]] must be at least 0 and less than the window [1 2]": func(_ *graph.Graph, x graph.Tensor) {
			x.Reshape(1, 1, 4, 6).AvgPool2D(graph.Pool{Window: [2]int{1, 2}, Pad: [2][2]int{{1, 0}}})
		},
		"Gather of [24], [4 6]: the table must be [rows, width], not [24]": func(_ *graph.Graph, x graph.Tensor) { x.Reshape(24).Gather(x) },
		"the numbers of rows have 6 axes, at most 5 are possible":          func(_ *graph.Graph, x graph.Tensor) { x.Gather(x.Reshape(1, 1, 1, 1, 4, 6)) },
	} {
		g := graph.New()
		build(g, g.Input("x", dims(4, 6)))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
