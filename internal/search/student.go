package search

import "math"

// tailsT returns the probability that |T| is at least |t| for Student's T with
// ν degrees of freedom: I_x(ν/2, 1/2) at x = ν/(ν+t²).
func tailsT(t, nu float64) float64 {
	return incompleteBeta(nu/2, 0.5, nu/(nu+float64(t*t)), t*t/(nu+float64(t*t)))
}

// quantileT returns t with P(T ≤ t) = p, for p in [½, 1), by bisection.
func quantileT(p, nu float64) float64 {
	tails := 2 * (1 - p)
	low, high := 0.0, 1.0
	for tailsT(high, nu) > tails {
		low, high = high, 2*high
	}
	for range 200 {
		middle := low + float64((high-low)/2)
		if middle == low || middle == high {
			break
		}
		if tailsT(middle, nu) > tails {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// incompleteBeta returns the regularized incomplete beta function I_x(a, b)
// for a, b > 0 and x in [0, 1], with y = 1-x, which knows digits that x near 1
// has lost:
//
//	I_x(a, b) = xᵃ(1-x)ᵇ/(a·B(a, b)) · 1/(1+ d₁/(1+ d₂/(1+ …)))
//
// with the continued fraction of the Digital Library of Mathematical
// Functions, 8.17.22, evaluated from the front.
func incompleteBeta(a, b, x, y float64) float64 {
	switch {
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	case x > (a+1)/(a+b+2): // where the fraction converges slowly
		return 1 - incompleteBeta(b, a, y, x)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(a*math.Log(x)+b*math.Log(y)+lab-la-lb) / a
	// The value is p/q of the recurrence; only its ratios are kept.
	const tiny = 1e-300
	const enough = 1e-15
	value, p, q := 1.0, 1.0, 0.0
	for n := 1; n < 10000; n++ {
		m := float64(n / 2)
		var d float64
		if n%2 == 0 {
			d = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		} else {
			d = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		if q = 1 + d*q; q == 0 {
			q = tiny
		}
		if p = 1 + d/p; p == 0 {
			p = tiny
		}
		q = 1 / q
		value *= p * q
		if math.Abs(p*q-1) < enough {
			break
		}
	}
	return front / value
}
