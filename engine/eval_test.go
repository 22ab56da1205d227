package engine_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/engine"
	"descent/graph"
)

func waves(n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = math.Sin(float64(i*i + 1))
	}
	return list
}

// graphs are computations of several kinds over x [4 6], w [6 3] and the indices
// i [4].
var graphs = []struct {
	name string
	of   func(x, w, i graph.Tensor) graph.Tensor
}{
	{"elementwise", func(x, _, _ graph.Tensor) graph.Tensor { return x.Tanh().Mul(x.Sigmoid()).AddScalar(1) }},
	{"product", func(x, w, _ graph.Tensor) graph.Tensor { return x.MatMul(w) }},
	{"reduction", func(x, _, _ graph.Tensor) graph.Tensor { return x.Square().Sum(1).Mean() }},
	{"softmax", func(x, w, _ graph.Tensor) graph.Tensor { return x.MatMul(w).LogSoftmax() }},
	{"labels", func(x, _, i graph.Tensor) graph.Tensor { return x.CrossEntropy(i.OneHot(6)).Mean() }},
	{"rows", func(x, w, i graph.Tensor) graph.Tensor { return w.Gather(i).Mul(x.Slice(1, 0, 3)) }},
	{"gradient", func(x, w, _ graph.Tensor) graph.Tensor {
		return graph.Gradient(x.MatMul(w).Tanh().Square().Sum(), w)[0]
	}},
	{"random", func(x, _, _ graph.Tensor) graph.Tensor { return x.Add(x.Graph().Uniform("u", 4, 6)) }},
	{"scalars", func(x, _, _ graph.Tensor) graph.Tensor {
		g := x.Graph()
		return x.Mul(g.Scalar("given", nil)).Add(g.Scalar("course", func(t int) float64 { return 1 / float64(t) }))
	}},
	{"variable", func(_, w, _ graph.Tensor) graph.Tensor { return w }},
	{"constant", func(x, _, _ graph.Tensor) graph.Tensor { return x.Graph().Const(3) }},
}

func leaves() (g *graph.Graph, x, w, i graph.Tensor) {
	g = graph.New()
	return g, g.Input("x", graph.Shape(4, 6)), g.Variable("w", graph.Shape(6, 3)), g.Input("i", graph.Indices(4))
}

func values() map[string][]float64 {
	return map[string][]float64{"x": waves(24), "w": waves(18), "i": {0, 2, 1, 5}}
}

// TestEval: float32 by the engine is near float64 by the meaning of each
// operation.
func TestEval(t *testing.T) {
	for _, tt := range graphs {
		t.Run(tt.name, func(t *testing.T) {
			_, x, w, i := leaves()
			y := tt.of(x, w, i)
			env := engine.Env{Values: values(), Scalars: map[string]float64{"given": 0.5}, Update: 4, Seed: 9, Draw: 2}
			if tt.name != "scalars" {
				env.Scalars = nil
			}
			single, err := engine.Eval(env, y, y.AddScalar(1))
			if err != nil {
				t.Fatal(err)
			}
			double, err := engine.Eval64(env, y, y.AddScalar(1))
			if err != nil {
				t.Fatal(err)
			}
			if len(single[0]) != y.Type().Size() || len(double[1]) != y.Type().Size() {
				t.Fatalf("%d and %d values of %v", len(single[0]), len(double[1]), y.Type())
			}
			for k := range double {
				for j, want := range double[k] {
					if got := float64(single[k][j]); !(math.Abs(got-want) <= 2e-6*(1+math.Abs(want))) { // measured: 4e-7
						t.Errorf("output %d, element %d is %v, in float64 %v", k, j, got, want)
					}
				}
			}
		})
	}
}

// TestEvalByHand computes what each part of an Env is for on numbers.
func TestEvalByHand(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Shape(2))
	y := x.Mul(g.Scalar("given", nil)).Add(g.Scalar("course", func(t int) float64 { return float64(10 * t) }))
	for _, tt := range []struct {
		update int
		want   []float64
	}{{0, []float64{11.5, 13}}, {1, []float64{11.5, 13}}, {3, []float64{31.5, 33}}} {
		env := engine.Env{Values: map[string][]float64{"x": {1, 2}}, Scalars: map[string]float64{"given": 1.5}, Update: tt.update}
		single, err := engine.Eval(env, y)
		if err != nil {
			t.Fatal(err)
		}
		double, err := engine.Eval64(env, y)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range tt.want {
			if float64(single[0][i]) != want || double[0][i] != want {
				t.Errorf("update %d, element %d: %v and %v, want %v", tt.update, i, single[0][i], double[0][i], want)
			}
		}
	}
	// A scalar that was not given shows wherever it is read.
	single, err := engine.Eval(engine.Env{Values: map[string][]float64{"x": {1, 2}}}, y, x.AddScalar(1))
	if err != nil || single[0][0] == single[0][0] || single[1][1] != 3 {
		t.Errorf("%v, error %v", single, err)
	}
}

// TestEvalInput: an input may be an output itself.
func TestEvalInput(t *testing.T) {
	_, x, _, _ := leaves()
	single, err := engine.Eval(engine.Env{Values: values()}, x, x.Neg())
	if err != nil || single[0][5] != float32(waves(6)[5]) {
		t.Errorf("%v, error %v", single, err)
	}
}

