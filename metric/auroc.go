package metric

import (
	"math"
	"slices"
)

// AUROC returns the area under the receiver operating characteristic of class
// 1 against class 0: the chance that a row of class 1 scores higher than a
// row of class 0, a tie counting half. It is NaN unless there are two classes
// and both occur, and after a NaN score.
//
// The scores of all rows are kept for it, 8 bytes a row. Logits are compared
// by z₁-z₀, which orders rows as their probabilities do.
//
// Source: Mann and Whitney (1947), the U statistic over n₀·n₁. Equal to
// scikit-learn's roc_auc_score.
func (c *Classification) AUROC() float64 {
	if len(c.classes) != 2 {
		return math.NaN()
	}
	return auroc(c.margins[0], c.margins[1])
}

func auroc(negative, positive []float64) float64 {
	if len(negative) == 0 || len(positive) == 0 || anyNaN(negative) || anyNaN(positive) {
		return math.NaN()
	}
	negative = slices.Sorted(slices.Values(negative))
	positive = slices.Sorted(slices.Values(positive))
	var below, through int // negatives < p, negatives ≤ p
	var twice int          // 2U, whole: exact in any order
	for _, p := range positive {
		for below < len(negative) && negative[below] < p {
			below++
		}
		through = max(through, below)
		for through < len(negative) && negative[through] <= p {
			through++
		}
		twice += below + through
	}
	return float64(twice) / 2 / float64(len(negative)) / float64(len(positive))
}

func anyNaN(x []float64) bool { return slices.ContainsFunc(x, math.IsNaN) }
