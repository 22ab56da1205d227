package metric

import "math"

// Matthews returns the correlation of labels and predictions, in [-1, 1]:
//
//	(n·c - Σₖ pₖtₖ) / √((n² - Σₖ pₖ²)·(n² - Σₖ tₖ²))
//
// of n rows, c of them right, where pₖ rows are predicted as class k and tₖ
// have it as label. It is 0 where all predictions or all labels are the same.
// Rows with a NaN are predictions of a class of their own.
//
// Source: Gorodkin, Computational Biology and Chemistry 28 (2004) 367, for two
// classes Matthews (1975). Equal to scikit-learn's matthews_corrcoef.
func (c *Classification) Matthews() float64 {
	if c.rows == 0 {
		return math.NaN()
	}
	n, both, predicted, actual, undecided := c.rows, 0, 0, 0, 0
	for i, k := range c.Classes() {
		both += n*k.Right - k.Predicted*k.Rows
		predicted += k.Predicted * k.Predicted
		actual += k.Rows * k.Rows
		undecided += c.undecided[i]
	}
	predicted += undecided * undecided
	if n*n == predicted || n*n == actual {
		return 0
	}
	return float64(both) / math.Sqrt(float64(n*n-predicted)) / math.Sqrt(float64(n*n-actual))
}
