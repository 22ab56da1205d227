package search

import (
	"math"
	"slices"
	"strconv"

	"descent/internal/canonical"
)

// RateSearch looks for the best learning rate on a grid in steps of 1, 3, 10
// around a first guess, two powers of ten to both sides. All rates are tried
// in short trials, the better half of them in longer ones, and so on: successive
// halving. While the best of the short trials is at an end of the grid, the grid
// grows by a step there, at most [Growth] times.
//
//	for trials := r.Next(); trials != nil; trials = r.Next() {
//		r.Tell(costs of trials, in their order)
//	}
//	best, inside := r.Best()
//
// Source: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and
// Hyperparameter Optimization", AISTATS 2016, arXiv:1502.07943, here with
// trials made anew at each length.
type RateSearch struct {
	lengths []int
	limit   float64 // largest rate
	guess   float64
	low     int // ends of the grid, in steps from the guess
	high    int
	rung    int
	asked   []int // steps from the guess
	costs   map[int]Cost
	history []RateCost
}

// RateTrial asks what a rate costs.
type RateTrial struct {
	Rate   float64
	Length int
}

// RateCost is the answer.
type RateCost struct {
	RateTrial
	Cost Cost
}

const (
	reach = 4 // steps to both sides of the guess
	// Growth is by how many steps the grid may grow.
	Growth = 4
)

// RateTrials is the number of trials at each rung, as long as the grid does not
// grow.
func RateTrials(lengths []int) []int {
	counts := make([]int, len(lengths))
	n := 2*reach + 1
	for i := range counts {
		counts[i] = n
		n = half(n)
	}
	return counts
}

func half(n int) int { return max(1, n/2) }

// NewRateSearch returns a search around guess for rates of at most limit, with
// trials of the given lengths, the last of which is that of the runs that the
// rate is for.
func NewRateSearch(guess, limit float64, lengths []int) *RateSearch {
	r := &RateSearch{lengths: lengths, limit: limit, guess: guess, low: -reach, high: reach, costs: map[int]Cost{}}
	for r.high > 0 && step(guess, r.high) > limit {
		r.high--
	}
	for i := r.low; i <= r.high; i++ {
		r.asked = append(r.asked, i)
	}
	return r
}

// step returns the rate so many steps from guess: a step is a factor of 3 or
// 10/3, so that two are 10. It is rounded to be read.
func step(guess float64, steps int) float64 {
	tens := math.Floor(float64(steps) / 2)
	v := guess * canonical.Pow(10, tens)
	if steps&1 != 0 {
		v *= 3
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64) // it has just been formatted
	return v
}

// Next returns trials to run, in any order or at once; nil when the search has
// ended.
func (r *RateSearch) Next() []RateTrial {
	var trials []RateTrial
	for _, i := range r.asked {
		trials = append(trials, RateTrial{step(r.guess, i), r.lengths[r.rung]})
	}
	return trials
}

// Tell gives the costs of the trials that Next returned.
func (r *RateSearch) Tell(costs []Cost) {
	for j, i := range r.asked {
		r.costs[i] = costs[j]
		r.history = append(r.history, RateCost{RateTrial{step(r.guess, i), r.lengths[r.rung]}, costs[j]})
	}
	if r.asked = r.grown(); r.asked != nil {
		return
	}
	if r.rung == len(r.lengths)-1 {
		return
	}
	order := r.order()
	order = order[:half(len(order))]
	slices.Sort(order)
	r.asked, r.costs = order, map[int]Cost{}
	r.rung++
}

// grown returns the step by which the grid grows, if it does.
func (r *RateSearch) grown() []int {
	if r.rung > 0 {
		return nil
	}
	switch best := r.order()[0]; {
	case r.costs[best] == Worst() || r.high-r.low >= 2*reach+Growth:
	case best == r.low:
		r.low--
		return []int{r.low}
	case best == r.high && step(r.guess, r.high+1) <= r.limit:
		r.high++
		return []int{r.high}
	}
	return nil
}

// order returns the steps of this rung from best to worst; between equals the
// one nearer to the guess is better.
func (r *RateSearch) order() []int {
	var steps []int
	for i := range r.costs {
		steps = append(steps, i)
	}
	slices.SortFunc(steps, func(i, j int) int {
		if c := r.costs[i].Compare(r.costs[j]); c != 0 {
			return c
		}
		if d := abs(i) - abs(j); d != 0 {
			return d
		}
		return i - j
	})
	return steps
}

func abs(i int) int { return max(i, -i) }

// Best returns the best rate of the longest trials so far, and whether worse
// ones, or ones that failed, were tried on both sides of it.
func (r *RateSearch) Best() (rate float64, inside bool) {
	best := r.order()[0]
	return step(r.guess, best), best > r.low && best < r.high
}

// History returns all trials in the order in which they were asked for.
func (r *RateSearch) History() []RateCost { return r.history }
