package bench

import (
	"fmt"

	"descent/internal/exec"
	"descent/internal/kernel"
	"descent/internal/kernel/conv"
	"descent/internal/kernel/product"
	"descent/internal/measure"
)

// gemms are the products that a step of the networks mlp and wide consists of,
// m × n × k, and a square one.
var gemms = []struct {
	product.Gemm
	scales bool // measured with one worker too
}{
	{product.Gemm{M: 1024, N: 1024, K: 1024}, true},
	{product.Gemm{M: 1, N: 512, K: 784}, false},
	{product.Gemm{M: 32, N: 512, K: 784}, true},
	{product.Gemm{M: 128, N: 512, K: 784}, true},
	{product.Gemm{M: 784, N: 512, K: 128, TransA: true}, true},
	{product.Gemm{M: 128, N: 512, K: 256, TransB: true}, false},
	{product.Gemm{M: 128, N: 10, K: 256}, false},
	{product.Gemm{M: 256, N: 10, K: 128, TransA: true}, false},
	{product.Gemm{M: 2048, N: 512, K: 784}, false},
	{product.Gemm{M: 32, N: 2048, K: 2048}, false},
	{product.Gemm{M: 128, N: 2048, K: 2048}, false},
	{product.Gemm{M: 2048, N: 2048, K: 128, TransA: true}, false},
	{product.Gemm{M: 128, N: 2048, K: 2048, TransB: true}, false},
}

// gemmName is m × n × k and what is transposed.
func gemmName(g product.Gemm) string {
	name := fmt.Sprintf("gemm/%dx%dx%d", g.M, g.N, g.K)
	switch {
	case g.TransA:
		name += "/ta"
	case g.TransB:
		name += "/tb"
	}
	return name
}

func (b *bench) gemmRows() (all []workload) {
	for _, g := range gemms {
		name, sizes := gemmName(g.Gemm), []int{g.M * g.K, g.K * g.N, g.M * g.N}
		all = append(all, workload{name, func() error {
			for _, pool := range b.pools() {
				if pool == b.one && !g.scales && b.pool.Workers() > 1 {
					continue
				}
				if err := b.kernelRow(pool, name, g.Gemm, sizes); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	return all
}

// convs are the convolutions of the networks lenet and convbn at a batch of
// 64.
var convs = []struct {
	name            string
	size, k, c, out int
	first           bool // nobody asks for the gradient of its input
}{
	{"lenet-1", 28, 5, 1, 32, true},
	{"lenet-2", 14, 5, 32, 64, false},
	{"convbn-1", 32, 3, 3, 32, true},
	{"convbn-2", 32, 3, 32, 64, false},
	{"convbn-3", 16, 3, 64, 128, false},
	{"convbn-4", 8, 3, 128, 128, false},
}

// convRows measures results, gradients of the input and of the weight.
func (b *bench) convRows() (all []workload) {
	for _, v := range convs {
		pad := [2]int{v.k / 2, v.k / 2}
		s := conv.Shape{N: 64, H: v.size, W: v.size, C: v.c, KH: v.k, KW: v.k, Out: v.out,
			Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Pad: [2][2]int{pad, pad}, Groups: 1}
		x, y, w := s.N*s.H*s.W*s.C, s.N*s.H*s.W*s.Out, s.KH*s.KW*s.C*s.Out
		for _, part := range []struct {
			name  string
			k     kernel.Kernel
			sizes []int
			skip  bool
		}{
			{"y", s.Forward(), []int{x, w, y}, false},
			{"dx", s.Input(), []int{y, w, x}, v.first},
			{"dw", s.Weight(), []int{x, y, w}, false},
		} {
			if !part.skip {
				name := "conv/" + v.name + "/" + part.name
				all = append(all, workload{name, func() error { return b.kernelRow(b.pool, name, part.k, part.sizes) }})
			}
		}
	}
	return all
}

// kernelRow measures a kernel of two operands and one result of the given
// sizes.
func (b *bench) kernelRow(pool *exec.Pool, name string, k kernel.Kernel, sizes []int) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	p, err := measure.Bind(pool, k, sizes, []int{0, 1}, []int{2})
	if err != nil {
		return err
	}
	d := measure.Median(b.Each, func() { p.Run(0) })
	b.emit(b.row(name, pool.Workers(), d, kernel.CostOf(k)))
	return nil
}
