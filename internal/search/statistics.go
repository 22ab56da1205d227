package search

import (
	"math"
	"slices"
)

// Interval is a mean with its confidence interval.
type Interval struct{ Mean, Low, High float64 }

// Confidence returns the mean of x and its interval at the given level, such
// as 0.95, for values that are drawn from one normal distribution:
//
//	x̄ ± t·s/√n    t = Student's quantile (1+level)/2 for n-1 degrees of freedom
//
// The ends are NaN for fewer than two values, the mean for none.
func Confidence(x []float64, level float64) Interval {
	n := float64(len(x))
	mean, deviation := moments(x)
	half := math.NaN()
	if n > 1 {
		half = quantileT((1+level)/2, n-1) * deviation / math.Sqrt(n)
	}
	return Interval{mean, mean - half, mean + half}
}

// moments returns the mean and the standard deviation, with divisor n-1.
func moments(x []float64) (mean, deviation float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	var squares float64
	for _, v := range x {
		squares += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(squares / (n - 1))
}

// Paired compares two settings over the same seeds.
type Paired struct {
	Interval         // of the differences a-b
	P        float64 // two-sided; NaN below two pairs
}

// PairedT is Student's paired t test of the hypothesis that a and b have equal
// means, where a[i] and b[i] are of the same seed:
//
//	t = d̄·√n/s    d = a-b
//
// Differences that are all equal leave no room for chance: p is 1 if they are
// zero, and 0 otherwise.
func PairedT(a, b []float64, level float64) Paired {
	d := make([]float64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
	}
	r := Paired{Interval: Confidence(d, level), P: math.NaN()}
	n := float64(len(d))
	if n < 2 {
		return r
	}
	mean, deviation := moments(d)
	switch {
	case mean == 0:
		r.P = 1
	case deviation == 0:
		r.P = 0
	default:
		r.P = tailsT(mean*math.Sqrt(n)/deviation, n-1)
	}
	return r
}

// Holm returns p values adjusted for their number, so that the chance of any
// false alarm among all is at most the level they are compared with. NaN stays.
//
// Source: Holm, "A simple sequentially rejective multiple test procedure",
// Scandinavian Journal of Statistics 6, 1979.
func Holm(p []float64) []float64 {
	var order []int
	adjusted := make([]float64, len(p))
	for i, v := range p {
		adjusted[i] = v
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return compare(p[i], p[j]) })
	least := 0.0
	for k, i := range order {
		least = max(least, min(1, float64(len(order)-k)*p[i]))
		adjusted[i] = least
	}
	return adjusted
}
