package enginetest

import (
	"math"
	"testing"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/plan"
	"descent/internal/reference"
)

// Both computes outputs in float64 and by the engine; values are those of all
// inputs and variables by name.
func Both(t *testing.T, values map[string][]float64, draw uint32, outputs ...graph.Tensor) (float64s, engine [][]float64) {
	t.Helper()
	g := outputs[0].Graph()
	p, err := plan.Compile(g, [][]graph.Tensor{outputs}, nil)
	if err != nil {
		t.Fatal(err)
	}
	float64s, err = reference.Run(reference.Env{Values: values, Seed: 5, Draw: draw}, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	var declared []exec.Declaration
	inputs := map[string][]float32{}
	for _, x := range graph.Sorted(outputs...) {
		switch op := x.Op().(type) {
		case graph.Variable:
			declared = append(declared, exec.Declaration{Name: op.Key, Type: op.Typ})
		case graph.Input:
			inputs[op.Key] = make([]float32, op.Typ.Size())
		}
	}
	store := exec.NewStore(declared)
	set := func(name string, to []float32) {
		for i, v := range values[name] {
			to[i] = float32(v)
		}
	}
	for _, name := range store.Names() {
		set(name, store.Value(name))
	}
	pool := exec.NewPool(2)
	defer pool.Close()
	prog, err := exec.Bind(p, store, &exec.Arena{}, pool)
	if err != nil {
		t.Fatal(err)
	}
	for name, to := range inputs {
		set(name, to)
		if err := prog.Feed(name, to); err != nil {
			t.Fatal(err)
		}
	}
	prog.Random(5, draw)
	prog.Run(0)
	for i := range outputs {
		var out []float64
		for _, v := range prog.Output(0, i) {
			out = append(out, float64(v))
		}
		engine = append(engine, out)
	}
	return float64s, engine
}

// Compare asks |got - want| ≤ rel·|want| + abs for every element.
func Compare(t *testing.T, what string, got, want []float64, rel, abs float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= rel*math.Abs(want[i])+abs) {
			t.Errorf("%s: element %d = %v, want %v, off by %.3g", what, i, got[i], want[i], d)
		}
	}
}
