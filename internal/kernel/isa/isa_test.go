package isa

import (
	"slices"
	"testing"
)

func TestTier(t *testing.T) {
	t.Logf("tiers of this machine: %v, in use: %v", Tiers(), Current())
	for tier := range Count {
		want := tier
		if !slices.Contains(Tiers(), tier) {
			want = Best()
		}
		restore := Use(tier)
		if got := Current(); got != want {
			t.Errorf("Use(%v) on a machine with %v: current tier %v, want %v", tier, Tiers(), got, want)
		}
		restore()
	}
}

// TestNames holds every tier to a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{"": true, Interpreted: true}
	for tier := range Count {
		if seen[tier.String()] {
			t.Errorf("tier %d is named %q", int(tier), tier)
		}
		seen[tier.String()] = true
	}
}

func TestStart(t *testing.T) {
	for _, c := range []struct {
		names     string
		tier      Tier
		interpret bool
	}{
		{"", Best(), false},
		{"sse9", Best(), false},
		{"plain", Plain, false},
		{"avx2", AVX2, false},
		{"avx512", AVX512, false},
		{"interpret", Best(), true},
		{"avx2,interpret", AVX2, true},
		{"interpret,plain", Plain, true},
	} {
		if !slices.Contains(Tiers(), c.tier) {
			c.tier = Best()
		}
		tier, interpret := start(c.names)
		if tier != c.tier || interpret != c.interpret {
			t.Errorf("%s=%s starts with %v, interpret %v; want %v, %v", Environment, c.names, tier, interpret, c.tier, c.interpret)
		}
	}
}
