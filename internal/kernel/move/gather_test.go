package move

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// TestGather looks rows up and adds them back, numbers outside among them.
func TestGather(t *testing.T) {
	for _, s := range []Gather{{1, 1, 1}, {40, 7, 3}, {5000, 40, 17}, {9, 1000, 129}, {100, 3, 20000}} {
		r := rand.New(rand.NewPCG(3, 4))
		table, dy, labels := make([]float32, s.Rows*s.Width), make([]float32, s.Count*s.Width), make([]float32, s.Count)
		for i := range table {
			table[i] = r.Float32()
		}
		for i := range dy {
			dy[i] = r.Float32()
		}
		for i := range labels {
			labels[i] = float32(r.IntN(s.Rows+2) - 1)
		}
		labels[0] = float32(math.NaN())
		y, sum := make([]float32, s.Count*s.Width), make([]float32, len(table))
		for i, l := range labels {
			if l >= 0 && l < float32(s.Rows) {
				for j := range s.Width {
					y[i*s.Width+j] = table[int(l)*s.Width+j]
					sum[int(l)*s.Width+j] += dy[i*s.Width+j]
				}
			}
		}
		for _, tier := range isa.Tiers() {
			restore := isa.Use(tier)
			kerneltest.Check(t, fmt.Sprint("gather ", s, tier), &s, [][]float32{table, labels}, y)
			add := ScatterAdd(s)
			kerneltest.Check(t, fmt.Sprint("scatter ", s, tier), &add, [][]float32{labels, dy}, sum)
			restore()
		}
	}
}
