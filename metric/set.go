package metric

import (
	"fmt"
	"math"
	"slices"
)

// Set measures several metrics in one pass over the rows. Metrics that read the
// same, such as all that read a [Classification], gather it once.
//
// A set belongs to one goroutine.
type Set struct {
	spec     Spec
	metrics  []Metric
	truth    *Truth
	of       measured
	baseline measured
	constant []float64 // what the baseline predicts; nil: there is none
	pair     []float64 // a prediction of two classes, from that of class 1
	x, y     []float64 // rows of AddFloat32
}

// measured are the accumulators of a set for predictions of one origin.
type measured struct {
	values  []Accumulator // of the metrics
	gather  []Accumulator // those that take rows, each once
	classes *Classification
	numbers *Regression
	labels  *MultiLabel
}

// NewSet returns a set of those metrics without rows. Each must fit, and bear
// a name of its own.
func NewSet(spec Spec, metrics ...Metric) (*Set, error) {
	if err := spec.valid(); err != nil {
		return nil, err
	}
	for i, m := range metrics {
		if m.Name == Loss.Name {
			return nil, fmt.Errorf("metric: loss is measured where it is made small; no set takes it")
		}
		if err := m.Validate(); err != nil {
			return nil, err
		}
		if named(metrics[:i], m.Name) >= 0 {
			return nil, fmt.Errorf("metric: %s stands twice in a set", m.Name)
		}
		if err := m.Suits(spec); err != nil {
			return nil, fmt.Errorf("metric: %w", err)
		}
	}
	s := &Set{spec: spec.clone(), metrics: slices.Clone(metrics), truth: NewTruth(spec), pair: make([]float64, 2)}
	s.of = s.open()
	if i := slices.Index(s.of.values, nil); i >= 0 {
		return nil, fmt.Errorf("metric: New of %s gave no accumulator for %v", metrics[i].Name, spec)
	}
	return s, nil
}

// open returns accumulators without rows. What measures by class, value or
// label comes first and is always gathered.
func (s *Set) open() (m measured) {
	var first Accumulator
	switch s.spec.Kind {
	case Classes:
		r := &reading[classified]{source: classRows, rows: classRows.open(s.spec)}
		first, m.classes = r, r.rows.Classification
	case Numbers:
		r := &reading[regressed]{source: numberRows, rows: numberRows.open(s.spec)}
		first, m.numbers = r, r.rows.Regression
	case Labels:
		r := &reading[labelled]{source: labelRows, rows: labelRows.open(s.spec)}
		first, m.labels = r, r.rows.MultiLabel
	}
	m.gather = []Accumulator{first}
	for _, metric := range s.metrics {
		a := metric.New(s.spec)
		m.values = append(m.values, a)
		j, ok := a.(joiner)
		if !ok || !slices.ContainsFunc(m.gather, j.join) {
			m.gather = append(m.gather, a)
		}
	}
	return m
}

// Beside makes the set measure a second model on the same rows, the simplest
// there is: it predicts the same for every row, as [Truth.Baseline] of the
// training rows says. Call it before the first row.
func (s *Set) Beside(prediction []float64) error {
	if s.truth.Rows > 0 {
		return fmt.Errorf("metric: a baseline joins a set of %d rows; want it before the first", s.truth.Rows)
	}
	if len(prediction) != len(s.spec.Names) {
		return fmt.Errorf("metric: a baseline of %d values for %v", len(prediction), s.spec)
	}
	s.constant, s.baseline = slices.Clone(prediction), s.open()
	return nil
}

// Add takes n more rows: predictions [n, len(Names)] and targets [n] for
// classes, [n, len(Names)] otherwise; see [Kind]. With two classes,
// predictions may also be [n], the probability of class 1.
//
// An error names the row, counted over all calls, and leaves s as it was.
func (s *Set) Add(predictions, targets []float64) error {
	return s.AddWeighted(predictions, targets, nil)
}

// AddWeighted is [Set.Add] of rows that count more or less, as weights says, at least
// 0 each; nil is 1. A row of weight 0 is as if it were not there. Metrics count rows
// alike that say [Metric.Alike] or whose accumulator is no [Weigher].
func (s *Set) AddWeighted(predictions, targets, weights []float64) error {
	width, wide := s.spec.Width(), len(s.spec.Names)
	n := len(targets) / width
	single := s.spec.two() && len(predictions) == n
	if !single && len(predictions) != n*wide {
		return fmt.Errorf("metric: %d predictions for %d rows of %v; want %d", len(predictions), n, s.spec, n*wide)
	}
	if weights != nil && len(weights) != n {
		return fmt.Errorf("metric: %d weights for %d rows", len(weights), n)
	}
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("metric: row %d: weight %v; want a finite number of at least 0", s.truth.Rows+i, w)
		}
	}
	if err := s.truth.Add(targets); err != nil {
		return err
	}
	for i := range n {
		row := s.pair
		if single {
			s.of.classes.widen(row, predictions[i])
		} else {
			row = predictions[i*wide : (i+1)*wide]
		}
		target, weight := targets[i*width:(i+1)*width], 1.0
		if weights != nil {
			weight = weights[i]
		}
		if weight == 0 {
			continue
		}
		for _, a := range s.of.gather {
			addTo(a, row, target, weight)
		}
		for _, a := range s.baseline.gather {
			addTo(a, s.constant, target, weight)
		}
	}
	return nil
}

// AddFloat32 is [Set.Add] of what the engine holds.
func (s *Set) AddFloat32(predictions, targets []float32) error {
	s.x, s.y = widen(s.x, predictions), widen(s.y, targets)
	return s.Add(s.x, s.y)
}

func widen(to []float64, from []float32) []float64 {
	to = to[:0]
	for _, v := range from {
		to = append(to, float64(v))
	}
	return to
}

// Metrics returns what the set measures, in order.
func (s *Set) Metrics() []Metric { return slices.Clone(s.metrics) }

// Spec returns what is predicted.
func (s *Set) Spec() Spec { return s.spec }

// Rows returns how many rows were added.
func (s *Set) Rows() int { return s.truth.Rows }

// Truth returns what the targets of the rows are.
func (s *Set) Truth() *Truth { return s.truth }

// Value returns the metric of that name, NaN if the set has none or the rows
// leave it undefined.
func (s *Set) Value(name string) float64 { return s.value(s.of, name) }

// Baseline returns what the simplest model reaches, NaN without one.
func (s *Set) Baseline(name string) float64 { return s.value(s.baseline, name) }

func (s *Set) value(m measured, name string) float64 {
	if i := named(s.metrics, name); i >= 0 && m.values != nil {
		return m.values[i].Value()
	}
	return math.NaN()
}

// Undefined returns why the rows leave the metric of that name undefined, nil
// if they do not; see [Metric.Measurable].
func (s *Set) Undefined(name string) error {
	if i := named(s.metrics, name); i >= 0 {
		return s.metrics[i].Measurable(s.truth)
	}
	return fmt.Errorf("%s is not measured", name)
}

// Classification returns the measures by class, nil unless classes are predicted.
func (s *Set) Classification() *Classification { return s.of.classes }

// Regression returns the measures by value, nil unless numbers are predicted.
func (s *Set) Regression() *Regression { return s.of.numbers }

// MultiLabel returns the measures by label, nil unless labels are predicted.
func (s *Set) MultiLabel() *MultiLabel { return s.of.labels }
