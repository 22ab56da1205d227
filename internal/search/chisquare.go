package search

import "math"

// ChiSquare tests whether two sets of counts over the same bins are of one
// distribution. It returns the statistic, its degrees of freedom, and the
// probability that chance makes it as large:
//
//	χ² = Σ (a√(N/M) - b√(M/N))²/(a+b)    M = Σa, N = Σb, bins of no rows left out
//
// p is 1 where there is nothing to compare.
func ChiSquare(a, b []int) (statistic float64, freedom int, p float64) {
	m, n := 0.0, 0.0
	for i := range a {
		m, n = m+float64(a[i]), n+float64(b[i])
	}
	if m == 0 || n == 0 {
		return 0, 0, 1
	}
	freedom = -1
	for i := range a {
		if a[i]+b[i] == 0 {
			continue
		}
		d := float64(a[i])*math.Sqrt(n/m) - float64(b[i])*math.Sqrt(m/n)
		statistic += d * d / float64(a[i]+b[i])
		freedom++
	}
	if freedom < 1 {
		return statistic, 0, 1
	}
	return statistic, freedom, upperGamma(float64(freedom)/2, statistic/2)
}

// upperGamma returns the regularized incomplete gamma function Q(a, x): for x
// below a+1 from its series, and else from its continued fraction, the Digital
// Library of Mathematical Functions, 8.11.4 and 8.9.2.
func upperGamma(a, x float64) float64 {
	if !(x > 0) {
		return 1
	}
	lgamma, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - lgamma)
	const enough = 1e-16
	if x < a+1 {
		term := 1 / a
		sum := term
		for n := a + 1; term > sum*enough; n++ {
			term *= x / n
			sum += term
		}
		return 1 - front*sum
	}
	const tiny = 1e-300
	b := x + 1 - a
	q := 1 / b
	p, value := 1/tiny, q
	for n := 1.0; n < 10000; n++ {
		d := n * (a - n)
		b += 2
		if q = d*q + b; q == 0 {
			q = tiny
		}
		if p = b + d/p; p == 0 {
			p = tiny
		}
		q = 1 / q
		value *= p * q
		if math.Abs(p*q-1) < enough*10 {
			break
		}
	}
	return front * value
}
