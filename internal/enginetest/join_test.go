package enginetest

import (
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/exec"
)

// TestJoin concatenates what products and convolutions of other sizes make, which they
// write where it belongs unless something else reads it.
func TestJoin(t *testing.T) {
	for name, tt := range map[string]struct {
		read   bool // the first branch is an output, too
		copied bool
	}{"nothing is copied": {false, false}, "one is read": {true, true}} {
		g := graph.New()
		x := g.Input("x", graph.Shape(2, 7, 6, 16))
		same := graph.Conv{Pad: [2][2]int{{1, 1}, {1, 1}}}
		a := x.Conv2D(g.Variable("a", graph.Shape(1, 1, 16, 5)), graph.Conv{}).Add(g.Variable("bias", graph.Shape(5))).ReLU()
		b := x.Conv2D(g.Variable("b", graph.Shape(3, 3, 16, 19)), same).ReLU()
		c := x.Conv2D(g.Variable("c", graph.Shape(1, 1, 16, 33)), graph.Conv{})
		y := a.Concat(-1, b, c)
		outputs := []graph.Tensor{y.Square(), y.Conv2D(g.Variable("d", graph.Shape(1, 1, 57, 3)), graph.Conv{})}
		if tt.read {
			outputs = append(outputs, a)
		}
		all := Case{Graph: g, Stages: [][]graph.Tensor{outputs}, Values: map[string][]float32{}}
		for name, n := range map[string]int{"x": 2 * 42 * 16, "a": 16 * 5, "bias": 5, "b": 9 * 16 * 19, "c": 16 * 33, "d": 57 * 3} {
			values := make([]float32, n)
			for i := range values {
				values[i] = float32((i*7+n+int(name[0]))%19)/30 - 0.3
			}
			all.Values[name] = values
		}
		pool := exec.NewPool(2)
		p, _, err := all.Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		if copied := strings.Contains(p.Plan().String(), "Concat"); copied != tt.copied {
			t.Errorf("%s: a copy is %v in\n%v", name, copied, p.Plan())
		}
		if err := all.Check(pool); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		pool.Close()
		if err := all.CheckBits(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
