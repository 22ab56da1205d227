//go:build arm64 && !purego

package vec

import "descent/internal/kernel/isa"

// tiers are the tables of assembly.
var tiers = [isa.Count]*Table{isa.NEON: &table128}
