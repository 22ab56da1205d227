package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/plan"
)

// cached is a step that puts a row into a cache, a variable, and looks at all of it.
func cached() enginetest.Case {
	g := graph.New()
	cache, row := g.Variable("cache", dims(1, 40, 3)), g.Input("row", dims(1, 1, 3))
	all := cache.SetRows(row, g.Scalar("at", nil))
	return enginetest.Case{
		Graph: g, Stages: [][]graph.Tensor{{all.Square().Sum(1)}},
		Updates: []graph.Update{{Variable: cache, Value: all}},
		Values:  map[string][]float32{"cache": make([]float32, 120), "row": {1, 2, 3}},
	}
}

// TestSetRowsInPlace checks that a cache is written where it is, and read after that.
func TestSetRowsInPlace(t *testing.T) {
	c := cached()
	p, err := plan.Compile(c.Graph, c.Stages, c.Updates)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range p.Instrs {
		for _, b := range in.Out {
			if in.Name == "Copy" || p.Buffers[b].Size == 120 && p.Buffers[b].Place != plan.Variable {
				t.Errorf("the cache is copied:\n%v", p)
			}
		}
	}
	pool := exec.NewPool(2)
	defer pool.Close()
	run, store, err := c.Bind(pool)
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{0, 0, 0}
	for _, at := range []int{3, 0, 39, 3, 40} {
		run.Scalars()[0] = float32(at)
		run.Run(0)
		if at < 40 && at != 3 || want[0] == 0 {
			want = []float32{want[0] + 1, want[1] + 4, want[2] + 9}
		}
		if got := run.Output(0, 0); !slices.Equal(got, want) {
			t.Errorf("after row %d the sums of squares are %v, want %v", at, got, want)
		}
	}
	if got := fmt.Sprint(store.Value("cache")[9:12]); got != "[1 2 3]" {
		t.Errorf("row 3 is %s", got)
	}
	if n := testing.AllocsPerRun(5, func() { run.Run(0) }); n != 0 {
		t.Errorf("%v allocations in a run", n)
	}
}
