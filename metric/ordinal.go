package metric

import "math"

// RankError returns the mean of |i - j| over rows of class i that are taken for class
// j, of classes in order. It is NaN after a NaN.
func (c *Classification) RankError() float64 {
	return c.apart(func(i, j int) float64 { return math.Abs(float64(i - j)) })
}

// apart is the mean over rows of how far their class is from that which they are taken
// for.
func (c *Classification) apart(distance func(i, j int) float64) float64 {
	sum := 0.0
	for i := range c.counts {
		for j := range c.counts[i] {
			sum += float64(c.cell(i, j) * distance(i, j))
		}
		if c.undecided[i] > 0 {
			return math.NaN()
		}
	}
	return sum / c.weight
}

// cell is what rows of class i that are taken for class j count.
func (c *Classification) cell(i, j int) float64 {
	if c.mass != nil {
		return c.mass.counts[i][j]
	}
	return float64(c.counts[i][j])
}

// Kappa returns Cohen's κ with quadratic weights, of classes in order:
//
//	κ = 1 - Σ (i - j)²·n(i, j) / Σ (i - j)²·n(i)·n(j)/n
//
// of n(i, j) rows of class i that are taken for class j. 1 is perfect, 0 what
// independent answers of the same frequencies reach. It is NaN after a NaN, and where
// all rows and answers are of one class.
//
// Source: Cohen, "Weighted kappa", Psychological Bulletin 70 (1968) 213. Equal to
// scikit-learn's cohen_kappa_score with weights="quadratic".
func (c *Classification) Kappa() float64 {
	square := func(i, j int) float64 { return float64((i - j) * (i - j)) }
	k := len(c.counts)
	actual, taken := make([]float64, k), make([]float64, k)
	for i := range k {
		for j := range k {
			actual[i] += c.cell(i, j)
			taken[j] += c.cell(i, j)
		}
	}
	chance := 0.0
	for i := range k {
		for j := range k {
			chance += float64(square(i, j) * actual[i] * taken[j])
		}
	}
	return 1 - c.apart(square)/(chance/c.weight/c.weight)
}
