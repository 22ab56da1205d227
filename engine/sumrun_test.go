package engine_test

import (
	"fmt"
	"testing"

	"descent/engine"
	"descent/graph"
	"descent/internal/pairwise"
)

// TestSumRun adds the squares of a tensor up in runs: the sum has the bits of that of all.
func TestSumRun(t *testing.T) {
	e := engine.New(1)
	for _, dims := range [][]int{{1}, {100}, {16384}, {16385}, {120, 301}, {129, 1024}, {7, 11, 999}} {
		g := graph.New()
		x := g.Variable("x", graph.Shape(dims...))
		n := x.Type().Size()
		run := engine.SumRun(n)
		square := x.Mul(x).Reshape(-1)
		outputs := []graph.Tensor{x.Mul(x).Sum()}
		for from := 0; from < n; from += run {
			outputs = append(outputs, square.Slice(0, from, min(n, from+run)).Reshape(1, -1).Sum(1))
		}
		plan, err := engine.Compile(g, outputs)
		if err != nil {
			t.Fatal(err)
		}
		store := engine.NewStore(plan.Variables()...)
		for i := range store.Value("x") {
			store.Value("x")[i] = float32(i*i%1013)/97 - 3
		}
		p, err := plan.Bind(e, store)
		if err != nil {
			t.Fatal(err)
		}
		p.Run()
		var terms []float32
		for i := range outputs[1:] {
			terms = append(terms, p.Output(i + 1)[0])
		}
		if got, want := pairwise.Sum(terms), p.Output(0)[0]; got != want {
			t.Errorf("%s, %d runs: %v, want %v", fmt.Sprint(dims), len(terms), got, want)
		}
	}
}
