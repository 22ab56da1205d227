package exec

import (
	"testing"
	"time"

	"descent/graph"
	"descent/internal/plan"
)

// TestHelpersPark checks that helpers without work sleep, and that a run wakes
// them again.
func TestHelpersPark(t *testing.T) {
	const workers = 4
	pool := NewPool(workers)
	defer pool.Close()
	g := graph.New()
	v := g.Variable("v", graph.Shape(1<<18))
	p, err := plan.Compile(g, [][]graph.Tensor{nil}, []graph.Update{{Variable: v, Value: v.Tanh()}})
	if err != nil {
		t.Fatal(err)
	}
	program, err := Bind(p, NewStore([]Declaration{{Name: "v", Type: v.Type()}}), &Arena{}, pool)
	if err != nil {
		t.Fatal(err)
	}
	parked := func() {
		t.Helper()
		for i := range pool.helpers {
			for wait := 0; !pool.helpers[i].parked.Load(); wait++ {
				if wait == 60_000 {
					t.Fatalf("helper %d does not park", i)
				}
				time.Sleep(time.Millisecond)
			}
		}
	}
	parked()
	for range 3 {
		program.Run(0)
		parked()
		if s := pool.state.Load(); s != 0 {
			t.Fatalf("after a run the pool's state is %#x", s)
		}
	}
}
