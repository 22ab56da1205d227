package search

import "math"

// Group is what is known of some values: how many there are, their mean, and their
// standard deviation with divisor N-1.
type Group struct {
	N               int
	Mean, Deviation float64
}

// GroupOf sums up values.
func GroupOf(x []float64) Group {
	mean, deviation := moments(x)
	return Group{len(x), mean, deviation}
}

// WelchT compares the means of two groups of unequal deviations: the difference
// a-b with its interval at the given level, and the two-sided p value of the
// hypothesis that there is none.
//
//	t = (ā-b̄)/√(sₐ²/nₐ + s_b²/n_b)    ν = (sₐ²/nₐ + s_b²/n_b)²/((sₐ²/nₐ)²/(nₐ-1) + (s_b²/n_b)²/(n_b-1))
//
// The ends and p are NaN where a group has fewer than two values.
//
// Source: Welch, "The generalization of 'Student's' problem when several
// different population variances are involved", Biometrika 34, 1947.
func WelchT(a, b Group, level float64) Paired {
	d, nan := a.Mean-b.Mean, math.NaN()
	if a.N < 2 || b.N < 2 {
		return Paired{Interval{d, nan, nan}, nan}
	}
	va, vb := a.Deviation*a.Deviation/float64(a.N), b.Deviation*b.Deviation/float64(b.N)
	switch {
	case va+vb > 0:
	case d == 0:
		return Paired{Interval{d, d, d}, 1}
	default:
		return Paired{Interval{d, d, d}, 0}
	}
	deviation := math.Sqrt(va + vb)
	nu := (va + vb) * (va + vb) / (float64(va*va)/float64(a.N-1) + float64(vb*vb)/float64(b.N-1))
	half := float64(quantileT((1+level)/2, nu) * deviation)
	return Paired{Interval{d, d - half, d + half}, tailsT(d/deviation, nu)}
}
