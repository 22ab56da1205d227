//go:build amd64 && !purego

package tile

import "descent/internal/kernel/isa"

// sets are the micro-kernels in assembly.
var sets = [isa.Count]*Set{
	isa.AVX2: {
		Lanes: 8, Tiles: &tiles256, Common: 1, Packers: &packers256, Rows: [5]int{6, 6, 2, 1}, Transpose: transpose256,
		depths: &depths256, depthRows: [3]int{8, 4, 3}, threes: threes256, linears: &linears256, ones: &ones256, wideners: &wideners256, peak: peak256, chains: 12,
	},
	isa.AVX512: {
		Lanes: 16, Tiles: &tiles512, Common: 1, Packers: &packers512, Rows: [5]int{14, 14, 6, 3, 1}, Transpose: transpose512,
		depths: &depths512, depthRows: [3]int{8, 8, 4}, threes: threes512, linears: &linears512, ones: &ones512, wideners: &wideners512, peak: peak512, chains: 12,
	},
}
