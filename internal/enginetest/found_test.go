package enginetest

import (
	"testing"

	"descent/graph"
	"descent/internal/exec"
)

// found lists graphs that once ran wrong, most of them found by [FuzzGraph]
// and then made small. v and w are variables [2 5], x is an input [5 5 5].
var found = []struct {
	name  string
	build func(g *graph.Graph, v, w, x graph.Tensor) ([][]graph.Tensor, []graph.Update)
}{
	{"an output that an update replaces", func(_ *graph.Graph, v, _, _ graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		return [][]graph.Tensor{{v, v.Reshape(10)}, {v}}, []graph.Update{{Variable: v, Value: v.Neg()}}
	}},
	{"an output that is an input", func(_ *graph.Graph, _, _, x graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		return [][]graph.Tensor{{x, x.Flatten()}}, nil
	}},
	{"one value for two variables", func(_ *graph.Graph, v, w, _ graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		m := v.Add(w).Tanh()
		return [][]graph.Tensor{nil}, []graph.Update{{Variable: v, Value: m}, {Variable: w, Value: m}}
	}},
	{"one value for two variables, the first of which a product reads", func(_ *graph.Graph, v, w, _ graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		m := v.MatMul(v.Transpose()).MatMul(v).Tanh()
		return [][]graph.Tensor{{m}}, []graph.Update{{Variable: v, Value: m}, {Variable: w, Value: m}}
	}},
	{"swapped variables", func(_ *graph.Graph, v, w, _ graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		return [][]graph.Tensor{{v.Add(w)}}, []graph.Update{{Variable: v, Value: w}, {Variable: w, Value: v}}
	}},
	{"a repeated scalar that a later stage copies", func(g *graph.Graph, v, _, _ graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		ones := g.Const(1).BroadcastTo(v.Type())
		return [][]graph.Tensor{{v.Add(ones)}, {v.Concat(0, ones)}}, nil
	}},
	{"a repeated sum that is also copied", func(_ *graph.Graph, v, _, _ graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		s := v.Square().SumKeep(1).BroadcastTo(v.Type())
		return [][]graph.Tensor{{v.Div(s.AddScalar(1)).Add(s), s.Reshape(10)}}, nil
	}},
	{"repeated in the middle", func(_ *graph.Graph, v, _, x graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		y := v.Slice(0, 0, 1).Reshape(5, 1, 1).Mul(v.Slice(0, 1, 2).Reshape(1, 1, 5)) // [5 1 5]
		return [][]graph.Tensor{{x.Add(y), y.Add(x.Slice(0, 0, 1)).SumKeep(0, 2)}}, nil
	}},
	{"a column number among values of rows", func(g *graph.Graph, _, _, x graph.Tensor) ([][]graph.Tensor, []graph.Update) {
		labels := g.Input("labels", graph.Indices(5, 1))
		return [][]graph.Tensor{{x.Tanh().SumKeep(1, 2).CrossEntropy(labels.OneHot(1))}}, nil
	}},
}

func TestFound(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	for _, f := range found {
		t.Run(f.name, func(t *testing.T) {
			g := graph.New()
			v, w, x := g.Variable("v", graph.Shape(2, 5)), g.Variable("w", graph.Shape(2, 5)), g.Input("x", graph.Shape(5, 5, 5))
			c := Case{Graph: g, Values: map[string][]float32{"labels": {0, 1, 0, 0, 2}}}
			for name, n := range map[string]int{"v": 10, "w": 10, "x": 125} {
				values := make([]float32, n)
				for i := range values {
					values[i] = float32((i*7+n+int(name[0]))%19)/10 - 0.9
				}
				c.Values[name] = values
			}
			c.Stages, c.Updates = f.build(g, v, w, x)
			if err := c.Check(pool); err != nil {
				t.Error(err)
			}
			if err := c.CheckBits(); err != nil {
				t.Error(err)
			}
		})
	}
}
