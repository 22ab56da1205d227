package grid

import (
	"hash/maphash"

	"descent/data/internal/scratch"
)

// hashBytes is how much memory hashes take that count distinct cells: where there are
// more, the column is read again for each part of them.
const hashBytes = 1 << 25

// Distinct returns how many different cells a column holds among those that a
// condition accepts. Cells are told apart by hashes of 64 bits.
func (g *Grid) Distinct(col int, of func(cell []byte) bool) int {
	total, parts := 0, uint64(1)
	for part := uint64(0); part < parts; part++ {
		n, more := g.distinctIn(col, of, part, parts)
		for ; more; n, more = g.distinctIn(col, of, part, parts) { // begin again with smaller parts, and the same first cells
			parts *= 2
			part *= 2
		}
		total += n
	}
	return total
}

// distinctIn is Distinct of the cells of a part, unless there are too many.
func (g *Grid) distinctIn(col int, of func(cell []byte) bool, part, parts uint64) (n int, more bool) {
	var met hashSet
	most := int(scratch.Budget(hashBytes, 16) / 32) // with room in the table, and while it grows
	g.Tallies(col, true, func(t Tally) bool {
		hash := maphash.Bytes(seed, t.Text)
		if parts > 1 && hash>>32*parts>>32 != part || !of(t.Text) {
			return true
		}
		met.add(hash)
		more = met.n > most
		return !more
	})
	return met.n, more
}

// hashSet is a set of hashes.
type hashSet struct {
	n    int
	zero bool // is one of them
	slot []uint64
}

// add takes a hash into the set.
func (s *hashSet) add(hash uint64) {
	if hash == 0 {
		if !s.zero {
			s.zero = true
			s.n++
		}
		return
	}
	if 2*(s.n+1) > len(s.slot) {
		before := s.slot
		*s = hashSet{zero: s.zero, slot: make([]uint64, max(1<<10, 2*len(before)))}
		if s.zero {
			s.n = 1
		}
		for _, h := range before {
			if h != 0 {
				s.add(h)
			}
		}
	}
	mask := uint64(len(s.slot) - 1)
	at := hash & mask
	for s.slot[at] != 0 {
		if s.slot[at] == hash {
			return
		}
		at = (at + 1) & mask
	}
	s.slot[at] = hash
	s.n++
}
