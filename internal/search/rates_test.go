package search

import (
	"math"
	"slices"
	"testing"
)

// valley is a made-up objective: a parabola in log η around best, less clear
// in short trials, and failing above tooLarge.
func valley(best, tooLarge float64) func(RateTrial) Cost {
	return func(t RateTrial) Cost {
		if t.Rate > tooLarge {
			return Worst()
		}
		d := math.Log10(t.Rate / best)
		return Cost{d*d + 0.1/float64(t.Length)}
	}
}

// searched runs a search to its end.
func searched(r *RateSearch, cost func(RateTrial) Cost) (trials []int) {
	for next := r.Next(); next != nil; next = r.Next() {
		trials = append(trials, len(next))
		var costs []Cost
		for _, t := range next {
			costs = append(costs, cost(t))
		}
		r.Tell(costs)
	}
	return trials
}

func TestRateSearch(t *testing.T) {
	for _, row := range []struct {
		name           string
		guess, limit   float64
		best, tooLarge float64
		want           float64
		inside         bool
		trials         []int
	}{
		{"at the guess", 1e-3, 1e6, 1e-3, 1e6, 1e-3, true, []int{9, 4, 2}},
		{"off the guess", 1e-3, 1e6, 0.025, 1e6, 0.03, true, []int{9, 4, 2}},
		{"above the grid", 1e-3, 1e6, 1, 1e6, 1, true, []int{9, 1, 1, 1, 6, 3}},
		{"below the grid", 1e-2, 1e6, 3e-5, 1e6, 3e-5, true, []int{9, 1, 1, 5, 2}},
		{"far below", 1, 1e6, 1e-9, 1e6, 1e-4, false, []int{9, 1, 1, 1, 1, 6, 3}},
		{"next to where it fails", 0.1, 1e6, 10, 2, 1, true, []int{9, 4, 2}},
		{"everything fails", 0.1, 1e6, 1, 0, 0.1, true, []int{9, 4, 2}},
		{"at the largest rate", 1, 3, 10, 1e6, 3, false, []int{6, 3, 1}},
	} {
		r := NewRateSearch(row.guess, row.limit, []int{1, 3, 9})
		trials := searched(r, valley(row.best, row.tooLarge))
		got, inside := r.Best()
		if got != row.want || inside != row.inside || !slices.Equal(trials, row.trials) {
			t.Errorf("%s: rate %v (inside: %v) after %v trials; want %v (%v) after %v", row.name, got, inside, trials, row.want, row.inside, row.trials)
		}
		total := 0
		for _, n := range trials {
			total += n
		}
		if len(r.History()) != total {
			t.Errorf("%s: the history has %d trials, %d were made", row.name, len(r.History()), total)
		}
	}
}

func TestLengthsAndTrials(t *testing.T) {
	for _, row := range []struct {
		full   int
		want   []int
		trials []int
	}{
		{1, []int{1}, []int{9}},
		{2, []int{1, 2}, []int{9, 4}},
		{9, []int{1, 3, 9}, []int{9, 4, 2}},
		{40, []int{5, 14, 40}, []int{9, 4, 2}},
	} {
		if got := Lengths(row.full, 3, 3); !slices.Equal(got, row.want) || !slices.Equal(RateTrials(got), row.trials) {
			t.Errorf("%d: lengths %v with %v trials, want %v with %v", row.full, got, RateTrials(got), row.want, row.trials)
		}
	}
}

func TestRank(t *testing.T) {
	nan := math.NaN()
	costs := []Cost{{1, 2}, {nan, 0}, {1, 1}, Worst(), {-3, nan}, {-3, 5}, {1, 1}}
	if got, want := Rank(costs), []int{5, 4, 2, 6, 0, 3, 1}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}
