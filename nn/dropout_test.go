package nn_test

import (
	"math"
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/nn"
)

// TestSharedDropout checks that whole channels, or whole samples, are dropped
// and the others scaled, in the value and the gradient.
func TestSharedDropout(t *testing.T) {
	const rate = 0.25
	for _, tt := range []struct {
		layer nn.Layer
		fate  func(i int) int
		draws int
	}{
		{nn.SpatialDropout{Rate: rate}, func(i int) int { return i/30*5 + i%5 }, 400 * 5},
		{nn.DropPath{Rate: rate}, func(i int) int { return i / 30 }, 400},
	} {
		g := graph.New()
		x := g.Variable("x", graph.Shape(400, 3, 2, 5))
		y := tt.layer.Forward(nn.NewContext(g, true), x)
		dx := graph.Gradient(y.Sum(), x)[0]
		values := map[string][]float64{"x": make([]float64, x.Type().Size())}
		for i := range values["x"] {
			values["x"][i] = 1 + float64(i%7)
		}
		ref, engine := enginetest.Both(t, values, 3, y, dx)
		enginetest.Compare(t, "engine", engine[0], ref[0], 1e-6, 0)
		enginetest.Compare(t, "engine's gradient", engine[1], ref[1], 1e-6, 0)
		scale := map[int]float64{}
		for i, v := range ref[0] {
			s := v / values["x"][i]
			if old, ok := scale[tt.fate(i)]; ok && math.Abs(s-old) > 1e-12 || s != 0 && math.Abs(s-1/(1-rate)) > 1e-6 {
				t.Fatalf("%T: element %d is scaled by %v, its neighbours by %v", tt.layer, i, s, old)
			}
			scale[tt.fate(i)] = s
			if math.Abs(ref[1][i]-s) > 1e-12 {
				t.Fatalf("%T: element %d has gradient %v, scale %v", tt.layer, i, ref[1][i], s)
			}
		}
		kept := 0.0
		for _, s := range scale {
			if s != 0 {
				kept++
			}
		}
		n := float64(tt.draws)
		if len(scale) != tt.draws || math.Abs(kept-n*(1-rate)) > 5*math.Sqrt(n*rate*(1-rate)) {
			t.Errorf("%T: %v of %d are kept", tt.layer, kept, len(scale))
		}
		next, _ := enginetest.Both(t, values, 4, y)
		if slices.Equal(next[0], ref[0]) {
			t.Errorf("%T: the next pass drops the same", tt.layer)
		}
		if z := tt.layer.Forward(nn.NewContext(g, false), x); z != x {
			t.Errorf("%T: evaluation changes x", tt.layer)
		}
	}
}
