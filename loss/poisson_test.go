package loss_test

import (
	"math"
	"testing"

	"descent/engine"
	"descent/graph"
	"descent/loss"
)

// TestPoissonUnits: of standardized targets the loss is that of the counts, an output of
// 0 predicts their mean, and what is wrong is an error.
func TestPoissonUnits(t *testing.T) {
	l := loss.Poisson{Mean: []float64{3, 50}, Std: []float64{2, 20}}
	counts, z := []float64{0, 70, 5, 20}, []float64{0, 0, 0.5, -1.25}
	g := graph.New()
	out, y := g.Input("z", graph.Shape(2, 2)), g.Input("y", graph.Shape(2, 2))
	env := engine.Env{Values: map[string][]float64{"z": z}}
	for i, c := range counts {
		env.Values["y"] = append(env.Values["y"], (c-l.Mean[i%2])/l.Std[i%2])
	}
	values, err := engine.Eval64(env, l.PerSample(out, y), l.Predict(out))
	if err != nil {
		t.Fatal(err)
	}
	for row := range 2 {
		want := 0.0
		for k := range 2 {
			i := 2*row + k
			rate := l.Mean[k] * math.Exp(z[i])
			want += (rate - counts[i]*math.Log(rate)) / 2
			if got := values[1][i]*l.Std[k] + l.Mean[k]; math.Abs(got-rate) > 1e-5*rate {
				t.Errorf("rate %d is %v, want %v", i, got, rate)
			}
		}
		if got := values[0][row]; math.Abs(got-want) > 1e-5*math.Abs(want) { // logarithms are float32
			t.Errorf("row %d: %v, want %v", row, got, want)
		}
	}
	for _, bad := range []loss.Poisson{{Mean: []float64{1}}, {Mean: []float64{0}, Std: []float64{1}}, {Mean: []float64{1}, Std: []float64{math.Inf(1)}}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	g = graph.New()
	loss.Poisson{Mean: []float64{1}, Std: []float64{1}}.PerSample(g.Input("z", graph.Shape(2, 2)), g.Input("y", graph.Shape(2, 2)))
	if g.Err() == nil {
		t.Error("one mean for two outputs is taken")
	}
}
