package search

import "math"

// Greedy chooses members of an ensemble, with replacement: it begins with none, and
// in each round adds the member with which the mean of the chosen has the least loss,
// the first of equals. It returns how often each member is chosen at the round whose
// ensemble has the least loss of all, the earliest of equals, and that loss. A member
// whose loss is not finite is never chosen; all counts are 0 if there is no other.
//
//	predictions  of each member, all of one length
//	loss         of predictions that are of that length, too
//
// Source: Caruana, Niculescu-Mizil, Crew, Ksikes, "Ensemble Selection from Libraries
// of Models", ICML 2004, with replacement.
func Greedy(predictions [][]float64, rounds int, loss func([]float64) float64) (counts []int, least float64) {
	counts, least = make([]int, len(predictions)), math.Inf(1)
	if len(predictions) == 0 {
		return counts, least
	}
	taken := make([]int, len(predictions))
	sum, mean := make([]float64, len(predictions[0])), make([]float64, len(predictions[0]))
	for round := 1; round <= rounds; round++ {
		best, lowest := -1, math.Inf(1)
		for k, p := range predictions {
			for i, v := range p {
				mean[i] = (sum[i] + v) / float64(round)
			}
			if l := loss(mean); l < lowest {
				best, lowest = k, l
			}
		}
		if best < 0 {
			break
		}
		taken[best]++
		for i, v := range predictions[best] {
			sum[i] += v
		}
		if lowest < least {
			least = lowest
			copy(counts, taken)
		}
	}
	return counts, least
}
