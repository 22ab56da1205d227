//go:build (!amd64 && !arm64) || purego

package vec

import "descent/internal/kernel/isa"

var tiers [isa.Count]*Table
