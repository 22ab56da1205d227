package explain

import (
	"math"
	"slices"

	"descent/internal/symmetric"
)

// byLikeness orders the levels of a category, given by their slots, so that
// neighbours have rows that are alike: by the first coordinate of classical scaling
// of the distances between levels. at is the slot of each row.
//
// The distance of two levels is a sum over the other columns, of numbers the
// greatest difference of their distribution functions at 100 quantiles, and of
// categories half the sum of the differences of shares. Of the two directions it is
// the one that has the first slot before the last.
//
// Source: Apley and Zhu, arXiv:1612.08468v2, section 5; R package ALEPlot.
func (e *Explainer) byLikeness(c *Column, rows *Rows, slots, at []int) []int {
	n := len(slots)
	if n < 3 {
		return slots
	}
	level := make([]int, len(at)) // of each row, its place in slots
	for i, slot := range at {
		level[i] = slices.Index(slots, slot)
	}
	distance := make([]float64, n*n)
	for i := range e.columns {
		if other := &e.columns[i]; other.First != c.First {
			shares, cumulative := sharesOf(other, rows, level, n)
			addDistances(distance, shares, n, cumulative)
		}
	}
	place := scaled(distance, n)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case place[a] < place[b]:
			return -1
		case place[a] > place[b]:
			return 1
		}
		return 0
	})
	if slices.Index(order, 0) > slices.Index(order, n-1) {
		slices.Reverse(order)
	}
	out := make([]int, n)
	for i, o := range order {
		out[i] = slots[o]
	}
	return out
}

// sharesOf returns of each level how its rows are spread over another column: the
// share in each slot, or of a number that at or below each of 100 quantiles.
func sharesOf(c *Column, rows *Rows, level []int, levels int) (shares [][]float64, cumulative bool) {
	counts := make([]float64, levels)
	shares = make([][]float64, levels)
	bins := c.Width + 1
	var cuts []float64
	if cumulative = c.Kind != categoryKind; cumulative {
		cuts = quantiles(c, rows, 100)
		bins = len(cuts)
	}
	for l := range shares {
		shares[l] = make([]float64, bins)
	}
	for i, l := range level {
		x := rows.Row(i)
		if !cumulative {
			counts[l]++
			shares[l][c.slot(x)+1]++
			continue
		}
		v := c.number(x)
		if v != v {
			continue
		}
		counts[l]++
		from, _ := slices.BinarySearch(cuts, v)
		for k := from; k < bins; k++ {
			shares[l][k]++
		}
	}
	for l := range shares {
		for k := range shares[l] {
			shares[l][k] /= max(1, counts[l])
		}
	}
	return shares, cumulative
}

// quantiles returns so many values of a number, evenly by rank; none where all are
// missing.
func quantiles(c *Column, rows *Rows, n int) []float64 {
	var values []float64
	for i := range rows.Len() {
		if v := c.number(rows.Row(i)); v == v {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return quantilesOf(values, n)
}

// quantilesOf returns n of sorted values, evenly by rank, the least and the
// greatest included.
func quantilesOf(sorted []float64, n int) []float64 {
	if len(sorted) == 0 {
		return nil
	}
	out := make([]float64, n)
	for k := range out {
		out[k] = sorted[k*(len(sorted)-1)/(n-1)]
	}
	return out
}

// addDistances adds the distance of each pair of levels in one column.
func addDistances(distance []float64, shares [][]float64, n int, cumulative bool) {
	for i := range n {
		for j := range i {
			most, sum := 0.0, 0.0
			for k, p := range shares[i] {
				d := math.Abs(p - shares[j][k])
				most, sum = max(most, d), sum+d
			}
			d := sum / 2
			if cumulative {
				d = most
			}
			distance[i*n+j] += d
			distance[j*n+i] += d
		}
	}
}

// scaled returns the first coordinate of points that lie so far apart: the first
// eigenvector of -½·C·D²·C, where C takes the mean off.
func scaled(distance []float64, n int) []float64 {
	b := make([]float64, n*n)
	line, all := make([]float64, n), 0.0
	for i, d := range distance {
		b[i] = d * d
		line[i/n] += d * d / float64(n)
		all += d * d / float64(n*n)
	}
	for i := range b {
		b[i] = -(b[i] - line[i/n] - line[i%n] + all) / 2
	}
	_, vectors := symmetric.Eigen(b, n)
	return vectors[:n]
}
