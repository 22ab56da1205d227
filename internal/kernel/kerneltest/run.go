package kerneltest

import (
	"math"
	"slices"
	"testing"

	"descent/internal/kernel"
)

// Run runs all tasks, the last one first, between guards and with memory full
// of NaN, on operands in the forms that k reads, and fails where anything but
// the result, of that size, was written.
func Run(t *testing.T, k kernel.Kernel, size int, in ...[]float32) []float32 {
	t.Helper()
	const guard = 19
	room := func(n int) (all, inner []float32) {
		all = make([]float32, n+2*guard)
		for i := range all {
			all[i] = math.Float32frombits(0x7FC00000 + uint32(i))
		}
		return all, all[guard : guard+n : guard+n]
	}
	out, result := room(size)
	scratch, s := room(k.Scratch())
	shared, sh := room(k.Shared())
	call := &kernel.Call{In: Prepared(t, k, in), Out: [][]float32{result}, Scratch: s, Shared: sh}
	for i := k.Tasks() - 1; i >= 0; i-- {
		k.Run(i, call)
	}
	if f, ok := k.(kernel.Finisher); ok {
		f.Finish(call)
	}
	for name, s := range map[string][]float32{"result": out, "scratch": scratch, "shared": shared} {
		for i := range guard {
			for _, at := range []int{i, len(s) - 1 - i} {
				if math.Float32bits(s[at]) != 0x7FC00000+uint32(at) {
					t.Fatalf("%+v wrote outside %s, %d from its end", k, name, guard-i)
				}
			}
		}
	}
	return result
}

// Prepared returns the operands in the forms that k reads.
func Prepared(t *testing.T, k kernel.Kernel, in [][]float32) [][]float32 {
	t.Helper()
	operand, form, size := kernel.Prepared(k)
	if form == nil {
		return in
	}
	in = slices.Clone(in)
	in[operand] = Run(t, form, size, in[operand])
	return in
}

// Preparing returns the operands in the forms that k reads, and what brings
// them there, for benchmarks that count it.
func Preparing(k kernel.Kernel, in [][]float32) (forms [][]float32, prepare func()) {
	operand, form, size := kernel.Prepared(k)
	if form == nil {
		return in, func() {}
	}
	c := &kernel.Call{In: [][]float32{in[operand]}, Out: [][]float32{make([]float32, size)}, Scratch: make([]float32, form.Scratch())}
	in = slices.Clone(in)
	in[operand] = c.Out[0]
	return in, func() {
		for i := range form.Tasks() {
			form.Run(i, c)
		}
	}
}

// Check runs the tasks of k from the last to the first, between guards, and
// fails where bits are not those wanted, or where it allocates.
func Check(t *testing.T, what string, k kernel.Kernel, in [][]float32, want []float32) {
	t.Helper()
	out, all := Guarded(len(want), 1)
	scratch, allScratch := Guarded(k.Scratch(), 3)
	c := &kernel.Call{Out: [][]float32{out}, In: in, Scratch: scratch}
	allocs := testing.AllocsPerRun(1, func() {
		Fill(out, float32(math.NaN())) // all of it is written
		for i := k.Tasks() - 1; i >= 0; i-- {
			Fill(scratch, float32(math.NaN()))
			k.Run(i, c)
		}
	})
	if allocs > 0 {
		t.Errorf("%s: %g allocations", what, allocs)
	}
	CheckGuards(t, what, all, len(want), 1)
	CheckGuards(t, what, allScratch, len(scratch), 3)
	for i, w := range want {
		if math.Float32bits(out[i]) != math.Float32bits(w) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, out[i], w)
		}
	}
}
