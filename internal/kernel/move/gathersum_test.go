package move

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// TestGatherSum sums rows by weights and spreads them back, numbers outside and weights
// of 0 among them.
func TestGatherSum(t *testing.T) {
	for _, s := range []GatherSum{{1, 1, 1, 1}, {40, 5, 7, 3}, {300, 40, 60, 17}, {9, 100, 1000, 129}, {20, 3, 5, 20000}} {
		r := rand.New(rand.NewPCG(3, 4))
		n := s.Count * s.Each
		table, dy, labels, weights := make([]float32, s.Rows*s.Width), make([]float32, s.Count*s.Width), make([]float32, n), make([]float32, n)
		for _, values := range [][]float32{table, dy, weights} {
			for i := range values {
				values[i] = r.Float32()
			}
		}
		for i := range labels {
			labels[i] = float32(r.IntN(s.Rows+2) - 1)
			if i%7 == 6 {
				weights[i] = 0
			}
		}
		labels[0] = float32(math.NaN())
		y, sum := make([]float32, len(dy)), make([]float32, len(table))
		for i, l := range labels {
			if !(l >= 0 && l < float32(s.Rows)) || weights[i] == 0 {
				continue
			}
			for k := range s.Width {
				in, out := &table[int(l)*s.Width+k], i/s.Each*s.Width+k
				y[out] += float32(weights[i] * *in)
				sum[int(l)*s.Width+k] += float32(weights[i] * dy[out])
			}
		}
		for _, tier := range isa.Tiers() {
			restore := isa.Use(tier)
			kerneltest.Check(t, fmt.Sprint("gather ", s, tier), &s, [][]float32{table, labels, weights}, y)
			scatter := ScatterSum(s)
			kerneltest.Check(t, fmt.Sprint("scatter ", s, tier), &scatter, [][]float32{labels, weights, dy}, sum)
			restore()
		}
	}
}

// BenchmarkGatherSum is of 1,024 n-grams in each of 256 texts, for two classes.
func BenchmarkGatherSum(b *testing.B) {
	g := GatherSum{256, 1024, 65535, 2}
	r := rand.New(rand.NewPCG(3, 4))
	table, dy := make([]float32, g.Rows*g.Width), make([]float32, g.Count*g.Width)
	labels, weights := make([]float32, g.Count*g.Each), make([]float32, g.Count*g.Each)
	for i := range labels {
		labels[i], weights[i] = float32(r.IntN(g.Rows)), r.Float32()
	}
	scatter, gather := ScatterSum(g), Gather{g.Count * g.Each, g.Rows, 1}
	for _, of := range []struct {
		name string
		kernel.Kernel
		in  [][]float32
		out []float32
	}{
		{"sum", &g, [][]float32{table, labels, weights}, dy},
		{"scatter", &scatter, [][]float32{labels, weights, dy}, make([]float32, len(table))},
		{"gather", &gather, [][]float32{table, labels}, make([]float32, len(labels))},
	} {
		b.Run(of.name, func(b *testing.B) {
			call := kernel.Call{In: of.in, Out: [][]float32{of.out}}
			for b.Loop() {
				for i := range of.Tasks() {
					of.Run(i, &call)
				}
			}
		})
	}
}
