//go:build !amd64 || purego

package vec

import "descent/internal/kernel/isa"

var tiers [isa.Count]*Table
