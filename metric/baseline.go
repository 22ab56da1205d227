package metric

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// ClassBaseline is what the simplest classifier reaches: it always predicts
// the commonest class of the training set, the lowest on a tie, and gives
// every class its frequency there as its probability.
type ClassBaseline struct {
	Class    string  // that it predicts
	Accuracy float64 // on the rows measured
	LogLoss  float64 // nats; +Inf if a class occurs that training never saw
}

// Baseline measures the simplest classifier on the labels added so far.
// training holds how often each class occurs in the training set; see
// [CountLabels].
func (c *Classification) Baseline(training []int) (ClassBaseline, error) {
	if len(training) != len(c.classes) {
		return ClassBaseline{}, fmt.Errorf("metric: training counts of %d classes; want %d", len(training), len(c.classes))
	}
	total, commonest := 0, 0
	for i, n := range training {
		if n < 0 {
			return ClassBaseline{}, fmt.Errorf("metric: training count of class %d is %d; want at least 0", i, n)
		}
		total += n
		if n > training[commonest] {
			commonest = i
		}
	}
	if total == 0 {
		return ClassBaseline{}, fmt.Errorf("metric: training counts are all 0; there is no commonest class")
	}
	b := ClassBaseline{Class: c.classes[commonest]}
	for i, k := range c.Classes() {
		if i == commonest {
			b.Accuracy = c.share(i, k)
		}
		if k.Rows > 0 {
			b.LogLoss -= float64(c.share(i, k) * canonical.Log(float64(training[i])/float64(total)))
		}
	}
	if c.rows == 0 {
		b.LogLoss = math.NaN()
	}
	return b, nil
}

// share is which part of what all rows count the rows of a class do.
func (c *Classification) share(class int, k Class) float64 {
	if c.mass != nil {
		return c.mass.actual(class) / c.weight
	}
	return float64(k.Rows) / float64(c.rows)
}

// CountLabels adds to counts how often each label occurs. An error names the
// label's index and leaves counts as they were.
func CountLabels(counts []int, labels []float32) error {
	for i, label := range labels {
		if _, err := class(label, len(counts)); err != nil {
			return fmt.Errorf("metric: row %d: %w", i, err)
		}
	}
	for _, label := range labels {
		counts[int(label)]++
	}
	return nil
}
