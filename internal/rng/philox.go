// Package rng provides counter-based random streams: any element of any
// stream is a pure function of its key and index, so nothing but the step
// needs to be saved to continue a run exactly.
//
// Source: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as
// 1, 2, 3", SC 2011, Philox4x32-10.
package rng

import "math/bits"

// Key names one random stream at one point of a run.
type Key struct {
	Seed   uint64 // of the run
	Stream uint64 // who draws; see [Stream]
	Draw   uint32 // how often it has drawn before
}

const (
	mul0, mul1   = 0xD2511F53, 0xCD9E8D57
	weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85
)

// Block returns words 4i to 4i+3 of the stream: Philox4x32-10 of the counter
// (i, Draw, Stream) under the key Seed.
func (k Key) Block(i uint32) [4]uint32 {
	c0, c1, c2, c3 := i, k.Draw, uint32(k.Stream), uint32(k.Stream>>32)
	k0, k1 := uint32(k.Seed), uint32(k.Seed>>32)
	for range 10 {
		hi0, lo0 := bits.Mul32(mul0, c0)
		hi1, lo1 := bits.Mul32(mul1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0, k1 = k0+weyl0, k1+weyl1
	}
	return [4]uint32{c0, c1, c2, c3}
}
