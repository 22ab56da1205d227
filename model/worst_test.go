package model

import (
	"cmp"
	"slices"
	"testing"

	"descent/data"
	"descent/internal/network"
	"descent/internal/rng"
	"descent/objective"
)

// TestWorst compares the rows kept, batch by batch, with a sort of all.
func TestWorst(t *testing.T) {
	k := rng.Key{Seed: 3, Stream: rng.Stream("worst")}
	type row struct {
		row  int
		loss float64
	}
	var all []row
	var r Report
	n := &network.Network{Objective: objective.Objective{{Task: data.Classification}}}
	for first := 0; first < 200; first += 40 {
		losses, predictions := make([]float32, 40), make([]float32, 80)
		for i := range losses {
			losses[i] = float32(int(20*k.Normal(first+i))) / 4 // with many that are equal
			predictions[2*i] = float32(first + i)
			all = append(all, row{first + i, float64(losses[i])})
		}
		r.keepWorst(n, first, losses, predictions)
	}
	slices.SortStableFunc(all, func(a, b row) int { return cmp.Compare(b.loss, a.loss) })
	if len(r.Worst) != mostWorst {
		t.Fatalf("%d rows are kept", len(r.Worst))
	}
	for i, s := range r.Worst {
		if s.Row != all[i].row || s.Loss != all[i].loss || s.Prediction[0] != float64(s.Row) {
			t.Errorf("place %d: row %d with loss %v and prediction %v, want row %d with %v", i, s.Row, s.Loss, s.Prediction, all[i].row, all[i].loss)
		}
	}
}
