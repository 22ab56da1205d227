package nn_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/nn"
	"descent/nn/initial"
)

// mlp is the network most tests use; it declares 12·8+8 and 8·3+3 weights.
var mlp = nn.Sequential{
	nn.Flatten{},
	nn.Dense{Units: 8, Activation: nn.ReLU, L2: 0.5},
	nn.Dropout{Rate: 0.25},
	nn.Dense{Units: 3, NoBias: true, Init: initial.Normal{Std: 1}},
}

func TestDeclaredWeights(t *testing.T) {
	g := graph.New()
	c := nn.NewContext(g, true)
	z := mlp.Forward(c, g.Input("x", graph.Shape(5, 3, 4)))
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	if got := z.Type(); got != graph.Shape(5, 3) {
		t.Errorf("output %v", got)
	}
	var got []string
	for _, p := range c.Params() {
		got = append(got, fmt.Sprintf("%s%v %v %v %g", p.Name, p.Tensor.Type(), p.Init, p.Role, p.L2))
	}
	want := []string{"1.dense.weight[12 8] he-normal weight 0.5", "1.dense.bias[8] zeros bias 0", "3.dense.weight[8 3] normal:1 weight 0"}
	if !slices.Equal(got, want) {
		t.Errorf("weights\n%q, want\n%q", got, want)
	}
}

// TestDense compares with the map written out.
func TestDense(t *testing.T) {
	g := graph.New()
	c := nn.NewContext(g, false)
	x := g.Input("x", graph.Shape(2, 3))
	y := nn.Dense{Units: 2, Activation: nn.Tanh}.Forward(c, x)
	values := map[string][]float64{
		"x":      {1, 2, 3, -1, 0.5, 0.25},
		"weight": {0.5, -0.25, 0.125, 1, -0.5, 0.75},
		"bias":   {0.25, -1},
	}
	want := make([]float64, 4)
	for i := range 2 {
		for j := range 2 {
			s := values["bias"][j]
			for k := range 3 {
				s += values["x"][3*i+k] * values["weight"][2*k+j]
			}
			want[2*i+j] = math.Tanh(s)
		}
	}
	ref, engine := enginetest.Both(t, values, 0, y)
	enginetest.Compare(t, "reference", ref[0], want, 1e-14, 0)
	enginetest.Compare(t, "engine", engine[0], want, 5e-7, 0)
}

// TestDropout holds what inverted dropout promises: kept elements are divided
// by the keep probability, the same mask goes to the gradient, each pass and
// each place has a mask of its own, evaluation changes nothing.
func TestDropout(t *testing.T) {
	const n, rate = 1 << 14, 0.2
	g := graph.New()
	c := nn.NewContext(g, true)
	x := g.Variable("x", graph.Shape(64, n/64))
	y := c.Call("a", nn.Dropout{Rate: rate}, x)
	same := c.Call("a", nn.Dropout{Rate: rate}, x)
	other := c.Call("b", nn.Dropout{Rate: rate}, x)
	dx := graph.Gradient(y.Sum(), x)[0]
	values := map[string][]float64{"x": make([]float64, n)}
	for i := range n {
		values["x"][i] = 1 + float64(i%7)
	}
	ref, engine := enginetest.Both(t, values, 3, y, dx, same, other)
	for i := range ref {
		enginetest.Compare(t, "engine", engine[i], ref[i], 1e-6, 0)
	}
	kept, alike, alikeOther := 0, 0, 0
	for i, v := range ref[0] {
		scale := v / values["x"][i]
		if v != 0 {
			kept++
			if math.Abs(scale-1/(1-rate)) > 1e-7 {
				t.Fatalf("element %d is scaled by %v, want %v", i, scale, 1/(1-rate))
			}
		}
		if ref[1][i] != scale {
			t.Fatalf("element %d: gradient %v, scale %v", i, ref[1][i], scale)
		}
		if (v == 0) == (ref[2][i] == 0) {
			alike++
		}
		if (v == 0) == (ref[3][i] == 0) {
			alikeOther++
		}
	}
	within := func(what string, count int, p float64) {
		t.Helper()
		if sd := math.Sqrt(n * p * (1 - p)); math.Abs(float64(count)-n*p) > 5*sd {
			t.Errorf("%s: %d of %d, want %.0f ± %.0f", what, count, n, n*p, 5*sd)
		}
	}
	within("kept", kept, 1-rate)
	independent := rate*rate + (1-rate)*(1-rate)
	within("second call under the path alike", alike, independent)
	within("other path alike", alikeOther, independent)
	next, _ := enginetest.Both(t, values, 4, y)
	if slices.Equal(next[0], ref[0]) {
		t.Error("the next pass has the same mask")
	}
	if z := (nn.Dropout{Rate: rate}).Forward(nn.NewContext(g, false), x); z != x {
		t.Error("evaluation changes x")
	}
}

// sharing declares one weight name twice.
type sharing struct{}

func (sharing) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	return nn.Dense{Units: 2}.Forward(c, nn.Dense{Units: 2}.Forward(c, x))
}

