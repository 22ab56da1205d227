package metric

import (
	"math"
	"slices"
)

// AveragePrecision returns the average precision of class 1 against class 0:
//
//	AP = Σᵢ (Rᵢ - Rᵢ₋₁)·Pᵢ
//
// over the scores from the highest down, where Pᵢ and Rᵢ are precision and
// recall if class 1 is predicted from score i on; equal scores are one step. It
// is NaN unless there are two classes and class 1 occurs, and after a NaN
// score.
//
// Equal to scikit-learn's average_precision_score, which is 0 without a row of
// class 1. It does not interpolate, unlike the area under a drawn curve.
func (c *Classification) AveragePrecision() float64 {
	if len(c.classes) != 2 {
		return math.NaN()
	}
	return averagePrecision(c.margins[0], c.margins[1])
}

func averagePrecision(negative, positive []float64) float64 {
	if len(positive) == 0 || anyNaN(negative) || anyNaN(positive) {
		return math.NaN()
	}
	negative, positive = slices.Sorted(slices.Values(negative)), slices.Sorted(slices.Values(positive))
	n, p := len(negative), len(positive) // those below n and p are not yet predicted
	sum := 0.0
	for p > 0 {
		score, before := positive[p-1], p
		for p > 0 && positive[p-1] == score {
			p--
		}
		for n > 0 && negative[n-1] >= score {
			n--
		}
		found, wrong := len(positive)-p, len(negative)-n
		sum += float64(float64(before-p) * (float64(found) / float64(found+wrong)))
	}
	return sum / float64(len(positive))
}
