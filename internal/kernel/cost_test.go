package kernel_test

import (
	"testing"

	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/conv"
	"descent/internal/kernel/move"
	"descent/internal/kernel/pool"
	"descent/internal/kernel/product"
	"descent/internal/kernel/program"
)

func TestCost(t *testing.T) {
	b := program.NewBuilder()
	x, bias := b.Input(program.Full), b.Input(program.Col)
	b.Output(b.Binary(formula.Max, b.Add(x, bias), b.Const(0)))
	relu := b.Build()

	sums := program.NewBuilder()
	sums.SumAll(sums.Square(sums.Input(program.Full)))
	norm := sums.Build()

	image := conv.Shape{N: 2, H: 8, W: 6, C: 3, KH: 3, KW: 3, Out: 5, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Pad: [2][2]int{{1, 1}, {1, 1}}, Groups: 1}
	taps := 2 * 8 * 6 * 27 * 5
	pixels, result, weight := 2*8*6*3, 2*8*6*5, 27*5

	for _, row := range []struct {
		name              string
		k                 kernel.Kernel
		operations, words int
	}{
		{"product", product.Gemm{M: 3, N: 5, K: 7}, 2 * 3 * 5 * 7, 3*7 + 7*5 + 3*5},
		{"product, bias and rectifier", follow(product.Gemm{M: 3, N: 5, K: 7}, relu), 2*3*5*7 + 2*15, 3*7 + 7*5 + 5 + 3*5},
		{"bias and rectifier", relu.Kernel(3, 5), 2 * 15, 15 + 5 + 15},
		{"norm", norm.Kernel(4, 8), 2 * 32, 32 + 1},
		{"convolution", image.Forward(), 2 * taps, pixels + weight + result},
		{"gradient of the input", image.Input(), 2 * taps, pixels + weight + result},
		{"gradient of the weight", image.Weight(), 2 * taps, pixels + weight + result},
		{"pool", &pool.Pool{Shape: pool.Shape{N: 1, H: 4, W: 4, C: 2, OH: 2, OW: 2, Window: [2]int{2, 2}, Stride: [2]int{2, 2}}}, 32, 32 + 8},
		{"pool of a corner", &pool.Pool{Shape: pool.Shape{N: 3, H: 9, W: 9, C: 2, OH: 1, OW: 1, Window: [2]int{2, 1}, Stride: [2]int{9, 9}}}, 12, 12 + 6},
		{"move", &move.Strided{Dims: []int{4, 5}, Strides: []int{1, 4}}, 0, 40},
		{"rows of a table", &move.Gather{Count: 3, Rows: 9, Width: 4}, 0, 3 * 9},
	} {
		got := kernel.CostOf(row.k)
		if want := (kernel.Cost{Operations: row.operations, Bytes: 4 * row.words}); got != want {
			t.Errorf("%s: %+v, want %+v", row.name, got, want)
		}
	}
}

func follow(g product.Gemm, p *program.Program) kernel.Kernel { return g.Follow(p) }
