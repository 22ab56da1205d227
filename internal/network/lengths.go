package network

import "math/bits"

// leastPositions is what sequences have at least in the forms that Lengths lists.
const leastPositions = 4

// Lengths lists how many positions batches of sequences may have, ascending up to the
// most: numbers of the form 2ᵏ and 3·2ᵏ, so that there are few plans.
func Lengths(most int) []int {
	var list []int
	for n := leastPositions; n < most; n = Padded(n + 1) {
		list = append(list, n)
	}
	return append(list, most)
}

// Padded returns the next number of the form 2ᵏ or 3·2ᵏ from n > 0 on: what plans are made
// for, so that there are few whatever callers bring.
func Padded(n int) int {
	power := 1 << bits.Len(uint(n-1)) // at least n
	if less := power / 4 * 3; less >= n {
		return less
	}
	return power
}

// Within returns the network for samples that are sequences of so many positions, 0 for
// as many as its Spec says. Of one that can go on with sequences, see [Network.Continue],
// what it makes of a position is the same to the bit.
func (n Network) Within(positions int) Network {
	if positions > 0 {
		n.Spec = n.Spec.Within(positions)
	}
	return n
}
