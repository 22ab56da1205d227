package explain

import (
	"math"
	"slices"
)

// How columns are found that nearly say the same.
const (
	alikeFrom = 0.9  // from which strength of association on
	alikeRows = 2000 // at most, that are looked at
	alikeMost = 300  // columns, as their pairs are compared
)

// set is columns that go together, and the least of the strengths that join them.
type set struct {
	columns []int
	least   float64
}

// alike groups columns of which one nearly determines the other: those that are
// joined by a chain of pairs with a strength of 0.9 or more. It is a number from 0
// to 1: |ρ| of Spearman for two numbers, η of the ranks of a number over the levels
// of a category (its unbiased form ε), and V of Cramér for two categories (without
// its bias).
//
// Sources: Kelley, "An unbiased correlation ratio measure", PNAS 21, 1935;
// Bergsma, "A bias-correction for Cramér's V", Journal of the Korean Statistical
// Society 42, 2013.
func alike(columns []Column, rows *Rows) []set {
	if len(columns) > alikeMost {
		return nil
	}
	n := min(rows.Len(), alikeRows)
	seen := make([]series, len(columns))
	for i := range columns {
		seen[i] = seriesOf(&columns[i], rows, n)
	}
	of := make([]int, len(columns)) // the group of each column
	for i := range of {
		of[i] = i
	}
	least := make([]float64, len(columns))
	for i := range least {
		least[i] = 1
	}
	for i := range columns {
		for j := range i {
			s := association(&seen[j], &seen[i])
			if s < alikeFrom {
				continue
			}
			from, to := max(of[i], of[j]), min(of[i], of[j])
			least[to] = min(least[to], least[from], s)
			for k := range of {
				if of[k] == from {
					of[k] = to
				}
			}
		}
	}
	var sets []set
	for g := range columns {
		var members []int
		for i := range of {
			if of[i] == g {
				members = append(members, i)
			}
		}
		if len(members) > 1 {
			sets = append(sets, set{members, least[g]})
		}
	}
	return sets
}

// series is a column over some rows: ranks of numbers, or levels.
type series struct {
	ranks  []float64 // those of missing ones are in the middle
	levels []int     // from 0; nil of numbers
	count  int       // levels
}

// seriesOf reads a column of n rows that are spread over all of them.
func seriesOf(c *Column, rows *Rows, n int) series {
	if c.Kind == categoryKind {
		s := series{levels: make([]int, n), count: c.Width + 1}
		for i := range n {
			s.levels[i] = c.slot(rows.Row(i*rows.Len()/n)) + 1
		}
		return s
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = c.number(rows.Row(i * rows.Len() / n))
	}
	return series{ranks: ranks(values)}
}

// ranks returns the rank of each value, the mean rank of equal ones, and of NaN the
// middle.
func ranks(values []float64) []float64 {
	order := make([]int, 0, len(values))
	for i, v := range values {
		if v == v {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return a - b
	})
	out := make([]float64, len(values))
	for i := range out {
		out[i] = float64(len(order)-1) / 2
	}
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return out
}

// association is how strongly two columns go together, 0 to 1.
func association(a, b *series) float64 {
	switch {
	case a.levels == nil && b.levels == nil:
		return math.Abs(correlation(a.ranks, b.ranks))
	case a.levels == nil:
		return ratio(a.ranks, b)
	case b.levels == nil:
		return ratio(b.ranks, a)
	}
	return cramer(a, b)
}

// correlation is that of Pearson, 0 where one does not vary.
func correlation(a, b []float64) float64 {
	ma, mb := mean(a), mean(b)
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// ratio is ε, the root of the part of the variance of numbers that the levels of a
// category explain: ε² = 1 - (within/(n-k))/(total/(n-1)).
func ratio(x []float64, of *series) float64 {
	sums, counts := make([]float64, of.count), make([]float64, of.count)
	for i, l := range of.levels {
		sums[l] += x[i]
		counts[l]++
	}
	m := mean(x)
	var within, total, k float64
	for i, l := range of.levels {
		within += (x[i] - sums[l]/counts[l]) * (x[i] - sums[l]/counts[l])
		total += (x[i] - m) * (x[i] - m)
	}
	for _, c := range counts {
		if c > 0 {
			k++
		}
	}
	n := float64(len(x))
	if total == 0 || n <= k || k < 2 {
		return 0
	}
	return math.Sqrt(max(0, 1-within/(n-k)/(total/(n-1))))
}

// cramer is V without its bias.
func cramer(a, b *series) float64 {
	n := float64(len(a.levels))
	joint := make([]float64, a.count*b.count)
	left, right := make([]float64, a.count), make([]float64, b.count)
	for i, l := range a.levels {
		joint[l*b.count+b.levels[i]]++
		left[l]++
		right[b.levels[i]]++
	}
	var phi, r, c float64
	for i, p := range left {
		if p > 0 {
			r++
		}
		for j, q := range right {
			if p > 0 && q > 0 {
				phi += joint[i*b.count+j] * joint[i*b.count+j] / (p * q)
			}
		}
	}
	for _, q := range right {
		if q > 0 {
			c++
		}
	}
	if n < 2 || r < 2 || c < 2 {
		return 0
	}
	phi = max(0, phi-1-(r-1)*(c-1)/(n-1))
	r, c = r-(r-1)*(r-1)/(n-1), c-(c-1)*(c-1)/(n-1)
	return math.Sqrt(min(1, phi/max(math.SmallestNonzeroFloat64, min(r, c)-1)))
}
