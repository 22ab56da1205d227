package explain_test

import (
	"context"
	"math"
	"testing"

	"descent/data"
	"descent/explain"
	"descent/internal/rng"
	"descent/nn"
)

// TestIntervalsCover: of many samples of rows, about 95 % have intervals that hold
// what is true of all rows there could be: shuffling a column costs 2w²σ², and the
// Shapley value is w·(x-E[x]).
func TestIntervalsCover(t *testing.T) {
	if testing.Short() {
		t.Skip("many samples of rows")
	}
	const samples, n = 200, 120
	k := rng.Key{Seed: 8, Stream: rng.Stream("cover")}
	inside := map[string]int{}
	for s := range samples {
		var x, y [][]float32
		for i := range n {
			at := 3 * (s*n + i)
			a, b := k.Normal(at), k.Normal(at+1)
			x = append(x, []float32{float32(a), float32(b)})
			y = append(y, []float32{float32(2*a + b + 0.5*k.Normal(at+2))})
		}
		source, err := data.FromTargets(x, y)
		if err != nil {
			t.Fatal(err)
		}
		m := network(t, source.Spec(), nn.Sequential{nn.Dense{Units: 1}}, map[string][]float64{"0.dense.weight": {2, 1}}, map[string][]int{"0.dense.weight": {2, 1}, "0.dense.bias": {1}})
		e := explainer(t, m, explain.Config{Seed: uint64(s), Samples: 2 * n, Workers: 2})
		rows := read(t, e, source)
		importance, err := e.Importance(context.Background(), rows)
		if err != nil {
			t.Fatal(err)
		}
		reasons, err := e.Row(context.Background(), []float32{1, -1}, rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range importance.Columns {
			w := map[string]float64{"x0": 2, "x1": 1}[c.Columns[0]]
			for _, i := range []struct {
				what string
				of   explain.Interval
				true float64
			}{
				{"cost of " + c.Columns[0], c.Costs[0].Interval, 2 * w * w},
				{"fall of r² by " + c.Columns[0], c.Costs[1].Interval, 2 * w * w / 5.25},
				{"share of x0", reasons.Columns[0].Shapley[0], 2},
			} {
				if i.of.Low <= i.true && i.true <= i.of.High {
					inside[i.what]++
				}
			}
		}
	}
	inside["share of x0"] /= 2 // counted beside each column
	for what, n := range inside {
		// Three standard errors, and 2 % for how few rows a group has.
		if share := float64(n) / samples; math.Abs(share-0.95) > 3*math.Sqrt(0.95*0.05/samples)+0.02 {
			t.Errorf("%.3f of the intervals of the %s hold it, want 0.95", share, what)
		} else {
			t.Logf("%s: %.3f", what, share)
		}
	}
}
