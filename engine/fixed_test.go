package engine_test

import (
	"slices"
	"strings"
	"testing"

	"descent/engine"
	"descent/graph"
)

// TestFixed binds a convolution, whose kernel reads its filter in another form, to values
// that do not change: for several sizes at once, with the same results.
func TestFixed(t *testing.T) {
	var plans []*engine.Plan
	for rows := 1; rows < 3; rows++ {
		g := graph.New()
		w := g.Variable("w", graph.Shape(3, 3, 16, 40))
		y := g.Input("x", graph.Shape(rows, 6, 7, 16)).Conv2D(w, graph.Conv{})
		p, err := engine.Compile(g, []graph.Tensor{y.ReLU(), w.Sum()})
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	store := engine.NewStore(plans[0].Variables()...)
	for i := range store.Value("w") {
		store.Value("w")[i] = float32(i%17) - 8
	}
	x := make([]float32, 2*6*7*16)
	for i := range x {
		x[i] = float32(i%11) - 5
	}
	fixed := store.Fixed()
	for i, p := range plans {
		var want []float32
		for _, s := range []*engine.Store{store, fixed} {
			e := engine.New(2)
			program, err := p.Bind(e, s)
			if err != nil {
				t.Fatal(err)
			}
			if err := program.Feed("x", x[:(i+1)*6*7*16]); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				program.Run()
				if want == nil {
					want = slices.Clone(program.Output(0))
				} else if !slices.Equal(program.Output(0), want) {
					t.Errorf("%d rows: other results", i+1)
				}
			}
			e.Close()
		}
	}

	g := graph.New()
	w := g.Variable("w", graph.Shape(3, 3, 16, 40))
	p, err := engine.Compile(g, nil, graph.Update{Variable: w, Value: w.Scale(0.5)})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(1)
	defer e.Close()
	if _, err := p.Bind(e, fixed); err == nil || !strings.Contains(err.Error(), `variable "w" is updated`) {
		t.Errorf("an update of what does not change: %v", err)
	}
}
