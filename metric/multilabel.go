package metric

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/canonical"
)

// MultiLabel gathers answers to several questions about each row, each yes or
// no, such as what a picture shows.
//
// An answer is yes if its probability is above ½. A NaN is no answer and
// counts as wrong.
type MultiLabel struct {
	names   []string
	rows    int
	right   int     // rows without a wrong answer
	loss    float64 // Σ -log p(truth) over rows and labels
	tallies []tally

	thresholds []float64 // nil: ½
}

// tally is what is known of one label.
type tally struct {
	rows, predicted, both int          // yes in truth, in the prediction, in both
	wrong                 int          // answers
	scores                [2][]float64 // probabilities, by truth
}

// NewMultiLabel returns a measure over the named labels.
func NewMultiLabel(labels []string) *MultiLabel {
	return &MultiLabel{names: slices.Clone(labels), tallies: make([]tally, len(labels))}
}

// Add takes n more rows: the probability of each label [n, L], and the truth
// [n, L], each 0 or 1.
//
// An error names the row, counted over all calls, and leaves m as it was.
func (m *MultiLabel) Add(probabilities, truth []float64) error {
	width := len(m.names)
	if width == 0 {
		return fmt.Errorf("metric: no labels; want at least 1")
	}
	if len(probabilities) != len(truth) || len(truth)%width != 0 {
		return fmt.Errorf("metric: %d probabilities for %d answers to %d labels", len(probabilities), len(truth), width)
	}
	for i, y := range truth {
		if y != 0 && y != 1 {
			return fmt.Errorf("metric: row %d: label %q is %v; want 0 or 1", m.rows+i/width, m.names[i%width], y)
		}
	}
	for start := 0; start < len(truth); start += width {
		m.row(probabilities[start:start+width], truth[start:start+width])
	}
	return nil
}

func (m *MultiLabel) row(probabilities, truth []float64) {
	m.rows++
	all := true
	for i, p := range probabilities {
		threshold := 0.5
		if m.thresholds != nil {
			threshold = m.thresholds[i]
		}
		all = m.tallies[i].add(p, threshold, truth[i] == 1) && all
		if truth[i] == 1 {
			m.loss -= canonical.Log(p)
		} else {
			m.loss -= canonical.Log1p(-p)
		}
	}
	if all {
		m.right++
	}
}

// add reports whether the answer is right.
func (t *tally) add(p, threshold float64, truth bool) bool {
	yes := p > threshold
	right := yes == truth && !math.IsNaN(p)
	side := 0
	if truth {
		side = 1
		t.rows++
	}
	if yes {
		t.predicted++
	}
	if yes && truth {
		t.both++
	}
	if !right {
		t.wrong++
	}
	t.scores[side] = append(t.scores[side], p)
	return right
}

// Rows returns how many rows were added.
func (m *MultiLabel) Rows() int { return m.rows }

// SubsetAccuracy returns the share of rows whose answers are all right. Equal
// to scikit-learn's accuracy_score of such targets.
func (m *MultiLabel) SubsetAccuracy() float64 { return float64(m.right) / float64(m.rows) }

// HammingLoss returns the share of wrong answers. Equal to scikit-learn's
// hamming_loss.
func (m *MultiLabel) HammingLoss() float64 {
	wrong := 0
	for _, t := range m.tallies {
		wrong += t.wrong
	}
	return float64(wrong) / float64(m.rows*len(m.names))
}

// LogLoss returns the mean over rows and labels of -log p(truth), in nats: the
// binary cross-entropy.
func (m *MultiLabel) LogLoss() float64 { return m.loss / float64(m.rows*len(m.names)) }

// Precision returns the mean precision over the labels that occur in truth or
// in predictions. scikit-learn's precision_score with average="macro" counts
// other labels as 0, or with zero_division=nan leaves them out, too. Recall and
// F1 are alike.
func (m *MultiLabel) Precision() float64 { return macro(m.classes()).Precision }

// Recall returns the mean recall over the labels that occur in truth or in
// predictions.
func (m *MultiLabel) Recall() float64 { return macro(m.classes()).Recall }

// MacroF1 returns the mean F1 over the labels that occur in truth or in
// predictions.
func (m *MultiLabel) MacroF1() float64 { return macro(m.classes()).F1 }

// MicroF1 returns the F1 of all answers taken together; 0 if no yes is right.
// Equal to scikit-learn's f1_score with average="micro".
func (m *MultiLabel) MicroF1() float64 {
	if m.rows == 0 {
		return math.NaN()
	}
	return micro(m.classes()).F1
}

// AveragePrecision returns the mean average precision over the labels that
// some row has; see [Classification.AveragePrecision]. It is NaN if no row has
// any. scikit-learn's average_precision_score counts other labels as 0.
func (m *MultiLabel) AveragePrecision() float64 { return m.meanOf(averagePrecision) }

// AUROC returns the mean area under the receiver operating characteristic over
// the labels that some rows have and some have not; see
// [Classification.AUROC]. It is NaN if there are none. scikit-learn's
// roc_auc_score refuses other labels.
func (m *MultiLabel) AUROC() float64 { return m.meanOf(auroc) }

// meanOf leaves out labels that of does not measure, but not those with a NaN.
func (m *MultiLabel) meanOf(of func(negative, positive []float64) float64) float64 {
	sum, n := 0.0, 0
	for _, t := range m.tallies {
		x := of(t.scores[0], t.scores[1])
		if math.IsNaN(x) && !anyNaN(t.scores[0]) && !anyNaN(t.scores[1]) {
			continue
		}
		sum += x
		n++
	}
	return sum / float64(n)
}

// Label is what is known of one label. Its Rows are those that have it.
type Label struct {
	Class
	AveragePrecision float64 // NaN if no row has it
	AUROC            float64 // NaN if no row has it, or all have
}

// Labels returns the measures of every label, in order.
func (m *MultiLabel) Labels() []Label {
	out := make([]Label, len(m.names))
	for i, k := range m.classes() {
		scores := m.tallies[i].scores
		out[i] = Label{k, averagePrecision(scores[0], scores[1]), auroc(scores[0], scores[1])}
	}
	return out
}

// Summary returns precision, recall and F1 of every label, and their means.
func (m *MultiLabel) Summary() Summary { return summary(m.classes()) }

func (m *MultiLabel) classes() []Class {
	out := make([]Class, len(m.names))
	for i, t := range m.tallies {
		out[i] = Class{Name: m.names[i], Rows: t.rows, Predicted: t.predicted, Right: t.both}.rate()
	}
	return out
}
