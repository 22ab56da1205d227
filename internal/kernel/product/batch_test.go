package product

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// batched returns products whose matrices lie between each other: rows of all
// products of a place side by side.
func batched(dims []int, one Gemm, swap bool) Batch {
	b := Batch{Dims: dims, One: one, Swap: swap}
	count := 1
	for _, d := range dims {
		count *= d
	}
	_, colsA := one.stored()
	colsB := one.N
	if one.TransB {
		colsB = one.K
	}
	b.One.RowA, b.One.RowB, b.One.RowC = count*colsA, count*colsB, count*one.N
	for _, d := range dims {
		count /= d
		b.StepA, b.StepB, b.StepC = append(b.StepA, count*colsA), append(b.StepB, count*colsB), append(b.StepC, count*one.N)
	}
	return b
}

// take copies matrix p out of rows of which each has one row of all matrices.
func take(x []float32, count, p, cols int) (m []float32) {
	for at := p * cols; at < len(x); at += count * cols {
		m = append(m, x[at:at+cols]...)
	}
	return m
}

// TestBatch compares each product with the one that stands alone, bit by bit, on
// every instruction set, with operands and results between each other.
func TestBatch(t *testing.T) {
	for _, dims := range [][]int{{1}, {3}, {2, 5}, {130}} {
		for _, s := range [][3]int{{1, 1, 1}, {5, 3, 7}, {33, 40, 520}, {130, 70, 9}} {
			for _, one := range transposes(s[0], s[1], s[2]) {
				for _, swap := range []bool{false, true} {
					count := 1
					for _, d := range dims {
						count *= d
					}
					if count*one.M*one.N*one.K > 1<<22 {
						continue
					}
					r := rand.New(rand.NewPCG(1, 2))
					b := batched(dims, one, swap)
					a, y := normal(r, count*one.M*one.K), normal(r, count*one.K*one.N)
					want := make([]float32, count*one.M*one.N)
					_, colsA := one.stored()
					for p := range count {
						m := naive(one, take(a, count, p, colsA), take(y, count, p, b.One.RowB/count))
						for i, v := range m {
							want[(i/one.N*count+p)*one.N+i%one.N] = v
						}
					}
					in := [][]float32{a, y}
					if swap {
						in = [][]float32{y, a}
					}
					for _, tier := range isa.Tiers() {
						restore := isa.Use(tier)
						kerneltest.Check(t, fmt.Sprint(dims, one, swap, tier), NewBatch(b), in, want)
						restore()
					}
				}
			}
		}
	}
}

// TestBatchTasks checks that large batches have tasks enough, and small ones few.
func TestBatchTasks(t *testing.T) {
	for _, tt := range []struct{ products, m, n, k, least, most int }{
		{4, 2, 3, 4, 1, 1},
		{14, 256, 3, 16, 1, 1},
		{64, 128, 128, 64, 16, 64},
		{2, 1024, 1024, 1024, 16, 200},
		{2000, 64, 64, 16, 100, 2000},
	} {
		b := NewBatch(batched([]int{tt.products}, Gemm{M: tt.m, N: tt.n, K: tt.k}, false))
		if n := b.Tasks(); n < tt.least || n > tt.most {
			t.Errorf("%+v has %d tasks", tt, n)
		}
	}
}

// TestBatchEpilogue checks that an epilogue works once on each element.
func TestBatchEpilogue(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	one := Gemm{M: 50, N: 13, K: 6}
	plain := batched([]int{7}, one, false)
	a, y, bias := normal(r, 7*50*6), normal(r, 7*6*13), normal(r, 7*13)
	want := run2(NewBatch(plain), 7*50*13, a, y)
	for i := range want {
		want[i] += bias[i%(7*13)]
	}
	kerneltest.Check(t, "with a bias", NewBatch(plain).Follow(addBias{}), [][]float32{a, y, bias}, want)
}

// run2 runs the tasks in order.
func run2(k kernel.Kernel, size int, in ...[]float32) []float32 {
	c := &kernel.Call{In: in, Out: [][]float32{make([]float32, size)}, Scratch: make([]float32, k.Scratch())}
	for i := range k.Tasks() {
		k.Run(i, c)
	}
	return c.Out[0]
}
