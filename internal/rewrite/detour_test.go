package rewrite_test

import (
	"testing"

	"descent/internal/enginetest"
	"descent/internal/rewrite"
)

// TestDetour compares the search for what lies between two groups, which ends
// early, with one that walks through everything, in random graphs.
func TestDetour(t *testing.T) {
	seeds := uint64(100)
	if testing.Short() {
		seeds = 40
	}
	total := 0
	for seed := range seeds {
		c := enginetest.Random(seed, 8+int(seed%30))
		var stages []rewrite.Stage
		for _, stage := range c.Stages {
			stages = append(stages, rewrite.Simplify(stage...))
		}
		last := len(stages) - 1
		for _, u := range c.Updates {
			stages[last] = append(stages[last], rewrite.Simplify(u.Value)...)
		}
		found, err := rewrite.CheckDetours(stages...)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		total += found
	}
	if total < 1000 {
		t.Errorf("only %d detours in all graphs", total)
	}
}
