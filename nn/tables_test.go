package nn_test

import (
	"math"
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/goldentest"
	"descent/nn"
)

// farGolden is what testdata/quantile.py wrote.
type farGolden struct {
	Rows               int
	X, Uniform, Normal []float64
	Quantiles          [][]float64
	Logits             [][]float64
	Classes, Labels    []float64
}

// apply computes a layer without weights, and its gradient for a sum, in float64
// and by the engine.
func apply(t *testing.T, l nn.Layer, dims []int, values []float64) (ref, engine [][]float64) {
	t.Helper()
	g := graph.New()
	x := g.Variable("x", graph.Shape(dims...))
	y := l.Forward(nn.NewContext(g, true), x)
	if g.Err() != nil {
		t.Fatal(g.Err())
	}
	return enginetest.Both(t, map[string][]float64{"x": values}, 0, y, graph.Gradient(y.Sum(), x)[0])
}

// TestQuantileMap compares with scikit-learn, over columns with and without ties.
func TestQuantileMap(t *testing.T) {
	want := goldentest.Load[farGolden](t, "quantile.json")
	for _, tt := range []struct {
		normal bool
		y      []float64
		bound  float64 // measured, then doubled
	}{{false, want.Uniform, 1e-6}, {true, want.Normal, 6e-6}} {
		ref, engine := apply(t, nn.QuantileMap{Quantiles: want.Quantiles, Normal: tt.normal}, []int{want.Rows, 3}, want.X)
		enginetest.Compare(t, "reference", ref[0], tt.y, tt.bound, tt.bound)
		enginetest.Compare(t, "engine", engine[0], tt.y, tt.bound, tt.bound)
	}
}

// members are layers that give columns of what they are applied to.
type members [][]int

func (m members) list() (list []nn.Layer) {
	for _, columns := range m {
		list = append(list, nn.Select{Columns: columns})
	}
	return list
}

// TestEnsembleFarOut compares with NumPy where members are as sure as can be.
func TestEnsembleFarOut(t *testing.T) {
	want := goldentest.Load[farGolden](t, "quantile.json")
	rows := len(want.Logits[0]) / 3
	var x []float64
	for i := range rows {
		x = append(append(x, want.Logits[0][3*i:3*i+3]...), want.Logits[1][3*i:3*i+3]...)
	}
	for of, y := range map[nn.Averaging][]float64{nn.Classes: want.Classes, nn.Labels: want.Labels} {
		e := nn.Ensemble{Members: members{{0, 1, 2}, {3, 4, 5}}.list(), Weights: []float64{1, 3}, Of: of}
		ref, engine := apply(t, e, []int{rows, 6}, x)
		enginetest.Compare(t, of.String()+": reference", ref[0], y, 2e-7, 2e-7)
		enginetest.Compare(t, of.String()+": engine", engine[0], y, 1e-6, 1e-6)
		enginetest.Compare(t, of.String()+": engine's gradient", engine[1], ref[1], 1e-5, 1e-5)
	}
}

// TestEnsembleWeights checks that a member of weight 0 plays no part, that one
// alone is itself, and that one of far less weight does not round away what is sure.
func TestEnsembleWeights(t *testing.T) {
	nan := math.NaN()
	x := []float64{1, -2, 3, nan, nan, nan, 100, 0, -100}
	for _, of := range []nn.Averaging{nn.Values, nn.Classes, nn.Labels} {
		of3 := members{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}}.list()
		_, alone := apply(t, nn.Ensemble{Members: of3[:1], Of: of}, []int{1, 9}, x)
		_, first := apply(t, nn.Ensemble{Members: of3, Weights: []float64{0.5, 0, 0}, Of: of}, []int{1, 9}, x)
		if !slices.Equal(alone[0], first[0]) {
			t.Errorf("%v: %v alone, %v among members of weight 0", of, alone[0], first[0])
		}
		_, tiny := apply(t, nn.Ensemble{Members: of3, Weights: []float64{1e-30, 0, 1e-70}, Of: of}, []int{1, 9}, x)
		enginetest.Compare(t, of.String()+", with a member of hardly any weight", tiny[0], alone[0], 1e-5, 1e-5)
	}
}

// TestFarInputs feeds what is as large as can be to layers in front of networks.
func TestFarInputs(t *testing.T) {
	inf := math.Inf(1)
	x := []float64{0, 1e10, -1e20, math.MaxFloat32, -math.MaxFloat32, inf, -inf}
	for _, tt := range []struct {
		layer nn.Layer
		want  []float64 // nil: finite
	}{
		{nn.SmoothClip{}, []float64{0, 3, -3, 3, -3, 3, -3}},
		{nn.SmoothClip{Center: []float64{1}, Scale: []float64{1e-6}, Limit: 2}, []float64{-2, 2, -2, 2, -2, 2, -2}},
		{nn.QuantileMap{Quantiles: [][]float64{{-1, 0, 0, 1}}}, []float64{0.5, 1, 0, 1, 0, 1, 0}},
		{nn.QuantileMap{Quantiles: [][]float64{{-1, 0, 0, 1}}, Normal: true}, nil},
		{nn.Clamp{Low: []float64{-2}, High: []float64{5}}, []float64{0, 5, -2, 5, -2, 5, -2}},
	} {
		ref, engine := apply(t, tt.layer, []int{7, 1}, x)
		for i, y := range engine[0] {
			if tt.want != nil && math.Abs(y-tt.want[i]) > 1e-6 || math.IsInf(y, 0) || y != y || engine[1][i] != engine[1][i] {
				t.Errorf("%T: %v → %v, gradient %v; want %v", tt.layer, x[i], y, engine[1][i], tt.want)
			}
		}
		enginetest.Compare(t, "engine", engine[0], ref[0], 1e-6, 1e-6)
	}
	_, missing := apply(t, nn.Sequential{nn.SmoothClip{}, nn.PiecewiseLinear{Edges: [][]float64{{-1, 0, 1}}}}, []int{1, 1}, []float64{math.NaN()})
	if missing[0][0] == missing[0][0] {
		t.Errorf("NaN becomes %v; it is to stay, so that it is found", missing[0])
	}
}

// TestNTK checks how a weight starts that is divided where it is used.
func TestNTK(t *testing.T) {
	g := graph.New()
	c := nn.NewContext(g, true)
	c.Call("a", nn.Dense{Units: 50, Scaling: nn.NTK}, g.Input("x", graph.Shape(2, 100)))
	values, err := nn.FirstValues(c.Params(), 3)
	if err != nil || g.Err() != nil {
		t.Fatal(err, g.Err())
	}
	sum := 0.0
	for _, w := range values["a.weight"] {
		sum += w * w
	}
	if s := sum / 5000; math.Abs(s-1) > 0.06 {
		t.Errorf("the weight starts with variance %v; want 1", s)
	}
}
