package product

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
	"descent/internal/kernel/tile"
)

// BenchmarkFMAPeak is the limit that BenchmarkGemm is read against.
func BenchmarkFMAPeak(b *testing.B) {
	for _, tier := range isa.Tiers()[1:] {
		b.Run(tier.String(), func(b *testing.B) {
			defer isa.Use(tier)()
			operations := 0
			for b.Loop() {
				operations += tile.Peak(10000)
			}
			b.ReportMetric(float64(operations)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}

// BenchmarkGemm runs all tasks of the products of the 784-512-256-10 network,
// and of square ones, on one worker.
func BenchmarkGemm(b *testing.B) {
	var all []Gemm
	add := func(m, n, k int, ta, tb bool) { all = append(all, Gemm{M: m, N: n, K: k, TransA: ta, TransB: tb}) }
	for _, batch := range []int{1, 16, 32, 100, 128, 512, 2048} {
		for _, layer := range [][2]int{{784, 512}, {512, 256}, {256, 10}} {
			add(batch, layer[1], layer[0], false, false) // forward
			add(layer[0], layer[1], batch, true, false)  // gradient of the weights
			add(batch, layer[0], layer[1], false, true)  // gradient of the input
		}
	}
	for _, n := range []int{1024, 2048} {
		add(n, n, n, false, false)
		add(n, n, n, true, false)
		add(n, n, n, false, true)
	}
	r := rand.New(rand.NewPCG(15, 16))
	for _, g := range all {
		mode := map[bool]string{true: "t", false: "n"}
		b.Run(fmt.Sprintf("%dx%dx%d%s%s", g.M, g.N, g.K, mode[g.TransA], mode[g.TransB]), func(b *testing.B) {
			in, prepare := kerneltest.Preparing(g, [][]float32{normal(r, g.M*g.K), normal(r, g.K*g.N)})
			c := &kernel.Call{In: in, Out: [][]float32{make([]float32, g.M*g.N)}, Scratch: make([]float32, g.Scratch())}
			for b.Loop() {
				prepare()
				for i := range g.Tasks() {
					g.Run(i, c)
				}
			}
			work := 2 * float64(g.M) * float64(g.N) * float64(g.K) * float64(b.N)
			b.ReportMetric(work/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			b.ReportMetric(float64(g.Tasks()), "tasks")
		})
	}
}
