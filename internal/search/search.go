// Package search decides which runs to make and what their results say: grids
// of rates with successive halving, random and asynchronous search over
// spaces of settings, and the statistics of runs that differ by their seeds.
//
// It trains nothing. A search asks for trials and is told their costs, so that
// it is tested with made-up ones; whoever runs the trials may run those of one
// request side by side. What a search decides depends on costs alone, never on
// which trial ends first.
package search

import (
	"cmp"
	"math"
	"slices"
)

// Cost is how bad a trial is: the first number decides, the second between
// equal ones. NaN is worse than anything.
type Cost [2]float64

// Worst is the cost of a trial that failed.
func Worst() Cost { return Cost{math.Inf(1), math.Inf(1)} }

// Compare returns -1 if c is better than d, 1 if it is worse, 0 if neither is.
func (c Cost) Compare(d Cost) int {
	for i := range c {
		if order := compare(c[i], d[i]); order != 0 {
			return order
		}
	}
	return 0
}

// compare orders numbers with NaN last.
func compare(a, b float64) int {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return cmp.Compare(b2i(math.IsNaN(a)), b2i(math.IsNaN(b)))
	default:
		return cmp.Compare(a, b)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Rank returns the indices of costs from best to worst; equal ones keep their
// order.
func Rank(costs []Cost) []int {
	order := make([]int, len(costs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return costs[i].Compare(costs[j]) })
	return order
}

// Lengths returns the lengths of trials at the rungs of a search whose longest
// ones are full: each by the given factor longer than the one before, none
// below 1, none twice.
func Lengths(full, factor, rungs int) []int {
	var lengths []int
	for ; rungs > 0 && full > 0; rungs-- {
		lengths = append(lengths, full)
		if full == 1 {
			break
		}
		full = (full + factor - 1) / factor
	}
	slices.Reverse(lengths)
	return lengths
}
