//go:build (!amd64 && !arm64) || purego

package tile

import "descent/internal/kernel/isa"

var sets [isa.Count]*Set
