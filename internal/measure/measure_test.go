package measure_test

import (
	"testing"
	"time"

	"descent/internal/exec"
	"descent/internal/kernel"
	"descent/internal/kernel/conv"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/product"
	"descent/internal/measure"
)

func TestMeasure(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	for _, tier := range isa.Tiers() {
		restore := isa.Use(tier)
		l, err := measure.Measure(pool, time.Millisecond, 1<<12)
		restore()
		if err != nil {
			t.Fatal(err)
		}
		if !(l.Operations > 1e6 && l.Read > 1e6 && l.Update > 1e6) || l.Operations > 1e15 {
			t.Errorf("%v: limits %+v", tier, l)
		}
	}
}

func TestHandOver(t *testing.T) {
	if d := measure.HandOver(time.Millisecond); d <= 0 || d > time.Minute {
		t.Errorf("a hand-over takes %v", d)
	}
}

func TestShare(t *testing.T) {
	l := measure.Limits{Operations: 100, Read: 10, Update: 5}
	for _, row := range []struct {
		cost    kernel.Cost
		seconds float64
		want    float64
	}{
		{kernel.Cost{Operations: 50, Bytes: 1}, 1, 0.5},
		{kernel.Cost{Operations: 50, Bytes: 8}, 1, 0.8},
		{kernel.Cost{Operations: 50, Bytes: 8}, 2, 0.4},
		{kernel.Cost{Operations: 50}, 0, 0},
		{kernel.Cost{}, 1, 0},
	} {
		if got := l.Share(row.cost.Operations, row.cost.Bytes, row.seconds); got != row.want {
			t.Errorf("%+v in %v s: %v, want %v", row.cost, row.seconds, got, row.want)
		}
	}
}

// TestBind runs a product with known operands and with shared memory.
func TestBind(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	conv := conv.Shape{N: 4, H: 32, W: 32, C: 8, KH: 3, KW: 3, Out: 16, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Pad: [2][2]int{{1, 1}, {1, 1}}, Groups: 1}
	for _, row := range []struct {
		k     kernel.Kernel
		sizes []int
	}{
		{product.Gemm{M: 40, N: 30, K: 20}, []int{800, 600, 1200}},
		{conv.Weight(), []int{4 * 32 * 32 * 8, 4 * 32 * 32 * 16, 9 * 8 * 16}},
	} {
		p, err := measure.Bind(pool, row.k, row.sizes, []int{0, 1}, []int{2})
		if err != nil {
			t.Fatal(err)
		}
		runs := 0
		if d := measure.Median(time.Microsecond, func() { p.Run(0); runs++ }); d <= 0 || runs < 3 {
			t.Errorf("%d runs of %v", runs, d)
		}
	}
}
