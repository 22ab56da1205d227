package graph_test

import (
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
)

// TestGradientOfSlices: the gradient of what is cut into slices is that of its parts,
// whether they are all of it, lie apart or overlap, and has no padded ones to add up
// where they lie side by side.
func TestGradientOfSlices(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spans  [][2]int
		whole  bool // the use of all beside them
		joined bool
	}{
		{"all, in another order", [][2]int{{2, 4}, {0, 2}, {4, 7}}, false, true},
		{"some", [][2]int{{1, 2}, {2, 5}}, false, true},
		{"apart", [][2]int{{0, 2}, {3, 7}}, false, false},
		{"overlapping", [][2]int{{0, 4}, {3, 7}}, false, false},
		{"beside the whole", [][2]int{{0, 4}, {4, 7}}, true, false},
	} {
		g := graph.New()
		x := g.Input("x", graph.Shape(3, 7, 2))
		loss := g.Const(0).BroadcastTo(graph.Shape())
		if tt.whole {
			loss = x.Square().Sum()
		}
		for i, s := range tt.spans {
			part := x.Slice(1, s[0], s[1])
			loss = loss.Add(part.Mul(part).Scale(float64(i + 1)).Sum())
		}
		dx := graph.Gradient(loss, x)[0]
		if g.Err() != nil {
			t.Fatal(g.Err())
		}
		values := map[string][]float64{}
		want := make([]float64, 42)
		for i := range want {
			v := float64(i*i*7%11)/5 - 1
			values["x"] = append(values["x"], v)
			if tt.whole {
				want[i] += 2 * v
			}
			for k, s := range tt.spans {
				if at := i / 2 % 7; at >= s[0] && at < s[1] {
					want[i] += 2 * v * float64(k+1)
				}
			}
		}
		ref, engine := enginetest.Both(t, values, 0, dx)
		enginetest.Compare(t, tt.name, ref[0], want, 1e-12, 1e-12)
		enginetest.Compare(t, tt.name, engine[0], want, 1e-6, 1e-6)
		ops := ""
		for _, n := range graph.Sorted(dx) {
			ops += n.Op().Name() + " "
		}
		if got := strings.Contains(ops, "Concat"); got != tt.joined {
			t.Errorf("%s: %s", tt.name, ops)
		}
	}
}
