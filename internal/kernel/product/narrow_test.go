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

// narrowed returns random values that a format holds, and the matrix of them.
func narrowed(r *rand.Rand, m tile.Narrow) (values, words []float32) {
	values, words = normal(r, m.Inner*m.Columns), make([]float32, m.Words())
	scales := make([]float32, m.Columns)
	for j := range scales {
		scales[j] = r.Float32() / 40
	}
	m.Pack(words, values, m.Columns, 1, scales)
	column := make([]float32, m.Inner)
	for j := range m.Columns {
		m.Column(column, words, j)
		for k, v := range column {
			values[k*m.Columns+j] = v
		}
	}
	return values, words
}

// TestNarrow compares products by narrow weights with those by the float32 that these
// mean, bit by bit, on every instruction set.
func TestNarrow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, format := range []tile.Format{tile.BF16, tile.Int8} {
		for _, n := range []int{1, 17, 40, 128, 300} {
			for _, k := range []int{1, 513, 1100} {
				values, words := narrowed(r, tile.Narrow{Format: format, Inner: k, Columns: n})
				for _, m := range []int{1, 3, 4, 33} {
					g := Gemm{M: m, N: n, K: k, Narrow: format}
					a := normal(r, m*k)
					eachTier(t, func(t *testing.T) { equal(t, g, run(t, g, a, words), naive(Gemm{M: m, N: n, K: k}, a, values)) })
				}
			}
		}
	}
}

// TestNarrowEdge has narrow weights and the row at the end of memory.
func TestNarrowEdge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, format := range []tile.Format{tile.BF16, tile.Int8} {
		for _, n := range []int{1, 16, 40, 200} {
			g := Gemm{M: 1, N: n, K: 520, Narrow: format}
			values, words := narrowed(r, tile.Narrow{Format: format, Inner: g.K, Columns: n})
			a, b := kerneltest.Edge(t, g.K), kerneltest.Edge(t, len(words))
			copy(a, normal(r, g.K))
			copy(b, words)
			eachTier(t, func(t *testing.T) { equal(t, g, run(t, g, a, b), naive(Gemm{M: 1, N: n, K: g.K}, a, values)) })
		}
	}
}

// BenchmarkNarrow is one row by the weights of 784-512-256, of as many such networks in
// turn as take more memory than a cache of the second level.
func BenchmarkNarrow(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, s := range [][3]int{{1, 512, 784}, {1, 256, 512}, {1, 2048, 2048}, {32, 512, 784}} {
		for _, copies := range []int{1, 16} {
			for _, format := range []tile.Format{tile.Float32, tile.BF16, tile.Int8} {
				g := Gemm{M: s[0], N: s[1], K: s[2], Narrow: format}
				values, words := narrowed(r, tile.Narrow{Format: max(format, tile.BF16), Inner: g.K, Columns: g.N})
				if format == tile.Float32 {
					words = values
				}
				var all [][]float32
				for range copies {
					all = append(all, append([]float32(nil), words...))
				}
				c := &kernel.Call{In: [][]float32{normal(r, g.M*g.K), nil}, Out: [][]float32{make([]float32, g.M*g.N)}, Scratch: make([]float32, g.Scratch())}
				b.Run(fmt.Sprintf("%dx%dx%d/format%d/copies%d/%v", g.M, g.N, g.K, format, copies, isa.Current()), func(b *testing.B) {
					for n := 0; b.Loop(); n++ {
						c.In[1] = all[n%copies]
						for i := range g.Tasks() {
							g.Run(i, c)
						}
					}
					b.ReportMetric(4*float64(len(words))*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GB/s")
				})
			}
		}
	}
}
