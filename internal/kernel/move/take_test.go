package move

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel/kerneltest"
)

// TestTake takes columns, alone, in runs and again and again, and adds them back.
func TestTake(t *testing.T) {
	for _, columns := range [][]int{
		{0}, {2}, {0, 1, 2}, {2, 1, 0}, {1, 1, 1, 1}, {0, 0, 1, 2, 2, 2, 0, 1}, make([]int, 20000),
	} {
		for _, rows := range []int{1, 3, 9000} {
			if rows*len(columns) > 1<<20 {
				continue
			}
			r := rand.New(rand.NewPCG(5, 6))
			x, dy := make([]float32, rows*3), make([]float32, rows*len(columns))
			for i := range x {
				x[i] = r.Float32()
			}
			for i := range dy {
				dy[i] = r.Float32()
			}
			y, dx := make([]float32, len(dy)), make([]float32, len(x))
			for i := range y {
				from := i/len(columns)*3 + columns[i%len(columns)]
				y[i] = x[from]
				dx[from] += dy[i]
			}
			what := fmt.Sprint(rows, " rows of ", len(columns), " columns")
			kerneltest.Check(t, "take "+what, NewTake(rows, 3, columns), [][]float32{x}, y)
			kerneltest.Check(t, "add "+what, &TakeAdd{rows, 3, columns}, [][]float32{dy}, dx)
		}
	}
}
