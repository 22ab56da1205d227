package rewrite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"descent/graph"
)

// fusions lists computations with the groups that they run as, each written
// as its operations in order.
var fusions = []struct {
	name  string
	build func(g *graph.Graph) [][]graph.Tensor
	want  []string
}{
	{"bias and activation follow the product", func(g *graph.Graph) [][]graph.Tensor {
		x, w, b := g.Input("x", graph.Shape(8, 4)), g.Variable("w", graph.Shape(4, 3)), g.Variable("b", graph.Shape(3))
		return [][]graph.Tensor{{x.MatMul(w).Add(b).ReLU()}}
	}, []string{"MatMul·Add·ReLU"}},
	{"softmax is one row program", func(g *graph.Graph) [][]graph.Tensor {
		return [][]graph.Tensor{{g.Input("x", graph.Shape(8, 4)).Softmax()}}
	}, []string{"MaxOver1·Sub·Exp·Sum1·Div"}},
	{"layer normalization is one row program", func(g *graph.Graph) [][]graph.Tensor {
		x := g.Input("x", graph.Shape(8, 4))
		d := x.Sub(x.MeanKeep(-1))
		return [][]graph.Tensor{{d.Div(d.Square().MeanKeep(-1).AddScalar(1e-5).Sqrt())}}
	}, []string{"Sum1·Mul·Sub·Square·Sum1·Mul·Add·Sqrt·Div"}},
	{"a norm is read when all of it is there", func(g *graph.Graph) [][]graph.Tensor {
		x := g.Input("x", graph.Shape(5000))
		return [][]graph.Tensor{{x.Div(x.Square().SumKeep().Sqrt())}}
	}, []string{"Square·Sum0", "Sqrt", "Div"}},
	{"column sums need all rows", func(g *graph.Graph) [][]graph.Tensor {
		x := g.Input("x", graph.Shape(8, 4))
		return [][]graph.Tensor{{x.Tanh().Sub(x.Tanh().MeanKeep(0))}}
	}, []string{"Tanh·Sum0", "Mul", "Sub"}},
	{"stages do not mix", func(g *graph.Graph) [][]graph.Tensor {
		y := g.Input("x", graph.Shape(8, 4)).Tanh()
		return [][]graph.Tensor{{y}, {y.Neg()}}
	}, []string{"Tanh", "Neg"}},
	{"two products are two groups", func(g *graph.Graph) [][]graph.Tensor {
		x := g.Input("x", graph.Shape(4, 4))
		return [][]graph.Tensor{{x.MatMul(x).Add(x.MatMul(x.Neg()))}}
	}, []string{"Neg", "MatMul", "MatMul·Add"}},
	{"a view parts what reads it", func(g *graph.Graph) [][]graph.Tensor {
		y := g.Input("x", graph.Shape(4, 6)).Tanh()
		return [][]graph.Tensor{{y.Reshape(24).Neg()}}
	}, []string{"Tanh", "Neg"}},
	{"two axes repeat at once: a copy", func(g *graph.Graph) [][]graph.Tensor {
		x, y := g.Input("x", graph.Shape(3, 1, 5)), g.Input("y", graph.Shape(1, 4, 1))
		return [][]graph.Tensor{{x.Add(y)}}
	}, []string{"Broadcast", "Broadcast", "Add"}},
	{"one does not repeat with the others: a copy", func(g *graph.Graph) [][]graph.Tensor {
		x, y := g.Input("x", graph.Shape(3, 1, 5)), g.Input("y", graph.Shape(3, 4, 1))
		return [][]graph.Tensor{{x.Tanh().Add(y.Tanh())}}
	}, []string{"Tanh", "Tanh", "Broadcast", "Add"}},
	{"a scalar output takes memory", func(g *graph.Graph) [][]graph.Tensor {
		return [][]graph.Tensor{{g.Const(2)}}
	}, []string{"2"}},
}

func TestFuse(t *testing.T) {
	for _, f := range fusions {
		t.Run(f.name, func(t *testing.T) {
			g := graph.New()
			var stages []Stage
			for _, outputs := range f.build(g) {
				stages = append(stages, Simplify(outputs...))
			}
			if g.Err() != nil {
				t.Fatal(g.Err())
			}
			p := Fuse(stages...)
			var got []string
			for _, group := range p.Groups {
				var names []string
				for _, m := range append([]graph.Tensor{group.Producer}, group.Members...) {
					if m.Valid() {
						names = append(names, m.Op().Name())
					}
				}
				got = append(got, strings.Join(names, "·"))
			}
			want := slices.Sorted(slices.Values(f.want))
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("groups\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

// TestMatches checks how operands are read over a domain at every split.
func TestMatches(t *testing.T) {
	for _, c := range []struct {
		domain, t []int
		want      string // a digit for each split that serves
	}{
		{[]int{4, 6}, []int{4, 6}, "012"},
		{[]int{4, 6}, nil, "012"},
		{[]int{4, 6}, []int{6}, "1"},
		{[]int{4, 6}, []int{4, 1}, "1"},
		{[]int{4, 6}, []int{1, 6}, "1"},
		{[]int{2, 3, 4}, []int{2, 1, 4}, ""},
		{[]int{2, 3, 4}, []int{3, 4}, "1"},
		{[]int{2, 3, 4}, []int{2, 1, 1}, "1"},
		{[]int{2, 3, 4}, []int{2, 3, 1}, "2"},
		{[]int{2, 1, 4}, []int{1, 1, 4}, "12"},
	} {
		got := ""
		for s := range len(c.domain) + 1 {
			if splitsOf(graph.Shape(c.domain...), graph.Shape(c.t...)).Has(s) {
				got += fmt.Sprint(s)
			}
		}
		if got != c.want {
			t.Errorf("%v over %v: splits %q, want %q", c.t, c.domain, got, c.want)
		}
	}
}
