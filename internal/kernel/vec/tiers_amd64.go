//go:build amd64 && !purego

package kernel

import "descent/internal/kernel/isa"

//go:generate sh -c "cd _asm && go run ./vector -dir .."

var vecTiers = [isa.AVX512 + 1]*vecTable{isa.Plain: &plainVec, isa.AVX2: &vec256, isa.AVX512: &vec512}
