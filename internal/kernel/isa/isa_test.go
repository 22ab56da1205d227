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
	}
}

func TestStart(t *testing.T) {
	for _, c := range []struct {
		names     string
		tier      Tier
		interpret bool
	}{
		{"", BestTier(), false},
		{"sse9", BestTier(), false},
		{"plain", Plain, false},
		{"avx2", min(AVX2, BestTier()), false},
		{"avx512", BestTier(), false},
		{"interpret", BestTier(), true},
		{"avx2,interpret", min(AVX2, BestTier()), true},
		{"interpret,plain", Plain, true},
	} {
		if BestTier() < AVX2 && c.tier > Plain {
			continue
		}
		tier, interpret := start(c.names)
		if tier != c.tier || interpret != c.interpret {
			t.Errorf("%s=%s starts with %v, interpret %v; want %v, %v", tierEnv, c.names, tier, interpret, c.tier, c.interpret)
		}
	}
}
