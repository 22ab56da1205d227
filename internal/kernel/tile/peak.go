package tile

import "descent/internal/fma"

// Peak runs n steps, at most 10000 for a call, of nothing but independent
// multiply-adds on the current tier, and returns how many floating-point
// operations that was: the limit that products are measured against.
func Peak(n int) (operations int) {
	s := Current()
	if s == nil {
		return peakPlain(n)
	}
	s.peak(n)
	return 2 * s.Lanes * s.chains * n
}

// peakPlain runs n steps of the inner loop of products in plain Go, or some more.
func peakPlain(n int) (operations int) {
	var acc [fma.Rows * fma.Cols]fma.Term
	var a [1]float32
	var b [fma.Cols * BlockK]fma.Term
	var at [fma.Rows]int
	for done := 0; done < n; done += BlockK {
		fma.Tile(&acc, BlockK, a[:], &at, 0, b[:])
		operations += 2 * len(acc) * BlockK
	}
	return operations
}
