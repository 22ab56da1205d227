// Package measure times single kernels, and finds what the machine can do at
// most, so that times can be read as shares of a limit.
package measure

import (
	"fmt"
	"slices"
	"time"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/kernel"
	"descent/internal/plan"
	"descent/internal/rng"
)

// Bind returns a program that runs nothing but k, on buffers of the given
// sizes filled with numbers of (0, 1): in and out say which of them its operands
// are.
func Bind(pool *exec.Pool, k kernel.Kernel, sizes, in, out []int) (*exec.Program, error) {
	p := &plan.Plan{
		Instrs:  []*plan.Instr{{Name: "kernel", Kernel: k, In: in, Out: out, Shared: -1}},
		Waves:   [][]int{{0}},
		Stages:  []int{1},
		Outputs: [][]int{nil},
	}
	var declared []exec.Declaration
	for i, n := range sizes {
		name := fmt.Sprint(i)
		declared = append(declared, exec.Declaration{Name: name, Type: graph.Shape(n)})
		p.Buffers = append(p.Buffers, plan.Buffer{Place: plan.Variable, Key: name, Size: n})
	}
	if n := k.Shared(); n > 0 {
		p.Instrs[0].Shared = len(p.Buffers)
		p.Buffers = append(p.Buffers, plan.Buffer{Size: n})
		p.Arena = n
	}
	if operand, form, size := kernel.Prepared(k); form != nil {
		at := len(p.Buffers)
		p.Buffers = append(p.Buffers, plan.Buffer{Size: size, Offset: p.Arena})
		p.Arena += size
		p.Instrs = append(p.Instrs, &plan.Instr{Name: "prepare", Kernel: form, In: []int{in[operand]}, Out: []int{at}, Shared: -1})
		p.Instrs[0].In = slices.Clone(in)
		p.Instrs[0].In[operand] = at
		p.Waves, p.Stages = [][]int{{1}, {0}}, []int{2}
	}
	store := exec.NewStore(declared)
	for i, name := range store.Names() {
		fill(store.Value(name), uint64(i))
	}
	return exec.Bind(p, store, &exec.Arena{}, pool)
}

// fill sets v to numbers of (0, 1), which repeat where there are many.
func fill(v []float32, stream uint64) {
	n := min(len(v), 1<<16)
	rng.Key{Seed: 1, Stream: stream}.Uniform(v[:n], 0)
	for n < len(v) {
		n += copy(v[n:], v[:n])
	}
}

// least is how often something is run at the least, whatever time there is.
const least = 3

// Median runs f again and again for about the given time, after two runs that
// do not count, and returns the median of what a run took.
func Median(atMost time.Duration, f func()) time.Duration {
	times := repeat(atMost, f)
	return times[len(times)/2]
}

// Best is [Median] with the shortest run in its place: what is possible.
func Best(atMost time.Duration, f func()) time.Duration { return repeat(atMost, f)[0] }

// repeat returns what runs of f took, in ascending order.
func repeat(atMost time.Duration, f func()) []time.Duration {
	f()
	f()
	var times []time.Duration
	for begin := time.Now(); len(times) < least || time.Since(begin) < atMost; {
		start := time.Now()
		f()
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times
}
