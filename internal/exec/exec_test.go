package exec_test

import (
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/plan"
)

// steps is a small step of three stages with a product, a norm and an update.
func steps(n int) enginetest.Case {
	g := graph.New()
	x, w := g.Input("x", graph.Shape(n, n)), g.Variable("w", graph.Shape(n, n))
	y := x.MatMul(w).Tanh()
	loss := y.Square().Mean()
	d := graph.Gradient(loss, w)[0]
	norm := d.Square().Sum()
	c := enginetest.Case{
		Graph:   g,
		Stages:  [][]graph.Tensor{{loss}, {norm}, {}},
		Updates: []graph.Update{{Variable: w, Value: w.Sub(d.Mul(g.Scalar("rate", nil)).Div(norm.AddScalar(1).Sqrt()))}},
		Values:  map[string][]float32{"x": make([]float32, n*n), "w": make([]float32, n*n)},
		Scalars: []float32{0.5},
	}
	for i := range n * n {
		c.Values["x"][i] = float32(i*7%13) / 13
		c.Values["w"][i] = float32(i*5%11)/11 - 0.5
	}
	return c
}

func TestRunAllocatesNothing(t *testing.T) {
	for workers := 1; workers <= 4; workers++ {
		pool := exec.NewPool(workers)
		p, _, err := steps(150).Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		run := func() {
			for s := range 3 {
				p.Run(s)
			}
			p.SetScalars(1)
		}
		if n := testing.AllocsPerRun(20, run); n != 0 {
			t.Errorf("%d workers: %v allocations in a run", workers, n)
		}
		pool.Close()
	}
}

// TestManyTinyRuns runs a small and a larger step in turn, with pauses in
// which helpers park, and compares the bits of one worker and of several.
func TestManyTinyRuns(t *testing.T) {
	count := 1500
	if testing.Short() {
		count = 200
	}
	var want []float32
	for workers := 1; workers <= 4; workers++ {
		pool := exec.NewPool(workers)
		small, store, err := steps(8).Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		large, wide, err := steps(140).Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		for i := range count {
			for s := range 3 {
				small.Run(s)
				if i%50 == 0 {
					large.Run(s)
				}
			}
			if i%300 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		pool.Close()
		got := append(append([]float32(nil), store.Value("w")...), wide.Value("w")...)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers end in other bits than one", workers)
		}
	}
}

// TestSharedPool has two goroutines run programs of their own in one pool.
func TestSharedPool(t *testing.T) {
	pool := exec.NewPool(3)
	defer pool.Close()
	var wait sync.WaitGroup
	results := make([][]float32, 4)
	for i := range results {
		p, store, err := steps(130).Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			for range 20 {
				for s := range 3 {
					p.Run(s)
				}
			}
			results[i] = store.Value("w")
		})
	}
	wait.Wait()
	for i, r := range results {
		if !slices.Equal(r, results[0]) {
			t.Errorf("goroutine %d ended in other bits", i)
		}
	}
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		pool := exec.NewPool(4)
		p, _, err := steps(130).Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		p.Run(0)
		pool.Close()
		pool.Close() // twice does no harm
		p.Run(0)     // a closed pool runs alone
	}
	for i := 0; runtime.NumGoroutine() > before; i++ { // the last ones are on their way out
		if i == 60_000 { // a minute
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}

// TestCollectorPause bounds how long a pass over 16M elements keeps the
// collector waiting: kernels must come back often. The bound is far above
// what it takes, about 0.1 ms, and a busy machine has a minute to keep it.
func TestCollectorPause(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 128 MiB")
	}
	const n = 16 << 20
	g := graph.New()
	v := g.Variable("v", graph.Shape(n))
	c := enginetest.Case{
		Graph:   g,
		Stages:  [][]graph.Tensor{{v.Square().Sum()}},
		Updates: []graph.Update{{Variable: v, Value: v.Tanh().Exp().Scale(0.3).AddScalar(0.1)}},
	}
	pool := exec.NewPool(2)
	defer pool.Close()
	p, _, err := c.Bind(pool)
	if err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				p.Run(0)
			}
		}
	}()
	const collections, bound = 10, 20 * time.Millisecond
	median := time.Hour
	for began := time.Now(); median > bound && time.Since(began) < time.Minute; {
		for range collections {
			runtime.GC()
			time.Sleep(5 * time.Millisecond)
		}
		var stats debug.GCStats
		debug.ReadGCStats(&stats)
		pauses := slices.Clone(stats.Pause[:min(collections, len(stats.Pause))])
		slices.Sort(pauses)
		median = pauses[len(pauses)/2]
		t.Logf("pauses: median %v, longest %v", median, pauses[len(pauses)-1])
	}
	close(stop)
	<-done
	if median > bound {
		t.Errorf("the median pause is %v", median)
	}
}

func TestBindErrors(t *testing.T) {
	pool := exec.NewPool(1)
	defer pool.Close()
	c := steps(4)
	p, err := plan.Compile(c.Graph, c.Stages, c.Updates)
	if err != nil {
		t.Fatal(err)
	}
	empty := exec.NewStore(nil)
	if _, err := exec.Bind(p, empty, &exec.Arena{}, pool); err == nil || !strings.Contains(err.Error(), `variable "w" has 0 values in the store, the plan takes 16`) {
		t.Errorf("binding to an empty store: %v", err)
	}
	program, store, err := c.Bind(pool)
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Feed("x", make([]float32, 3)); err == nil || !strings.Contains(err.Error(), `input "x" takes 16 values, not 3`) {
		t.Errorf("feeding too few values: %v", err)
	}
	if err := program.Feed("unknown", nil); err != nil {
		t.Errorf("feeding what the plan does not use: %v", err)
	}
	if program.Slot("rate") != 0 || program.Slot("none") != -1 {
		t.Error("slots of scalars")
	}
	other := exec.NewStore([]exec.Declaration{{Name: "w", Type: graph.Shape(2)}})
	if err := store.Copy(other); err == nil || !strings.Contains(err.Error(), `"w"`) {
		t.Errorf("copying from a store of other sizes: %v", err)
	}
	twin := store.Clone()
	twin.Value("w")[0]++
	if twin.Value("w")[0] == store.Value("w")[0] || !slices.Equal(twin.Names(), store.Names()) || twin.Type("w") != store.Type("w") {
		t.Error("a clone is not a store of its own")
	}
	if err := store.Copy(twin); err != nil || !slices.Equal(store.Value("w"), twin.Value("w")) {
		t.Errorf("copying a clone back: %v", err)
	}
}
