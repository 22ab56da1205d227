package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
	"descent/internal/kernel/program"
)

// large are layers too large for the naive loops.
var large = []Shape{
	square(28, 5, 1, 32, 1), square(14, 5, 32, 64, 1), square(32, 3, 3, 32, 1), square(16, 3, 64, 128, 1),
	square(16, 3, 64, 128, 2), square(4, 3, 256, 256, 1),
	{N: 64, H: 9, W: 10, C: 200, KH: 3, KW: 3, Out: 200, Groups: 200, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 64, H: 9, W: 10, C: 64, KH: 3, KW: 3, Out: 128, Groups: 4, Pad: [2][2]int{{1, 1}, {1, 1}}},
}

// extreme are layers whose memory is what matters.
var extreme = []Shape{
	{N: 1, H: 1, W: 16000, C: 256, KH: 1, KW: 9, Out: 256, Pad: [2][2]int{{}, {4, 4}}},
	{N: 1, H: 1, W: 16000, C: 64, KH: 1, KW: 2, Out: 64, Dilation: [2]int{1, 512}, Pad: [2][2]int{{}, {512, 0}}},
	{N: 8, H: 224, W: 224, C: 3, KH: 7, KW: 7, Out: 64, Stride: [2]int{2, 2}, Pad: [2][2]int{{3, 3}, {3, 3}}},
	{N: 2, H: 33, W: 33, C: 2048, KH: 3, KW: 3, Out: 256, Dilation: [2]int{12, 12}, Pad: [2][2]int{{12, 12}, {12, 12}}},
	{N: 1, H: 7, W: 7, C: 512, KH: 3, KW: 3, Out: 512, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 1, H: 512, W: 512, C: 64, KH: 3, KW: 3, Out: 64, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 4, H: 112, W: 112, C: 512, KH: 3, KW: 3, Out: 512, Groups: 512, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 4, H: 16, W: 16, C: 512, KH: 3, KW: 3, Out: 512, Groups: 32, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 512, H: 8, W: 8, C: 16, KH: 3, KW: 3, Out: 16, Pad: [2][2]int{{1, 1}, {1, 1}}},
}

// TestConvTiersAgree compares whole layers with AVX2, or plain Go without it,
// and thereby the ways to cut them into tasks.
func TestConvTiersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, s := range large {
		s := s.whole()
		s.N = min(s.N, 10)
		x, w, dy := s.operands(r.Float32)
		var want [3][]float32
		for _, tier := range isa.Tiers()[min(1, len(isa.Tiers())-1):] {
			restore := isa.Use(tier)
			for i, v := range []struct {
				k    kernel.Kernel
				size int
				in   [2][]float32
			}{{s.Forward(), len(dy), [2][]float32{x, w}}, {s.Input(), len(x), [2][]float32{dy, w}}, {s.Weight(), len(w), [2][]float32{x, dy}}} {
				got := kerneltest.Run(t, v.k, v.size, v.in[:]...)
				if want[i] == nil {
					want[i] = got
				}
				equal(t, fmt.Sprintf("%v %+v: result %d", tier, s, i), got, want[i])
			}
			restore()
		}
	}
}

// TestConvBatch checks that an image's result and gradient do not depend on
// the others in the batch, nor on how many there are.
func TestConvBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, s := range large {
		s := s.whole()
		s.N = min(s.N, 9)
		x, w, dy := s.operands(r.Float32)
		y, dx := kerneltest.Run(t, s.Forward(), len(dy), x, w), kerneltest.Run(t, s.Input(), len(x), dy, w)
		one, last := s, s.N-1
		one.N = 1
		equal(t, fmt.Sprintf("%+v: y", s), kerneltest.Run(t, one.Forward(), len(dy)/s.N, x[last*len(x)/s.N:], w), y[last*len(dy)/s.N:])
		equal(t, fmt.Sprintf("%+v: dx", s), kerneltest.Run(t, one.Input(), len(x)/s.N, dy[last*len(dy)/s.N:], w), dx[last*len(x)/s.N:])
	}
}

// TestConvTasks checks that tasks are neither many nor long, and that they
// need little memory.
func TestConvTasks(t *testing.T) {
	for _, s := range append(large, extreme...) {
		s := s.whole()
		for name, k := range map[string]kernel.Kernel{"y": s.Forward(), "dx": s.Input(), "dw": s.Weight()} {
			work, tasks := kernel.CostOf(k).Operations/2, k.Tasks()
			if n := k.Scratch(); n > 1<<20 {
				t.Errorf("%s of %+v needs %d float32 of scratch", name, s, n)
			}
			if n := k.Shared(); n > 2<<20 {
				t.Errorf("%s of %+v shares %d float32", name, s, n)
			}
			most := 3 * maxCost
			if name == "dw" { // its parts are not cut below what is worth a copy of their inputs
				most = 8 * maxCost
			}
			if work > 4<<20 && tasks < 8 || work/tasks > most || work/tasks < minCost/64 {
				t.Errorf("%s of %+v has %d tasks for %d multiply-adds", name, s, tasks, work)
			}
		}
	}
}

// TestConvEpilogue checks that a program over the result is run once for every
// element, and that nothing is allocated.
func TestConvEpilogue(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, s := range shapes {
		x, w, dy := s.operands(r.Float32)
		for _, v := range []struct {
			k    kernel.Follower
			in   []float32
			size int
		}{{s.Forward(), x, len(dy)}, {s.Input(), dy, len(x)}} {
			cols := s.Out
			if v.size == len(x) && &v.in[0] == &dy[0] {
				cols = s.C
			}
			bias := kerneltest.Floats(r, cols, false)
			want := kerneltest.Run(t, v.k, v.size, v.in, w)
			for i := range want {
				want[i] += bias[i%cols]
			}
			b := program.NewBuilder()
			b.Output(b.Add(b.Input(program.Full), b.Input(program.Col)))
			k := v.k.Follow(b.Build())
			c := &kernel.Call{In: kerneltest.Prepared(t, k, [][]float32{v.in, w, bias}), Out: [][]float32{make([]float32, v.size)}, Scratch: make([]float32, k.Scratch())}
			run := func() {
				for i := range k.Tasks() {
					k.Run(i, c)
				}
			}
			if n := testing.AllocsPerRun(1, run); n != 0 {
				t.Errorf("%+v: %v allocations", s, n)
			}
			equal(t, fmt.Sprintf("%+v", s), c.Out[0], want)
		}
	}
}
