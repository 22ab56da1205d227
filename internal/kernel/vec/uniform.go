package vec

import "descent/internal/rng"

// uniformGroup is how many numbers the assembly draws at once.
const uniformGroup = 32

// Uniform fills dst with elements start, start+1, ... of the stream, equal to
// [rng.Key.Uniform]: whole groups of blocks at once, the ends one by one.
func (v *Table) Uniform(key rng.Key, dst []float32, start int) {
	if head := min(len(dst), -start&3); head > 0 {
		key.Uniform(dst[:head], start)
		dst, start = dst[head:], start+head
	}
	if n := len(dst) &^ (uniformGroup - 1); n > 0 {
		v.uniformBlocks(dst[:n], uint32(start/4), key.Draw,
			uint32(key.Stream), uint32(key.Stream>>32), uint32(key.Seed), uint32(key.Seed>>32))
		dst, start = dst[n:], start+n
	}
	key.Uniform(dst, start)
}

func uniformBlocksPlain(dst []float32, block, draw, stream0, stream1, seed0, seed1 uint32) {
	key := rng.Key{Seed: uint64(seed1)<<32 | uint64(seed0), Stream: uint64(stream1)<<32 | uint64(stream0), Draw: draw}
	key.Uniform(dst, int(block)*4)
}
