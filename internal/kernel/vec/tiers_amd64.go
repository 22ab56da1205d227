//go:build amd64 && !purego

package vec

import "descent/internal/kernel/isa"

// tiers are the tables of assembly.
var tiers = [isa.Count]*Table{isa.AVX2: &table256, isa.AVX512: &table512}
