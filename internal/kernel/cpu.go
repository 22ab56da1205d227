package kernel

import (
	"fmt"
	"os"
	"sync/atomic"
)

// Tier is a level of instruction set. A higher tier computes the same bits
// faster.
type Tier int

const (
	Plain  Tier = iota // Go without assembly
	AVX2               // AVX2 and FMA, 8 lanes
	AVX512             // AVX-512 F, DQ, BW and VL, 16 lanes
)

// tierEnv is the environment variable that forces a lower tier: plain, avx2
// or avx512.
const tierEnv = "DESCENT_CPU"

// String returns the name that DESCENT_CPU takes.
func (t Tier) String() string {
	switch t {
	case Plain:
		return "plain"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return fmt.Sprintf("Tier(%d)", int(t))
}

// current is the tier in use. It is atomic only so that a test may change it
// beside idle workers; on amd64 the load costs what any load costs.
var current atomic.Int32

func init() { current.Store(int32(startTier(os.Getenv(tierEnv)))) }

// startTier is the tier that a process starts with: the best one, or a lower
// one by name. A name that is unknown, or above what the machine has, leaves
// the best one.
func startTier(name string) Tier {
	for t := Plain; t <= BestTier(); t++ {
		if name == t.String() {
			return t
		}
	}
	return BestTier()
}

// BestTier is the highest tier that this machine and build can run.
func BestTier() Tier { return bestTier }

// CurrentTier is the tier in use.
func CurrentTier() Tier { return Tier(current.Load()) }

// SetTier switches to tier t, or to [BestTier] where t is above it, and
// returns a function that switches back. It is for tests that run the same
// work on every tier; it must not be called while kernels run.
func SetTier(t Tier) (restore func()) {
	old := current.Swap(int32(max(Plain, min(t, BestTier()))))
	return func() { current.Store(old) }
}
