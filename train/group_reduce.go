package train

import (
	"fmt"

	"descent/internal/pairwise"
)

// Reduction says how the members of Config.Group add up their gradients. Alone it means
// nothing.
type Reduction uint8

const (
	// Exact adds micro-batches up as a tree whose form depends on how many there are
	// alone, so that any number of members trains to the same bits.
	Exact Reduction = iota

	// Fast adds up those of each member first, and then the members' sums, by
	// [dist.AllReducer] if the group is one. There is less to send where micro-batches do not divide
	// among members as a tree does. Results depend on the number of members by
	// rounding, and with AllReducer on how it adds.
	Fast
)

var reductionNames = []string{"exact", "fast"}

// ParseReduction reads exact or fast.
func ParseReduction(text string) (Reduction, error) {
	return named[Reduction]("reduction", text, reductionNames)
}

// Reductions returns the names of all.
func Reductions() []string { return reductionNames }

func (r Reduction) String() string {
	if int(r) < len(reductionNames) {
		return reductionNames[r]
	}
	return fmt.Sprintf("Reduction(%d)", uint8(r))
}

// blocksOf appends the sizes of the blocks that a rank adds up.
func (r *ranks) blocksOf(sizes []int, rank int) []int {
	switch from, to := r.span(r.all, rank); {
	case !r.fast:
		return pairwise.Blocks(sizes, from, to)
	case from < to:
		return append(sizes, to-from)
	}
	return sizes
}

// mostReduced is how many numbers an AllReducer is given at once; MPI counts in 32 bits.
const mostReduced = 1 << 28

// reduce sets the parts of a bucket to their sums over all ranks.
func (r *ranks) reduce(b *bucket, parts [][]float32) error {
	r.packed = r.packed[:0]
	for _, i := range b.params {
		r.packed = append(r.packed, parts[i]...)
	}
	for rest := r.packed; len(rest) > 0; rest = rest[min(len(rest), mostReduced):] {
		if err := r.adder.AllReduce(rest[:min(len(rest), mostReduced)]); err != nil {
			return fmt.Errorf("train: rank %d of %d: %w", r.rank, r.size, err)
		}
	}
	at := 0
	for _, i := range b.params {
		at += copy(parts[i], r.packed[at:])
	}
	return nil
}
