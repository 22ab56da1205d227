package scratch

import (
	"math"
	"runtime/debug"
)

// Budget returns how many bytes something may take in memory: at most so many, and no
// more than a share of what GOMEMLIMIT allows, if that is set.
func Budget(most, share int64) int64 {
	limit := debug.SetMemoryLimit(-1)
	if limit == math.MaxInt64 {
		return most
	}
	return min(most, limit/share)
}
