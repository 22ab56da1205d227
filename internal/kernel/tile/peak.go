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

// peakPlain runs n steps of the inner loop of products in plain Go.
func peakPlain(n int) (operations int) {
	var acc, x [16]float32
	for range n {
		fma.Row(acc[:], 1, x[:])
	}
	return 2 * len(acc) * n
}
