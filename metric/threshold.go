package metric

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Point is how well class 1 of two, or a label, is found if it is answered where its
// probability is above a threshold.
type Point struct {
	Threshold float64
	Precision float64 // share of such answers that is right; 1 of none
	Recall    float64 // share of the rows that is found
}

// Cost is what wrong answers cost.
type Cost struct {
	FalsePositive float64 // a yes that is wrong
	FalseNegative float64 // a no that is wrong
}

// Fair is the threshold that costs least where probabilities can be believed:
// fp/(fp + fn).
func (c Cost) Fair() float64 { return c.FalsePositive / (c.FalsePositive + c.FalseNegative) }

// Answers are the probabilities of a class or a label in rows that are not of it and
// in rows that are.
type Answers struct {
	Name string
	no   []float64 // ascending
	yes  []float64
}

// newAnswers copies probabilities in order.
func newAnswers(name string, scores [2][]float64) Answers {
	return Answers{name, slices.Sorted(slices.Values(scores[0])), slices.Sorted(slices.Values(scores[1]))}
}

// Answers returns those of class 1 of two; nothing of more, of logits, and after a NaN.
func (c *Classification) Answers() []Answers {
	if len(c.classes) != 2 || c.kind != Probabilities || anyNaN(c.margins[0]) || anyNaN(c.margins[1]) {
		return nil
	}
	return []Answers{newAnswers(c.classes[1], c.margins)}
}

// Answers returns those of every label; nothing after a NaN.
func (m *MultiLabel) Answers() []Answers {
	var list []Answers
	for i, t := range m.tallies {
		if anyNaN(t.scores[0]) || anyNaN(t.scores[1]) {
			return nil
		}
		list = append(list, newAnswers(m.names[i], t.scores))
	}
	return list
}

// at returns how many answers are wrong, and how many right, above a threshold.
func (a Answers) at(threshold float64) (wrong, right int) {
	above := func(list []float64) int {
		i, _ := slices.BinarySearchFunc(list, threshold, func(v, t float64) int {
			if v > t {
				return 1
			}
			return -1
		})
		return len(list) - i
	}
	return above(a.no), above(a.yes)
}

// At returns precision and recall at a threshold.
func (a Answers) At(threshold float64) Point {
	wrong, right := a.at(threshold)
	p := Point{Threshold: threshold, Precision: 1, Recall: math.NaN()}
	if right+wrong > 0 {
		p.Precision = float64(right) / float64(right+wrong)
	}
	if len(a.yes) > 0 {
		p.Recall = float64(right) / float64(len(a.yes))
	}
	return p
}

// Curve returns the points of so many thresholds at most, between which answers
// change, from 0 on.
func (a Answers) Curve(most int) []Point {
	cuts := a.cuts()
	points := []Point{a.At(0)}
	for i := range min(most-1, len(cuts)) {
		points = append(points, a.At(cuts[(i+1)*len(cuts)/min(most-1, len(cuts))-1]))
	}
	return points
}

// CostAt is what the wrong answers at a threshold cost, the mean over the rows.
func (a Answers) CostAt(threshold float64, c Cost) float64 {
	wrong, right := a.at(threshold)
	n := len(a.no) + len(a.yes)
	return (float64(c.FalsePositive*float64(wrong)) + float64(c.FalseNegative*float64(len(a.yes)-right))) / float64(n)
}

// Cheapest returns the threshold at which wrong answers cost least, of equally cheap
// ones that nearest to [Cost.Fair], which it is without any row.
func (a Answers) Cheapest(c Cost) float64 {
	return a.best(c.Fair(), func(t float64) float64 { return -a.CostAt(t, c) })
}

// BestF1 returns the threshold of the largest F1, of equal ones that nearest to ½,
// which it is where no row has the class or label.
func (a Answers) BestF1() float64 {
	return a.best(0.5, func(t float64) float64 {
		wrong, right := a.at(t)
		return 2 * float64(right) / float64(max(1, wrong+right+len(a.yes)))
	})
}

// best returns the threshold that is worth most, of equal ones the nearest to near.
func (a Answers) best(near float64, worth func(t float64) float64) float64 {
	best, most := near, worth(near)
	for _, t := range a.cuts() {
		w := worth(t)
		if w > most || w == most && math.Abs(t-near) < math.Abs(best-near) {
			best, most = t, w
		}
	}
	return best
}

// cuts are the thresholds between which answers differ, ascending: one between each
// two neighbours of the probabilities that there are, and one on either side.
func (a Answers) cuts() []float64 {
	all := slices.Concat(a.no, a.yes)
	slices.Sort(all)
	all = slices.Compact(all)
	var cuts []float64
	low := 0.0
	for _, high := range append(all, 1) {
		if low < high {
			cuts = append(cuts, between(low, high))
		}
		low = high
	}
	return cuts
}

// between returns a number from low to below high, near their middle and with few
// digits.
func between(low, high float64) float64 {
	middle := low + float64((high-low)/2)
	for digits := 2; digits < 17; digits++ {
		v, err := strconv.ParseFloat(strconv.FormatFloat(middle, 'g', digits, 64), 64)
		if err == nil && v >= low && v < high && math.Abs(v-middle) <= (high-low)/4 {
			return v
		}
	}
	return middle
}

// Decide makes the set take class 1 of two for the answer where its probability is
// above the one threshold, and a label for one that holds where that is above its own.
// The baseline still answers what it always does. Call it before the first row.
func (s *Set) Decide(thresholds []float64) error {
	want := 0
	switch {
	case s.spec.Kind == Labels:
		want = len(s.spec.Names)
	case s.spec.two():
		want = 1
	}
	switch {
	case want == 0:
		return fmt.Errorf("metric: thresholds for %v; they are of two classes, or of labels", s.spec)
	case len(thresholds) != want:
		return fmt.Errorf("metric: %d thresholds for %v; want %d", len(thresholds), s.spec, want)
	case s.truth.Rows > 0:
		return fmt.Errorf("metric: thresholds join a set of %d rows; want them before the first", s.truth.Rows)
	}
	for _, t := range thresholds {
		if !(t >= 0 && t < 1) {
			return fmt.Errorf("metric: threshold %v; want a probability from 0 to below 1", t)
		}
	}
	thresholds = slices.Clone(thresholds)
	if s.of.classes != nil {
		s.of.classes.threshold = &thresholds[0]
	} else {
		s.of.labels.thresholds = thresholds
	}
	return nil
}
