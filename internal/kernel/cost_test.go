package kernel

import (
	"testing"

	"descent/internal/formula"
)

func TestCost(t *testing.T) {
	b := NewBuilder()
	x, bias := b.Input(Full), b.Input(Col)
	b.Output(b.Binary(formula.Max, b.Add(x, bias), b.Const(0)))
	relu := b.Build()

	sums := NewBuilder()
	sums.SumAll(sums.Square(sums.Input(Full)))
	norm := sums.Build()

	conv := Conv{N: 2, H: 8, W: 6, C: 3, KH: 3, KW: 3, Out: 5, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Pad: [2][2]int{{1, 1}, {1, 1}}, Groups: 1}
	taps := 2 * 8 * 6 * 27 * 5
	image, result, weight := 2*8*6*3, 2*8*6*5, 27*5

	for _, row := range []struct {
		name              string
		k                 Kernel
		operations, words int
	}{
		{"product", Gemm{M: 3, N: 5, K: 7}, 2 * 3 * 5 * 7, 3*7 + 7*5 + 3*5},
		{"product, bias and rectifier", Gemm{M: 3, N: 5, K: 7}.with(relu), 2*3*5*7 + 2*15, 3*7 + 7*5 + 5 + 3*5},
		{"bias and rectifier", relu.Kernel(3, 5), 2 * 15, 15 + 5 + 15},
		{"norm", norm.Kernel(4, 8), 2 * 32, 32 + 1},
		{"convolution", conv.Forward(), 2 * taps, image + weight + result},
		{"gradient of the input", conv.Input(), 2 * taps, image + weight + result},
		{"gradient of the weight", conv.Weight(), 2 * taps, image + weight + result},
		{"pool", &Pool{PoolShape: PoolShape{N: 1, H: 4, W: 4, C: 2, OH: 2, OW: 2, Window: [2]int{2, 2}, Stride: [2]int{2, 2}}}, 32, 32 + 8},
		{"pool of a corner", &Pool{PoolShape: PoolShape{N: 3, H: 9, W: 9, C: 2, OH: 1, OW: 1, Window: [2]int{2, 1}, Stride: [2]int{9, 9}}}, 12, 12 + 6},
		{"move", &Move{Dims: []int{4, 5}, Strides: []int{1, 4}}, 0, 40},
		{"rows of a table", &Gather{Count: 3, Rows: 9, Width: 4}, 0, 3 * 9},
	} {
		got := CostOf(row.k)
		if want := (Cost{row.operations, 4 * row.words}); got != want {
			t.Errorf("%s: %+v, want %+v", row.name, got, want)
		}
	}
}

// TestCostOfStrides counts the taps of a gradient through a stride one by one.
func TestCostOfStrides(t *testing.T) {
	s := Conv{N: 1, H: 7, W: 5, C: 2, KH: 3, KW: 2, Out: 3, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}, Groups: 1}
	oh, ow := s.Size()
	taps := 0 // that phases of equal length would have, zeros included
	for _, y := range convInputAxis(s.H, s.KH, 2, 1, 0) {
		for _, x := range convInputAxis(s.W, s.KW, 2, 1, 0) {
			taps += y.count * y.taps * x.count * x.taps
		}
	}
	if got := CostOf(s.Input()).Operations; got != 2*taps*2*3 {
		t.Errorf("%d operations, want %d", got, 2*taps*2*3)
	}
	if got := CostOf(s.Forward()).Operations; got != 2*oh*ow*3*2*2*3 {
		t.Errorf("forward: %d operations", got)
	}
}

func (g Gemm) with(p *Program) Kernel { return (&g).Follow(p) }
