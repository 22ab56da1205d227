//go:build arm64 && !purego

package tile

import "descent/internal/kernel/isa"

// sets are the micro-kernels in assembly.
var sets = [isa.Count]*Set{
	isa.NEON: {
		Lanes: 4, Tiles: &tiles128, Common: 2, Packers: &packers128, Rows: [5]int{8, 8, 6, 3, 1}, Transpose: transpose128,
		depths: &depths128, depthRows: [3]int{8, 8, 4}, threes: threes128, linears: &linears128, ones: &ones128, wideners: &wideners128, peak: peak128, chains: 24,
	},
}
