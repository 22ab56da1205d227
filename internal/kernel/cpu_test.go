package kernel

import "testing"

func TestTier(t *testing.T) {
	t.Logf("best tier of this machine: %v, in use: %v", BestTier(), CurrentTier())
	for tier := Plain; tier <= AVX512; tier++ {
		want := min(tier, BestTier())
		restore := SetTier(tier)
		if got := CurrentTier(); got != want {
			t.Errorf("SetTier(%v) on a machine with %v: current tier %v, want %v", tier, BestTier(), got, want)
		}
		restore()
		if tier <= BestTier() && startTier(tier.String()) != tier {
			t.Errorf("%s=%v starts with %v", tierEnv, tier, startTier(tier.String()))
		}
	}
	for _, name := range []string{"", "sse9"} {
		if got := startTier(name); got != BestTier() {
			t.Errorf("%s=%q starts with %v, want %v", tierEnv, name, got, BestTier())
		}
	}
}
