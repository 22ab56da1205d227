package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"descent/engine"
	"descent/graph"
)

// TestGraphOutlivesBadCall: what a call of Compile has wrong is not the graph's
// error.
func TestGraphOutlivesBadCall(t *testing.T) {
	g := graph.New()
	v := g.Variable("v", graph.Shape(2))
	other := graph.New().Variable("v", graph.Shape(2))
	for _, u := range []graph.Update{{}, {Variable: v}, {Variable: v, Value: other}, {Variable: v, Value: v.Sum()}, {Variable: v.Exp(), Value: v}} {
		if _, err := engine.Compile(g, nil, u); err == nil || !strings.Contains(err.Error(), "update 0") {
			t.Errorf("error %v, want one of update 0", err)
		}
	}
	if _, err := engine.Compile(g, []graph.Tensor{other}); err == nil {
		t.Error("an output of another graph was compiled")
	}
	if _, err := engine.Compile(g, []graph.Tensor{v.Exp()}); err != nil {
		t.Errorf("a good call after bad ones: %v", err)
	}
	if _, err := engine.Compile(nil, nil); err == nil || !strings.Contains(err.Error(), "no graph") {
		t.Errorf("error %v without a graph", err)
	}
}

// TestEvalOfTwoGraphs: nodes are numbered by graph, so that those of two would be
// taken for each other.
func TestEvalOfTwoGraphs(t *testing.T) {
	outputs := []graph.Tensor{graph.New().Const(1).Exp(), graph.New().Const(2).Neg()}
	if _, err := engine.Eval64(engine.Env{}, outputs...); err == nil || !strings.Contains(err.Error(), "output 1 is no tensor of the graph") {
		t.Errorf("error %v", err)
	}
}

// TestCheckGradientTakesValues: an x must have values to be checked by, and a
// wrong one leaves the graph as it is.
func TestCheckGradientTakesValues(t *testing.T) {
	g := graph.New()
	x, unused := g.Input("x", graph.Shape(2)), g.Input("unused", graph.Shape(2))
	env := engine.Env{Values: map[string][]float64{"x": {1, 2}}}
	for want, by := range map[string]graph.Tensor{
		`no value for "unused"`:              {},
		"x 0 is no tensor of the graph of y": graph.New().Input("x", graph.Shape(2)),
	} {
		if !by.Valid() {
			by = unused
		}
		if err := engine.CheckGradient(env, x.Exp(), by); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %s", err, want)
		}
	}
	if err := engine.CheckGradient(env, x.Exp()); err != nil {
		t.Error(err)
	}
}

// TestBindRefusesShapes: a matrix is not bound as its transpose.
func TestBindRefusesShapes(t *testing.T) {
	g := graph.New()
	plan, err := engine.Compile(g, []graph.Tensor{g.Variable("w", graph.Shape(2, 3)).Exp()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = plan.Bind(engine.New(1), engine.NewStore(engine.Variable{Name: "w", Type: graph.Shape(3, 2)}))
	if err == nil || !strings.Contains(err.Error(), `variable "w" has shape [3 2] in the store, the plan takes [2 3]`) {
		t.Errorf("error %v", err)
	}
	for _, bind := range []func() (*engine.Program, error){
		func() (*engine.Program, error) { return plan.Bind(nil, engine.NewStore(plan.Variables()...)) },
		func() (*engine.Program, error) { return plan.Bind(engine.New(1), nil) },
	} {
		if _, err := bind(); err == nil || !strings.Contains(err.Error(), "is nil") {
			t.Errorf("error %v", err)
		}
	}
}

// TestRunUnfed panics by the name of the input, in the stage that reads it.
func TestRunUnfed(t *testing.T) {
	g := graph.New()
	a, b := g.Input("a", graph.Shape(2)), g.Input("b", graph.Shape(2))
	plan, err := engine.CompileStages(g, [][]graph.Tensor{{a.Exp()}, {a.Mul(b)}})
	if err != nil {
		t.Fatal(err)
	}
	p := bind(t, plan, engine.NewStore(), 1)
	if got := panicOf(func() { p.Run() }); !strings.Contains(got, `nothing was fed to input "a"`) {
		t.Error(got)
	}
	feed(t, p, "a", []float32{1, 2})
	p.RunStage(0)
	if got := panicOf(func() { p.RunStage(1) }); !strings.Contains(got, `nothing was fed to input "b"`) {
		t.Error(got)
	}
	feed(t, p, "b", []float32{3, 4})
	if p.RunStage(1); !slices.Equal(p.StageOutput(1, 0), []float32{3, 8}) {
		t.Error(p.StageOutput(1, 0))
	}
}

// TestStoreRefuses: one name twice, and views of another shape.
func TestStoreRefuses(t *testing.T) {
	a, b := engine.Variable{Name: "a", Type: graph.Shape(2)}, engine.Variable{Name: "b", Type: graph.Shape(1, 2)}
	s := engine.NewStore(a, b, engine.Variable{Name: "c", Type: graph.Shape(3)})
	if _, err := s.Select(a, a); err == nil || !strings.Contains(err.Error(), `two variables are called "a"`) {
		t.Error(err)
	}
	if _, err := engine.StoreOf(map[string][]float32{"a": {1, 2}}, a, a); err == nil || !strings.Contains(err.Error(), `two variables are called "a"`) {
		t.Error(err)
	}
	if got := panicOf(func() { engine.NewStore(a, a) }); !strings.Contains(got, `two variables are called "a"`) {
		t.Error(got)
	}
	if got := panicOf(func() { s.View(func(string) string { return "c" }) }); !strings.Contains(got, `"c", which is to stand for it`) {
		t.Error(got)
	}
	if err := s.Copy(engine.NewStore(a, engine.Variable{Name: "b", Type: graph.Shape(2)})); err == nil || !strings.Contains(err.Error(), `variable "b" has shape [2], not [1 2]`) {
		t.Error(err)
	}
	if err := s.Copy(nil); err == nil {
		t.Error("nothing was copied")
	}
}

// TestCopyFromView swaps two variables by a view of their own store.
func TestCopyFromView(t *testing.T) {
	a, b := engine.Variable{Name: "a", Type: graph.Shape(1)}, engine.Variable{Name: "b", Type: graph.Shape(1)}
	s := engine.NewStore(a, b)
	s.Value("a")[0], s.Value("b")[0] = 1, 2
	err := s.Copy(s.View(func(name string) string { return map[string]string{"a": "b", "b": "a"}[name] }))
	if err != nil || s.Value("a")[0] != 2 || s.Value("b")[0] != 1 {
		t.Errorf("a = %v, b = %v; %v", s.Value("a"), s.Value("b"), err)
	}
}

func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}
