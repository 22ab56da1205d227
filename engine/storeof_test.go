package engine_test

import (
	"strings"
	"testing"

	"descent/engine"
	"descent/graph"
)

// TestStoreOf updates the caller's memory, in place.
func TestStoreOf(t *testing.T) {
	g := graph.New()
	w, n := g.Variable("w", graph.Shape(3)), g.Variable("n", graph.Shape())
	plan, err := engine.Compile(g, []graph.Tensor{w.Sum()}, graph.Update{Variable: w, Value: w.Mul(n)}, graph.Update{Variable: n, Value: n.Affine(1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]float32{"w": {1, 2, 3}, "n": {2}}
	store, err := engine.StoreOf(values, plan.Variables()...)
	if err != nil {
		t.Fatal(err)
	}
	program, err := plan.Bind(engine.New(1), store)
	if err != nil {
		t.Fatal(err)
	}
	program.Run()
	values["w"][0] = 10 // seen by the next run
	program.Run()
	if w := values["w"]; w[0] != 30 || w[1] != 12 || w[2] != 18 || values["n"][0] != 4 {
		t.Errorf("w = %v, n = %v", w, values["n"])
	}
	values["w"] = values["w"][:2]
	if _, err := engine.StoreOf(values, plan.Variables()...); err == nil || !strings.Contains(err.Error(), `variable "w": 2 values do not fit [3]`) {
		t.Errorf("error %v", err)
	}
}
