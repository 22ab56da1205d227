package jit_test

import (
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/cpu"

	"descent/internal/jit"
)

// targets are those that this machine runs.
func targets(t *testing.T) (all []*jit.Target) {
	if !jit.Available() {
		t.Skip("this system or build runs no code made at run time")
	}
	for _, x := range []struct {
		target *jit.Target
		runs   bool
	}{
		{jit.AVX2, cpu.X86.HasAVX2 && cpu.X86.HasFMA},
		{jit.AVX512, cpu.X86.HasAVX512DQ},
		{jit.NEON, runtime.GOARCH == "arm64"},
	} {
		if x.runs {
			all = append(all, x.target)
		}
	}
	t.Logf("targets of this machine: %v", all)
	return all
}

// TestLoop runs y = x·number + row number + sums of ten streams, and the sum
// of y along rows, over rows of all lengths around a round. All values are
// small whole numbers, so any order of sums is exact.
func TestLoop(t *testing.T) {
	const rows, most, more = 3, 40, jit.MaxStreams - 4 // more streams than pointers in registers
	for _, target := range targets(t) {
		l := jit.NewLoop()
		y := l.FMA(l.Load(0), l.Number(1), l.RowNumber(1))
		for i := range more {
			y = l.Add(y, l.Load(4+i))
		}
		l.Store(2, y)
		l.Reduce(3, 0, y, l.Add)
		text, err := l.Assemble(target)
		if err != nil {
			t.Fatal(err)
		}
		code, err := jit.Load(text.Code)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= most; n++ {
			x, out := make([]float32, rows*n), make([]float32, rows*n+1)
			ones, sums := make([]float32, most), make([]float32, rows)
			numbers, perRow := []float32{0, 2}, []float32{100, 200, 300}
			for i := range x {
				x[i] = float32(i)
			}
			for i := range ones {
				ones[i] = 1
			}
			spill := make([]float32, text.Spill+1)
			a := jit.Args{Rows: rows, Numbers: unsafe.Pointer(&numbers[0]), Spill: unsafe.Pointer(&spill[0])}
			a.SetLine(n)
			a.Streams[0] = jit.Stream{At: unsafe.Pointer(&x[0]), Stride: 4 * n}
			a.Streams[1] = jit.Stream{At: unsafe.Pointer(&perRow[0]), Stride: 4}
			a.Streams[2] = jit.Stream{At: unsafe.Pointer(&out[0]), Stride: 4 * n}
			a.Streams[3] = jit.Stream{At: unsafe.Pointer(&sums[0]), Stride: 4}
			for i := range more {
				a.Streams[4+i] = jit.Stream{At: unsafe.Pointer(&ones[0])}
			}
			code.Run(&a)
			for r := range rows {
				var sum float32
				for i := range n {
					want := float32(2*(r*n+i) + 100*(r+1) + more)
					if got := out[r*n+i]; got != want {
						t.Fatalf("%v, row %d of %d elements, element %d: %v, want %v", target, r, n, i, got, want)
					}
					sum += want
				}
				if sums[r] != sum {
					t.Errorf("%v, row %d of %d elements: sum %v, want %v", target, r, n, sums[r], sum)
				}
			}
			if out[rows*n] != 0 {
				t.Errorf("%v, %d elements: writes behind the last row", target, n)
			}
		}
	}
}
