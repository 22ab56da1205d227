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

// calibrationBins is in how many bins of equal width [calibration] puts rows.
const calibrationBins = 15

// calibration gathers how sure and how right predictions are: bin b has the
// rows whose largest probability is in (b/15, (b+1)/15].
type calibration struct {
	rows  int
	sure  [calibrationBins]float64 // Σ largest probability
	right [calibrationBins]float64 // rows
}

var calibrationRows = Shared(func(Spec) *calibration { return new(calibration) })

func (c *calibration) Add(p, target []float64) {
	c.rows++
	best := argmax(p)
	if best < 0 {
		c.sure[0] = math.NaN()
		return
	}
	b := int(max(0, min(calibrationBins-1, math.Ceil(p[best]*calibrationBins)-1)))
	c.sure[b] += p[best]
	if best == int(target[0]) {
		c.right[b]++
	}
}

// expectedError returns Σ over bins of |right - sure|, by row.
func (c *calibration) expectedError() float64 {
	sum := 0.0
	for b := range c.sure {
		sum += math.Abs(c.right[b] - c.sure[b])
	}
	return sum / float64(c.rows)
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
