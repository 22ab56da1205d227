package nn_test

import (
	"testing"

	"descent/engine"
	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/goldentest"
	"descent/nn"
)

// seriesGolden is a network for forecasts in what testdata/series.py wrote.
type seriesGolden struct {
	Name               string
	X, Known, Y, W, DX []float64
	Params             map[string]struct {
		Dims         []int
		Values, Grad []float64
	}
}

// forecasters are the networks that testdata/series.py has, by name, and their windows.
var forecasters = map[string]struct {
	window int
	net    nn.Sequential
}{
	"linear":      {7, nn.LinearForecast(4, 2, "known")},
	"mixer":       {7, nn.MixerForecast(nn.MixerConfig{Window: 7, Columns: 3, Horizon: 4, Targets: 2, Blocks: 2, Width: 5}, "known")},
	"patch":       {12, nn.PatchForecast(nn.PatchConfig{Window: 12, Horizon: 4, Targets: 2, Length: 6, Stride: 3, Layers: 2, Heads: 2, Width: 8, Hidden: 10}, "known")},
	"patch, rest": {11, nn.PatchForecast(nn.PatchConfig{Window: 11, Horizon: 4, Targets: 2, Length: 5, Stride: 4, Layers: 1, Heads: 2, Width: 4, Hidden: 6}, "known")},
}

// TestForecasters compares with PyTorch: what is predicted, and every gradient.
func TestForecasters(t *testing.T) {
	for _, want := range goldentest.Load[[]seriesGolden](t, "series.json") {
		t.Run(want.Name, func(t *testing.T) {
			g := graph.New()
			c := nn.NewContext(g, true)
			c.Provide("known", g.Input("known", graph.Shape(3, 4, 2)))
			x := g.Input("x", graph.Shape(3, forecasters[want.Name].window, 3))
			y := forecasters[want.Name].net.Forward(c, x)
			loss := y.Mul(g.Input("w", y.Type())).Sum()
			if g.Err() != nil {
				t.Fatal(g.Err())
			}
			values := map[string][]float64{"x": want.X, "known": want.Known, "w": want.W}
			wrt, names := []graph.Tensor{x}, []string{"x"}
			for _, p := range c.Params() {
				if p.Role == nn.Buffer {
					values[p.Name] = make([]float64, p.Tensor.Type().Size())
					continue
				}
				golden, ok := want.Params[p.Name]
				if !ok || p.Tensor.Type() != graph.Shape(golden.Dims...) {
					t.Errorf("weight %s%v; want %v", p.Name, p.Tensor.Type(), golden.Dims)
				}
				values[p.Name] = golden.Values
				wrt, names = append(wrt, p.Tensor), append(names, p.Name)
			}
			if len(wrt) != len(want.Params)+1 {
				t.Fatalf("%d weights, want %d", len(wrt)-1, len(want.Params))
			}
			ref, single := enginetest.Both(t, values, 0, append([]graph.Tensor{y}, graph.Gradient(loss, wrt...)...)...)
			// Measured, then doubled; the reference rounds constants such as ε to float32.
			compare := func(what string, i int, golden []float64) {
				enginetest.Compare(t, "reference: "+what, ref[i], golden, 1e-6, 1e-6)
				enginetest.Compare(t, "engine: "+what, single[i], golden, 2e-5, 2e-5)
			}
			compare("y", 0, want.Y)
			compare("gradient of x", 1, want.DX)
			for i, name := range names[1:] {
				compare("gradient of "+name, 2+i, want.Params[name].Grad)
			}
		})
	}
}

// TestSeriesLayers compares derivatives with differences, and refuses what does not fit.
func TestSeriesLayers(t *testing.T) {
	for name, l := range map[string]nn.Layer{
		"each column": nn.EachColumn{Layers: nn.Sequential{nn.Patches{Length: 3, Stride: 2}, nn.Dense{Units: 2}, nn.Flatten{}}},
		"apart":       nn.EachColumn{Layers: nn.Sequential{nn.Patches{Length: 2, Stride: 2}, nn.Flatten{}}},
		"every step":  nn.EachColumn{Layers: nn.Sequential{nn.Patches{Length: 6, Stride: 1}, nn.Flatten{}}},
	} {
		g := graph.New()
		c := nn.NewContext(g, true)
		x := g.Input("x", graph.Shape(2, 6, 3))
		y := l.Forward(c, x)
		values, err := nn.FirstValues(c.Params(), 3)
		if err != nil || g.Err() != nil {
			t.Fatal(name, err, g.Err())
		}
		for i := range x.Type().Size() {
			values["x"] = append(values["x"], float64(i*i*7%11)/5-1)
		}
		wrt := []graph.Tensor{x}
		for _, p := range c.Params() {
			wrt = append(wrt, p.Tensor)
		}
		if err := engine.CheckGradient(engine.Env{Values: values, Seed: 2}, y, wrt...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, l := range []nn.Layer{nn.Patches{Length: 7, Stride: 1}, nn.Patches{Length: 4, Stride: 5}, nn.Patches{Length: 4}, nn.EachColumn{}} {
		g := graph.New()
		if l.Forward(nn.NewContext(g, true), g.Input("x", graph.Shape(2, 6))); g.Err() == nil {
			t.Errorf("%+v takes 6 steps", l)
		}
	}
}
