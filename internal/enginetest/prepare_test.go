package enginetest

import (
	"testing"

	"descent/graph"
	"descent/internal/exec"
)

// TestPrepare trains weights that kernels read in forms of their own, made
// anew in each stage: of variables, and of a value that the step computes.
func TestPrepare(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Shape(2, 5, 6, 16))
	same := graph.Conv{Pad: [2][2]int{{1, 1}, {1, 1}}}
	v, w := g.Variable("v", graph.Shape(3, 3, 16, 16)), g.Variable("w", graph.Shape(3, 3, 16, 16))
	y := x.Conv2D(v, same).Tanh().Conv2D(w.Square(), same).Conv2D(v, same)
	loss := y.Square().Mean()
	d := graph.Gradient(loss, v, w)
	c := Case{
		Graph: g, Stages: [][]graph.Tensor{{loss}, {d[0].Square().Sum()}, {}},
		Updates: []graph.Update{{Variable: v, Value: v.Sub(d[0])}, {Variable: w, Value: w.Sub(d[1])}},
		Values:  map[string][]float32{},
	}
	for name, n := range map[string]int{"v": 9 * 256, "w": 9 * 256, "x": 2 * 30 * 16} {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32((i*7+n+int(name[0]))%19)/30 - 0.3
		}
		c.Values[name] = values
	}
	pool := exec.NewPool(2)
	defer pool.Close()
	if err := c.Check(pool); err != nil {
		t.Error(err)
	}
	if err := c.CheckBits(); err != nil {
		t.Error(err)
	}
}
