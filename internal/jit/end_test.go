//go:build linux && (amd64 || arm64) && !purego

package jit_test

import (
	"os"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"descent/internal/jit"
)

// TestEndOfMemory runs loops over rows of all lengths around a round that end
// where memory ends, and rows that start where it starts: nothing beside them
// may be touched, not even read.
func TestEndOfMemory(t *testing.T) {
	page := os.Getpagesize()
	floats := func() []float32 {
		memory, err := unix.Mmap(-1, 0, 3*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Munmap(memory) })
		for _, guard := range [][]byte{memory[:page], memory[2*page:]} {
			if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
		return unsafe.Slice((*float32)(unsafe.Pointer(&memory[page])), page/4)
	}
	x, y := floats(), floats()
	for i := range x {
		x[i] = float32(i)
	}
	sums := make([]float32, jit.Step)
	for _, target := range targets(t) {
		l := jit.NewLoop()
		v := l.Add(l.Load(0), l.Load(0))
		l.Store(1, v)
		l.Accumulate(2, v, l.Add)
		text, err := l.Assemble(target)
		if err != nil {
			t.Fatal(err)
		}
		code, err := jit.Load(text.Code)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 3*jit.Step; n++ {
			for _, start := range []int{0, len(x) - n} {
				clear(y)
				clear(sums)
				a := jit.Args{Rows: 1}
				a.SetLine(n)
				a.Streams[0].At, a.Streams[1].At = unsafe.Pointer(&x[start]), unsafe.Pointer(&y[start])
				a.Streams[2].At = unsafe.Pointer(&sums[0])
				code.Run(&a)
				want := make([]float32, jit.Step)
				for i := range y {
					var twice float32
					if i >= start && i < start+n {
						twice = 2 * x[i]
						want[(i-start)%jit.Step] += twice
					}
					if y[i] != twice {
						t.Fatalf("%v, %d elements from %d on: element %d is %v, want %v", target, n, start, i, y[i], twice)
					}
				}
				for i := range want {
					if sums[i] != want[i] {
						t.Fatalf("%v, %d elements from %d on: lane %d is %v, want %v", target, n, start, i, sums[i], want[i])
					}
				}
			}
		}
	}
}
