//go:build !amd64 || purego

package kernel

import "descent/internal/kernel/isa"

var vecTiers = [isa.AVX512 + 1]*vecTable{isa.Plain: &plainVec, isa.AVX2: &plainVec, isa.AVX512: &plainVec}