// TestDraws: random numbers are a function of seed, draw and name.
func TestDraws(t *testing.T) {
	g := graph.New()
	u, v := g.Uniform("u", 50), g.Uniform("v", 50)
	draws := func(seed uint64, draw uint32) [][]float32 {
		list, err := engine.Eval(engine.Env{Seed: seed, Draw: draw}, u, v)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	first := draws(1, 1)
	if !slices.Equal(first[0], draws(1, 1)[0]) {
		t.Error("the same draw differs")
	}
	for _, other := range [][]float32{first[1], draws(2, 1)[0], draws(1, 2)[0]} {
		if slices.Equal(first[0], other) {
			t.Error("two draws are the same")
		}
	}
}

// TestEvalErrors: Eval and Eval64 say the same of what is missing or wrong.
func TestEvalErrors(t *testing.T) {
	_, x, w, _ := leaves()
	bad := graph.New()
	bad.Fail("Own", errors.New("a mistake"))
	without := func(name string) map[string][]float64 {
		m := values()
		delete(m, name)
		return m
	}
	short := values()
	short["w"] = short["w"][:7]
	for _, tt := range []struct {
		name string
		env  engine.Env
		y    graph.Tensor
		want string
	}{
		{"no input", engine.Env{Values: without("x")}, x.MatMul(w), `engine: no value for "x"`},
		{"no variable", engine.Env{Values: without("w")}, x.MatMul(w), `engine: no value for "w"`},
		{"size", engine.Env{Values: short}, x.MatMul(w), `engine: "w" has 7 values, its shape [6 3] takes 18`},
		{"scalar", engine.Env{Values: values(), Scalars: map[string]float64{"rat": 1}}, x.Exp(), `engine: the graph has no scalar "rat"`},
		{"zero", engine.Env{}, graph.Tensor{}, "engine: output 0 is the zero Tensor"},
		{"graph", engine.Env{}, bad.Const(1), "a mistake"},
	} {
		_, single := engine.Eval(tt.env, tt.y)
		_, double := engine.Eval64(tt.env, tt.y)
		for _, err := range []error{single, double} {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: error %v, want one that says %q", tt.name, err, tt.want)
			}
		}
	}
	if list, err := engine.Eval(engine.Env{}); list != nil || err != nil {
		t.Errorf("of nothing: %v, %v", list, err)
	}
	other := graph.New().Const(1)
	if _, err := engine.Eval(engine.Env{Values: values()}, x.Exp(), other); err == nil || !strings.Contains(err.Error(), "no tensor of the graph") {
		t.Errorf("of two graphs: error %v", err)
	}
}

// TestCheckGradient passes what is right, and finds each kind of what is wrong.
func TestCheckGradient(t *testing.T) {
	for _, tt := range graphs {
		_, x, w, i := leaves()
		y := tt.of(x, w, i)
		env := engine.Env{Values: values(), Seed: 3}
		if tt.name == "scalars" {
			env.Scalars = map[string]float64{"given": 0.5}
		}
		for _, xs := range [][]graph.Tensor{nil, {x, w}} {
			if err := engine.CheckGradient(env, y, xs...); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
	_, x, w, i := leaves()
	env := engine.Env{Values: values()}
	large := values()
	large["x"][3] = 12 // e¹² + sin(x) - e¹² has little left of the sine in float32
	for _, tt := range []struct {
		env  engine.Env
		y, x graph.Tensor
		want string
	}{
		{env, x.Square().Mul(x.StopGradient()), x, `engine: check gradient: the derivative by "x", element 0 of 24, is `},
		{env, x.MatMul(w.Mul(w.StopGradient())), w, `the derivative by "w"`},
		{engine.Env{Values: large}, x.Exp().Add(x.Sin()).Sub(x.Exp()), x, "in float32"},
		{env, x.Mul(x.Const(math.NaN())), x, "NaN"},
		{env, x.CrossEntropy(i.OneHot(6)), i, `input "i" holds numbers of classes or rows`},
		{env, x.Exp(), x.Exp(), "neither an input nor a variable"},
		{env, graph.Tensor{}, x, "the zero Tensor"},
		{engine.Env{}, x.Exp(), x, `no value for "x"`},
	} {
		if err := engine.CheckGradient(tt.env, tt.y, tt.x); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
	}
	if err := engine.CheckGradient(env, x.MatMul(w.Mul(w.StopGradient()))); err == nil || !strings.Contains(err.Error(), `the derivative by "w"`) {
		t.Errorf("of all: error %v", err)
	}
	if env.Values["x"][0] != waves(1)[0] || len(env.Values) != 3 {
		t.Error("the values of the caller were changed")
	}
}

func ExampleEval() {
	g := graph.New()
	x, w := g.Input("x", graph.Shape(2, 2)), g.Variable("w", graph.Shape(2))
	y := x.Mul(w).Sum(1)
	dw := graph.Gradient(y.Square().Sum(), w)[0]
	got, err := engine.Eval(engine.Env{Values: map[string][]float64{"x": {1, 2, 3, 4}, "w": {1, -1}}}, y, dw)
	fmt.Println(got, err)
	// Output: [[-1 -1] [-8 -12]] <nil>
}
