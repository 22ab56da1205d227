package metric

import (
	"math"
	"slices"
)

// brier is the squared distance between a row of probabilities and the truth,
// halved for two classes; see the row brier of the table.
func brier(p, target []float64) float64 {
	sum := 0.0
	for i, x := range p {
		if i == int(target[0]) {
			x--
		}
		sum += float64(x * x)
	}
	if len(p) == 2 {
		return sum / 2
	}
	return sum
}

// brierLabels is the squared distance between the probabilities of the labels and
// the truth, the mean over them.
func brierLabels(p, target []float64) float64 {
	sum := 0.0
	for i, x := range p {
		sum += float64((x - target[i]) * (x - target[i]))
	}
	return sum / float64(len(p))
}

// ofBrier is of classes or labels.
func ofBrier(s Spec) Accumulator {
	if s.Kind == Labels {
		return MeanOf(brierLabels)(s)
	}
	return MeanOf(brier)(s)
}

// top returns 1 if fewer than k classes come before that of the target, of
// equal probabilities the lower class first; else 0. A NaN is not among them.
func top(k int) func(p, target []float64) float64 {
	return func(p, target []float64) float64 {
		actual := int(target[0])
		before := 0
		for i, x := range p {
			if x > p[actual] || x == p[actual] && i < actual {
				before++
			}
		}
		if before < k && !slices.ContainsFunc(p, math.IsNaN) {
			return 1
		}
		return 0
	}
}

// ranking keeps the probability of every class.
type ranking struct {
	classes [][]float64
	labels  []int
}

var rankingRows = Shared(func(s Spec) *ranking { return &ranking{classes: make([][]float64, len(s.Names))} })

func (r *ranking) Add(p, target []float64) {
	for i, x := range p {
		r.classes[i] = append(r.classes[i], x)
	}
	r.labels = append(r.labels, int(target[0]))
}

// auroc returns the mean over classes of the chance that a row of the class
// scores higher for it than a row of another.
func (r *ranking) auroc() float64 {
	sum := 0.0
	var sides [2][]float64
	for k, scores := range r.classes {
		sides[0], sides[1] = sides[0][:0], sides[1][:0]
		for i, x := range scores {
			side := 0
			if r.labels[i] == k {
				side = 1
			}
			sides[side] = append(sides[side], x)
		}
		sum += auroc(sides[0], sides[1])
	}
	return sum / float64(len(r.classes))
}
