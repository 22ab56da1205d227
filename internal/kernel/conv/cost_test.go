package conv

import (
	"testing"

	"descent/internal/kernel"
)

// TestCostOfStrides counts the taps of a gradient through a stride one by one.
func TestCostOfStrides(t *testing.T) {
	s := Shape{N: 1, H: 7, W: 5, C: 2, KH: 3, KW: 2, Out: 3, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}, Groups: 1}
	oh, ow := s.Size()
	taps := 0 // that phases of equal length would have, zeros included
	for _, y := range inputAxis(s.H, s.KH, 2, 1, 0) {
		for _, x := range inputAxis(s.W, s.KW, 2, 1, 0) {
			taps += y.count * y.taps * x.count * x.taps
		}
	}
	if got := kernel.CostOf(s.Input()).Operations; got != 2*taps*2*3 {
		t.Errorf("%d operations, want %d", got, 2*taps*2*3)
	}
	if got := kernel.CostOf(s.Forward()).Operations; got != 2*oh*ow*3*2*2*3 {
		t.Errorf("forward: %d operations", got)
	}
}
