package bench

import (
	"testing"

	"descent/internal/kernel/isa"
	"descent/optim"
)

// TestWeights: all runs end in the same weights on every instruction set, with
// and without machine code, and no two runs in the same.
func TestWeights(t *testing.T) {
	weights := func(workers int) (all []Sum) {
		if err := Weights(t.Context(), workers, func(s Sum) { all = append(all, s) }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	want, seen := weights(0), map[string]string{}
	for _, s := range want {
		if other, ok := seen[s.SHA256]; ok || len(s.SHA256) != 64 {
			t.Errorf("%s and %q end in the weights %s", s.Work, other, s.SHA256)
		}
		seen[s.SHA256] = s.Work
	}
	if len(want) < 6+len(optim.Names()) {
		t.Errorf("%d runs, and %d rules", len(want), len(optim.Names()))
	}
	for _, tier := range isa.Tiers() {
		for _, interpret := range []bool{false, true} {
			useTier, useInterpreter := isa.Use(tier), isa.Interpret(interpret)
			for i, s := range weights(1) {
				if s.SHA256 != want[i].SHA256 {
					t.Errorf("%s: %s with %s, %s with %s", s.Work, s.SHA256, s.Engine, want[i].SHA256, want[i].Engine)
				}
			}
			useInterpreter()
			useTier()
		}
	}
}
