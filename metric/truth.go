package metric

import (
	"fmt"
	"math"
	"slices"
)

// Truth says what the targets of some rows are: by it a metric knows whether
// the rows leave it undefined, and the simplest model what to predict.
type Truth struct {
	Rows   int
	Counts []int // rows of each class, or with each label; nil for numbers
	Zeros  int   // numbers: values that are 0

	spec   Spec
	first  []float64 // numbers: the first row
	varied bool
	least  []float64 // of each value, at most 0
	means  Means
}

// NewTruth returns a truth of no rows.
func NewTruth(spec Spec) *Truth {
	t := &Truth{spec: spec.clone()}
	if spec.Kind == Numbers {
		t.means, t.least = NewMeans(len(spec.Names)), make([]float64, len(spec.Names))
	} else {
		t.Counts = make([]int, len(spec.Names))
	}
	return t
}

// Spec returns what is predicted.
func (t *Truth) Spec() Spec { return t.spec }

// Varied reports whether a value differs between rows, of numbers.
func (t *Truth) Varied() bool { return t.varied }

// Add takes the targets of n more rows: class numbers [n], whole and in
// [0, C), values [n, T], or labels [n, L], each 0 or 1.
//
// An error names the row, counted over all calls, and leaves t as it was.
func (t *Truth) Add(targets []float64) error {
	width := t.spec.Width()
	if err := t.spec.valid(); err != nil {
		return err
	}
	if len(targets)%width != 0 {
		return fmt.Errorf("metric: %d targets do not fill rows of %d", len(targets), width)
	}
	for i, y := range targets {
		if err := t.check(y, i%width); err != nil {
			return fmt.Errorf("metric: row %d: %w", t.Rows+i/width, err)
		}
	}
	for start := 0; start < len(targets); start += width {
		t.row(targets[start : start+width])
	}
	return nil
}

func (t *Truth) check(y float64, column int) error {
	switch n := len(t.spec.Names); {
	case t.spec.Kind == Classes && !(y >= 0 && y < float64(n) && y == math.Trunc(y)):
		return fmt.Errorf("label %v; want a whole number in [0, %d)", y, n)
	case t.spec.Kind == Labels && y != 0 && y != 1:
		return fmt.Errorf("label %q is %v; want 0 or 1", t.spec.Names[column], y)
	}
	return nil
}

func (t *Truth) row(target []float64) {
	switch t.spec.Kind {
	case Classes:
		t.Counts[int(target[0])]++
	case Labels:
		for i, y := range target {
			t.Counts[i] += int(y)
		}
	case Numbers:
		if t.Rows == 0 {
			t.first = slices.Clone(target)
		}
		for i, y := range target {
			t.varied = t.varied || y != t.first[i]
			if y == 0 {
				t.Zeros++
			}
			t.least[i] = min(t.least[i], y)
		}
		t.means.row(target)
	}
	t.Rows++
}

// Negative returns the name and the least of the first value that is below 0 in some
// row, by more than rounding.
func (t *Truth) Negative() (name string, least float64, below bool) {
	for i, v := range t.least {
		spread := math.Sqrt(t.means.squares[i]/float64(max(1, t.Rows))) + math.Abs(t.means.mean[i]+t.means.origin[i])
		if v < -1e-6*spread {
			return t.spec.Names[i], v, true
		}
	}
	return "", 0, false
}

// Baseline returns what the simplest model predicts for every row: how often
// each class or label occurs, or the mean of each value. It is the baseline of
// a [Set] where t is of the training rows; nil where t has none.
func (t *Truth) Baseline() []float64 {
	if t.Rows == 0 {
		return nil
	}
	if t.spec.Kind == Numbers {
		return t.means.Values()
	}
	out := make([]float64, len(t.Counts))
	for i, n := range t.Counts {
		out[i] = float64(n) / float64(t.Rows)
	}
	return out
}
