// Package metric measures predictions as they stream by, in float64.
//
// A [Metric] is a value that says what it measures, which way it improves, how
// it is shown, what it fits and how it is gathered. Those that come with the
// package are rows of one table, see [All]; one of your own has the same form
// and needs nothing else. A [Set] measures several in one pass.
//
// [Classification], [Regression] and [MultiLabel] are what most of them read:
// use them alone where rows, matrices and measures by class are wanted.
//
// Rows are added batch by batch; how they are cut into batches does not
// change a bit of the result. A measure of no rows is NaN, and nothing is
// clipped: a NaN or an infinite prediction shows.
package metric

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Metric is a number that says how good predictions are.
//
// One of your own is a value of this type; see the example of the package. It
// goes by name wherever a metric is named once it is registered, see
// [Register].
type Metric struct {
	Name   string // as settings and files have it: "balanced_accuracy"
	Title  string // as people read it: "balanced accuracy"; "" stands for Name with spaces
	Doc    string // what it is, in one line
	Higher bool   // whether a larger value is better
	Unit   Unit   // what values are shown in

	// Lo and Hi are the least and the largest value there can be, perhaps
	// infinite. Both 0 is the same as no bounds.
	Lo, Hi float64

	// Share says that every row counts as 0 or 1, so that values differ by
	// whole rows.
	Share bool

	// Alike says that all rows count alike, though some are to count more than
	// others; see [Weigher].
	Alike bool

	// Fits returns nil if predictions of that kind have this metric, and
	// otherwise an error that goes on after the name: "is of numbers". See
	// [OnClasses], [OnTwoClasses], [OnNumbers] and [OnLabels].
	Fits func(Spec) error

	// Needs returns nil if rows with those targets have a value worth
	// watching, and otherwise an error that goes on after the name: "takes
	// rows of both classes, and none of 9 is of class "b"". nil: any row will do.
	Needs func(*Truth) error

	// New returns an accumulator without rows, of a kind that fits. See
	// [MeanOf], [OfClassification], [OfRegression], [OfMultiLabel] and
	// [Shared]. It is nil for [Loss] alone.
	New func(Spec) Accumulator
}

// Accumulator gathers rows and says what they amount to.
//
// Add takes one row, which is only lent: it holds other values later. What the
// two slices are is said by [Kind]; a [Set] has checked lengths and targets.
// Value may be asked for at any time, and is NaN where there is none.
type Accumulator interface {
	Add(prediction, target []float64)
	Value() float64
}

// Unit is what the values of a metric are shown in.
type Unit int

const (
	Plain             Unit = iota // a number without a unit
	Percent                       // 0.5 is shown as 50 %
	Nats                          // of information
	TargetUnit                    // the unit of the target
	TargetUnitSquared             // its square
)

// String returns the unit in words.
func (u Unit) String() string {
	return [...]string{"plain", "percent", "nats", "unit of the target", "unit of the target squared"}[u]
}

// Scale returns how many of what is shown make 1, and the sign after it:
// 100 and "%", otherwise 1 and "".
func (u Unit) Scale() (times float64, sign string) {
	if u == Percent {
		return 100, "%"
	}
	return 1, ""
}

// Label returns the title, or the name with spaces where there is none.
func (m Metric) Label() string {
	if m.Title != "" {
		return m.Title
	}
	return strings.ReplaceAll(m.Name, "_", " ")
}

// Bounds returns the least and the largest value there can be.
func (m Metric) Bounds() (lo, hi float64) {
	if m.Lo == 0 && m.Hi == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	return m.Lo, m.Hi
}

// Better reports whether the value a is better than b. A NaN never is, and
// everything else is better than a NaN.
func (m Metric) Better(a, b float64) bool {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return math.IsNaN(b) && !math.IsNaN(a)
	case m.Higher:
		return a > b
	}
	return a < b
}

// Suits returns an error if predictions of that kind do not have this metric;
// it names some that they have.
func (m Metric) Suits(s Spec) error {
	err := m.Fits(s)
	if err == nil {
		return nil
	}
	var others []string
	for _, o := range Usual(s) {
		others = append(others, o.Name)
	}
	if len(others) == 0 {
		return fmt.Errorf("%s %w, and these are %v", m.Name, err, s)
	}
	return fmt.Errorf("%s %w, and these are %v, which have %s", m.Name, err, s, strings.Join(others, ", "))
}

// Measurable returns an error if rows with these targets leave the metric
// undefined, or the same whatever is predicted: auroc takes rows of both
// classes, and r2 targets that vary. No model can be the best by it there.
func (m Metric) Measurable(t *Truth) error {
	if t.Rows == 0 {
		return fmt.Errorf("%s takes rows, and there are none", m.Name)
	}
	if m.Needs == nil {
		return nil
	}
	if err := m.Needs(t); err != nil {
		return fmt.Errorf("%s %w", m.Name, err)
	}
	return nil
}

// Validate returns an error if a metric lacks what it cannot do without.
func (m Metric) Validate() error {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '.'
	}
	switch {
	case m.Name == "" || strings.ContainsFunc(m.Name, odd) || m.Name[0] < 'a':
		return fmt.Errorf("metric: name %q; want small letters, digits, _ and ., a letter first", m.Name)
	case m.Unit < Plain || m.Unit > TargetUnitSquared:
		return fmt.Errorf("metric: %s has the unit %d; want one of the package", m.Name, int(m.Unit))
	case !(m.Lo <= m.Hi):
		return fmt.Errorf("metric: %s has the bounds %v and %v; want the least first", m.Name, m.Lo, m.Hi)
	case m.Fits == nil:
		return fmt.Errorf("metric: %s does not say what it fits; want Fits, such as metric.OnNumbers", m.Name)
	case m.New == nil:
		return fmt.Errorf("metric: %s has no accumulator; want New, such as metric.MeanOf", m.Name)
	}
	return nil
}

// named returns the index of the metric of that name, -1 if there is none.
func named(list []Metric, name string) int {
	return slices.IndexFunc(list, func(m Metric) bool { return m.Name == name })
}
