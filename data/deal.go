package data

import (
	"cmp"
	"math"
	"slices"

	"descent/internal/rng"
)

// membersOf returns the rows of each group, the groups in the order of their first
// rows.
func membersOf(groups []int) [][]int {
	place := map[int]int{}
	var members [][]int
	for row, g := range groups {
		at, met := place[g]
		if !met {
			at = len(members)
			place[g] = at
			members = append(members, nil)
		}
		members[at] = append(members[at], row)
	}
	return members
}

// deal gives whole groups of rows to parts, so that each part p comes near its
// fraction fₚ of all rows and of the rows of each class. Groups are taken from the
// largest to the smallest, equal ones in a seeded order, and each goes to the part
// where it makes
//
//	Σₚ Σₖ (nₚₖ/Nₖ - fₚ)²/fₚ
//
// least, nₚₖ of the Nₖ rows of class k being in part p; all rows count as one more
// class, as much as all others together. Without classes, and for equal fractions,
// that is the part which has the fewest rows. No part goes without a group while
// there is one for it. Rows of a part are in order.
func deal(groups [][]int, labels []int32, classes int, fractions []float64, key rng.Key) [][]int {
	d := newDealer(groups, labels, classes, fractions)
	order := natural(len(groups))
	key.Shuffle(order)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(groups[b]), len(groups[a])) })
	for i, g := range order {
		d.give(groups[g], len(groups)-i)
	}
	for _, rows := range d.parts {
		slices.Sort(rows)
	}
	return d.parts
}

// dealer knows what each part has.
type dealer struct {
	labels    []int32
	fractions []float64
	parts     [][]int
	total     []float64   // rows of each class, and of all behind them
	has       [][]float64 // of each part, likewise
	of        map[int]int // rows of a group by class
}

func newDealer(groups [][]int, labels []int32, classes int, fractions []float64) *dealer {
	d := &dealer{labels: labels, fractions: fractions, parts: make([][]int, len(fractions)), total: make([]float64, classes+1), of: map[int]int{}}
	for _, rows := range groups {
		for _, row := range rows {
			if labels != nil {
				d.total[labels[row]]++
			}
			d.total[classes]++
		}
	}
	for range fractions {
		d.has = append(d.has, make([]float64, classes+1))
	}
	return d
}

// give gives a group to the part that it suits best, while so many groups are left.
func (d *dealer) give(rows []int, left int) {
	all := len(d.total) - 1
	clear(d.of)
	for _, row := range rows {
		if d.labels != nil {
			d.of[int(d.labels[row])]++
		}
	}
	var classes []int // in order, so that sums have the same bits
	for k := range d.of {
		classes = append(classes, k)
	}
	slices.Sort(classes)
	d.of[all] = len(rows)
	empty := 0
	for p, f := range d.fractions {
		if f > 0 && len(d.parts[p]) == 0 {
			empty++
		}
	}
	best, least := -1, math.Inf(1)
	for p, f := range d.fractions {
		if f <= 0 || left <= empty && len(d.parts[p]) > 0 {
			continue
		}
		cost := d.term(p, all) * float64(max(1, all)) / f
		for _, k := range classes {
			cost += d.term(p, k) / f
		}
		if cost < least {
			best, least = p, cost
		}
	}
	d.parts[best] = append(d.parts[best], rows...)
	for k, n := range d.of {
		d.has[best][k] += float64(n)
	}
}

// term is what class k adds to the cost of part p, but for its factor 1/fₚ and what
// is the same for all parts.
func (d *dealer) term(p, k int) float64 {
	n := float64(d.of[k])
	return (2*d.has[p][k] + n) * n / (d.total[k] * d.total[k])
}

// cutInTime cuts rows by their times into parts of about those fractions, one after
// the other. Rows of one time stand in one part, and the rows of a part in order of
// time.
func cutInTime(times []float64, fractions [3]float64) (parts [3][]int) {
	rows := inTime(times)
	from, share := 0, 0.0
	for p, fraction := range fractions {
		share += fraction
		to := max(from, nearestChange(rows, times, int(math.Round(share*float64(len(rows))))))
		parts[p], from = rows[from:to:to], to
	}
	return parts
}

// inTime returns rows in the order of their times, equal ones as they stand.
func inTime(times []float64) []int {
	rows := natural(len(times))
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	return rows
}

// nearestChange returns the place nearest to at before which the rows have an earlier
// time than behind it, the earlier of two; of rows of one time the beginning.
func nearestChange(rows []int, times []float64, at int) int {
	changes := func(i int) bool { return i == 0 || i == len(rows) || times[rows[i-1]] < times[rows[i]] }
	for far := 0; far <= len(rows); far++ {
		for _, i := range []int{at - far, at + far} {
			if i >= 0 && i <= len(rows) && changes(i) {
				return i
			}
		}
	}
	return 0
}