func TestErrorsNameTheLayer(t *testing.T) {
	none := nn.Func(func(graph.Tensor) graph.Tensor { return graph.Tensor{} })
	tests := []struct {
		name  string
		layer nn.Layer
		want  []string
	}{
		{"image to dense", nn.Sequential{nn.EnsureChannels{}, nn.Dense{Units: 2}}, []string{"layer 1.sequential.1.dense", "[4 3 5 1]", "put nn.Flatten{} before it"}},
		{"no units", nn.Dense{}, []string{"layer 1.dense", "0 units"}},
		{"rate 1", nn.Dropout{Rate: 1}, []string{"layer 1.dropout", "rate 1", "[0, 1)"}},
		{"rate NaN", nn.Dropout{Rate: math.NaN()}, []string{"layer 1.dropout", "rate NaN"}},
		{"nil layer", nil, []string{"layer 1", "nil"}},
		{"nil function", nn.Func(nil), []string{"layer 1.func", "nil"}},
		{"no tensor", none, []string{"layer 1.func", "returned no tensor"}},
		{"bad init", nn.Sequential{nn.Flatten{}, nn.Dense{Units: 1, Init: initial.Normal{}}}, []string{"layer 1.sequential.1.dense", "standard deviation 0"}},
		{"bad penalty", nn.Sequential{nn.Flatten{}, nn.Dense{Units: 1, L1: -1}}, []string{"L1 = -1"}},
		{"one name twice", nn.Sequential{nn.Flatten{}, sharing{}}, []string{"1.sharing", "declared twice"}},
		{"bad activation", nn.Activation(77), []string{"layer 1.Activation(77)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graph.New()
			c := nn.NewContext(g, true)
			net := nn.Sequential{nn.Tanh, tt.layer, nn.Dense{Units: 2}, nn.ReLU} // later calls do nothing
			net.Forward(c, g.Input("x", graph.Shape(4, 3, 5)))
			err := g.Err()
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
	g := graph.New()
	nn.NewContext(g, true).Param("weight", initial.Orthogonal{}, 7)
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "[in, out]") {
		t.Errorf("an orthogonal vector gives %v", err)
	}
}

func TestInit(t *testing.T) {
	weights := func(net nn.Layer, seed uint64) map[string][]float32 {
		g := graph.New()
		c := nn.NewContext(g, true)
		net.Forward(c, g.Input("x", graph.Shape(1, 12)))
		w := map[string][]float32{}
		err := nn.Init(c.Params(), seed, func(name string) []float32 {
			for _, p := range c.Params() {
				if p.Name == name {
					w[name] = make([]float32, p.Tensor.Type().Size())
				}
			}
			return w[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	a, b, other := weights(mlp, 7), weights(mlp, 7), weights(mlp, 8)
	longer := weights(append(slices.Clone(mlp), nn.Dense{Units: 4}), 7)
	const name = "1.dense.weight"
	switch {
	case !slices.Equal(a[name], b[name]):
		t.Error("the same seed gives other weights")
	case slices.Equal(a[name], other[name]):
		t.Error("another seed gives the same weights")
	case !slices.Equal(a[name], longer[name]):
		t.Error("a layer more changes the weights of the others")
	case a[name][0] == a["3.dense.weight"][0]:
		t.Error("two layers draw the same")
	}
	g := graph.New()
	c := nn.NewContext(g, true)
	mlp.Forward(c, g.Input("x", graph.Shape(1, 12)))
	err := nn.Init(c.Params(), 1, func(string) []float32 { return make([]float32, 3) })
	if err == nil || !strings.Contains(err.Error(), `"1.dense.weight" of shape [12 8] takes 96 values, not 3`) {
		t.Errorf("memory of another size gives %v", err)
	}
}

// entered computes at a place of the graph that is no layer, as a node of an ONNX file is.
type entered struct{}

func (entered) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	defer c.Graph().Enter(`Gemm "a.b"`)()
	return nn.Dense{Units: 2}.Forward(c, x)
}

func TestSummary(t *testing.T) {
	rows, err := nn.Summary(append(slices.Clone(mlp), nn.Sequential{nn.Softmax}), []int{3, 4})
	if err != nil {
		t.Fatal(err)
	}
	want := "[{0.flatten flatten [12] 0 0} {1.dense dense [8] 104 96} {2.dropout dropout [8] 0 0} {3.dense dense [3] 24 24} " +
		"{4.sequential sequential [3] 0 0} {4.sequential.0.softmax softmax [3] 0 0}]"
	if got := fmt.Sprint(rows); got != want {
		t.Errorf("rows\n%s, want\n%s", got, want)
	}
	rows, err = nn.Summary(nn.Dense{Units: 2}, []int{5})
	if want := "[{ dense [2] 12 10}]"; fmt.Sprint(rows) != want || err != nil {
		t.Errorf("rows %v, %v, want %s", rows, err, want)
	}
	rows, err = nn.Summary(nn.Sequential{entered{}}, []int{5})
	if want := "[{0.entered entered [2] 12 10}]"; fmt.Sprint(rows) != want || err != nil {
		t.Errorf("rows %v, %v, want %s", rows, err, want)
	}
	for _, input := range [][]int{{3, 0}, {1, 2, 3, 4, 5, 6}} {
		if _, err := nn.Summary(mlp, input); err == nil {
			t.Errorf("input %v is taken", input)
		}
	}
	if _, err := nn.Summary(nil, nil); err == nil {
		t.Error("no network is taken")
	}
}

func TestMLP(t *testing.T) {
	got := nn.MLP([]int{256, 128}, 10, nn.GELU, 0.1, nil)
	want := nn.Sequential{
		nn.Flatten{},
		nn.Dense{Units: 256, Activation: nn.GELU}, nn.Dropout{Rate: 0.1},
		nn.Dense{Units: 128, Activation: nn.GELU}, nn.Dropout{Rate: 0.1},
		nn.Dense{Units: 10},
	}
	if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
		t.Errorf("%#v", got)
	}
	if got := nn.MLP(nil, 3, nn.ReLU, 0, initial.Zeros{}); len(got) != 2 {
		t.Errorf("without hidden layers: %#v", got)
	}
}
