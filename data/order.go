package data

import "descent/internal/rng"

// Order returns the rows 0 to n-1 shuffled for one epoch of a run. It is a
// pure function, so a resumed run draws the same.
func Order(n int, seed uint64, epoch int) []int {
	rows := natural(n)
	rng.Key{Seed: seed, Stream: rng.Stream("order"), Draw: uint32(epoch)}.Shuffle(rows)
	return rows
}
