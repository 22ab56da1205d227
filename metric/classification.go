package metric

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/canonical"
)

// Scores says what a classifier's outputs are.
type Scores int

const (
	Logits        Scores = iota // any real numbers; softmax of a row gives probabilities
	Probabilities               // of each class
)

// Classification gathers scores and labels of a classifier.
//
// A row's prediction is its largest score, the lowest class on a tie. A row
// with a NaN has no prediction and counts as wrong.
type Classification struct {
	classes   []string
	kind      Scores
	counts    [][]int // [actual][predicted]
	undecided []int   // rows of each actual class with a NaN
	rows      int
	weight    float64      // of the rows, their number if they all count alike
	mass      *mass        // nil: they do
	loss      float64      // Σ -log p(actual)
	threshold *float64     // of class 1 of two; nil: the likeliest class is the answer
	margins   [2][]float64 // two classes: score for class 1, by actual class
}

// NewClassification returns a measure over the named classes, at least two;
// label i is classes[i].
func NewClassification(classes []string, kind Scores) *Classification {
	c := &Classification{
		classes:   slices.Clone(classes),
		kind:      kind,
		counts:    make([][]int, len(classes)),
		undecided: make([]int, len(classes)),
	}
	for i := range c.counts {
		c.counts[i] = make([]int, len(classes))
	}
	return c
}

// Add takes n more rows: scores [n, C], labels [n] whole numbers in [0, C).
// With two classes, scores may also be [n], the score of class 1: a logit
// against 0, or a probability.
//
// An error names the row, counted over all calls, and leaves c as it was.
func (c *Classification) Add(scores, labels []float32) error {
	width := len(c.classes)
	if width < 2 {
		return fmt.Errorf("metric: %d classes; classification needs at least 2", width)
	}
	single := width == 2 && len(scores) == len(labels)
	if !single && len(scores) != len(labels)*width {
		return fmt.Errorf("metric: %d scores for %d labels of %d classes; want %d", len(scores), len(labels), width, len(labels)*width)
	}
	for i, label := range labels {
		if _, err := class(label, width); err != nil {
			return fmt.Errorf("metric: row %d: %w", c.rows+i, err)
		}
	}
	pair := make([]float64, 2)
	row := make([]float64, width)
	for i, label := range labels {
		if single {
			c.add(c.widen(pair, float64(scores[i])), int(label))
			continue
		}
		for j := range row {
			row[j] = float64(scores[i*width+j])
		}
		c.add(row, int(label))
	}
	return nil
}

// widen turns the score of class 1 into scores of both classes.
func (c *Classification) widen(pair []float64, score float64) []float64 {
	pair[0], pair[1] = 0, score
	if c.kind == Probabilities {
		pair[0] = 1 - score
	}
	if math.IsNaN(score) {
		pair[0] = score
	}
	return pair
}

func (c *Classification) add(row []float64, actual int) { c.addWeighted(row, actual, 1) }

func (c *Classification) addWeighted(row []float64, actual int, weight float64) {
	if weight != 1 && c.mass == nil {
		c.mass = massOf(c.counts, c.undecided)
	}
	c.rows++
	c.weight += weight
	c.loss += float64(weight * c.negLog(row, actual))
	predicted := argmax(row)
	if predicted >= 0 && c.threshold != nil {
		predicted = 0
		if row[1] > *c.threshold {
			predicted = 1
		}
	}
	if predicted >= 0 {
		c.counts[actual][predicted]++
	} else {
		c.undecided[actual]++
	}
	if c.mass != nil && predicted >= 0 {
		c.mass.counts[actual][predicted] += weight
	} else if c.mass != nil {
		c.mass.undecided[actual] += weight
	}
	if len(row) == 2 {
		margin := row[1]
		if c.kind == Logits {
			margin -= row[0]
		} else if predicted < 0 {
			margin = math.NaN()
		}
		c.margins[actual] = append(c.margins[actual], margin)
	}
}

// negLog returns -log p(actual). For logits it is log Σ exp(z - max) + max -
// z[actual], which no finite logit overflows. The power is of 2, as in
// scores of before.
func (c *Classification) negLog(row []float64, actual int) float64 {
	if c.kind == Probabilities {
		return -canonical.Log(row[actual])
	}
	top, sum := slices.Max(row), 0.0
	for _, z := range row {
		sum += canonical.Exp2((z - top) * math.Log2E)
	}
	return canonical.Log(sum) + (top - row[actual])
}

// argmax returns the first index of the largest element, -1 if one is NaN.
func argmax(row []float64) int {
	best := 0
	for i, x := range row {
		if math.IsNaN(x) {
			return -1
		}
		if x > row[best] {
			best = i
		}
	}
	return best
}

func class(label float32, classes int) (int, error) {
	if i := int(label); label >= 0 && label < float32(classes) && float32(i) == label {
		return i, nil
	}
	return 0, fmt.Errorf("label %v; want a whole number in [0, %d)", label, classes)
}

// Rows returns how many rows were added.
func (c *Classification) Rows() int { return c.rows }

// Accuracy returns the share of rows whose prediction is their label.
func (c *Classification) Accuracy() float64 {
	right, weighed := 0, 0.0
	for i := range c.counts {
		right += c.counts[i][i]
		if c.mass != nil {
			weighed += c.mass.counts[i][i]
		}
	}
	if c.mass != nil {
		return weighed / c.weight
	}
	return float64(right) / float64(c.rows)
}

// LogLoss returns the mean of -log p(label), in nats: the cross-entropy. It
// is NaN after a NaN and +Inf after a label of probability 0; nothing is
// clipped.
func (c *Classification) LogLoss() float64 { return c.loss / c.weight }

// Class is what is known of one class.
type Class struct {
	Name      string
	Rows      int     // rows with this label
	Predicted int     // rows with this prediction
	Right     int     // rows with both
	Precision float64 // share of Predicted that is right; 0 if never predicted
	Recall    float64 // share of Rows that is found; 0 if there are none
	F1        float64 // 2·Precision·Recall/(Precision+Recall); 0 if never right
}

// Classes returns the measures of every class, in order.
func (c *Classification) Classes() []Class {
	out := make([]Class, len(c.classes))
	for i, name := range c.classes {
		k := Class{Name: name, Rows: c.undecided[i], Right: c.counts[i][i]}
		for j := range c.counts {
			k.Rows += c.counts[i][j]
			k.Predicted += c.counts[j][i]
		}
		if c.mass != nil {
			out[i] = c.mass.rate(k, i)
		} else {
			out[i] = k.rate()
		}
	}
	return out
}

// BalancedAccuracy returns the mean recall over the classes that occur as
// labels. Equal to scikit-learn's balanced_accuracy_score.
func (c *Classification) BalancedAccuracy() float64 {
	return mean(c.Classes(), func(k Class) (float64, bool) { return k.Recall, k.Rows > 0 })
}

// MacroF1 returns the mean F1 over the classes that occur as labels or as
// predictions. Equal to scikit-learn's f1_score with average="macro".
func (c *Classification) MacroF1() float64 {
	return macro(c.Classes()).F1
}

func mean(classes []Class, of func(Class) (float64, bool)) float64 {
	sum, n := 0.0, 0
	for _, k := range classes {
		if x, ok := of(k); ok {
			sum += x
			n++
		}
	}
	return sum / float64(n)
}
