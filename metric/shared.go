package metric

// MeanOf gathers the mean over rows of f, such as its error or whether it is
// right.
func MeanOf(f func(prediction, target []float64) float64) func(Spec) Accumulator {
	return func(Spec) Accumulator { return &meanOf{of: f} }
}

type meanOf struct {
	of     func(prediction, target []float64) float64
	sum    float64
	weight float64 // of the rows
}

func (m *meanOf) Add(prediction, target []float64) {
	m.sum += m.of(prediction, target)
	m.weight++
}

func (m *meanOf) Value() float64 { return m.sum / m.weight }

// Gatherer gathers rows, lent to it one by one.
type Gatherer interface {
	Add(prediction, target []float64)
}

// Source is what several metrics read: in a [Set] its rows are gathered once.
type Source[G Gatherer] struct {
	open func(Spec) G
}

// Shared returns a source that gathers rows in what open returns. It belongs
// into a variable of the package, beside the metrics that read it:
//
//	var residuals = metric.Shared(newResiduals)
//
//	var Skew = metric.Metric{…, New: residuals.Read((*Residuals).Skew)}
//	var Tail = metric.Metric{…, New: residuals.Read((*Residuals).Tail)}
func Shared[G Gatherer](open func(Spec) G) *Source[G] { return &Source[G]{open} }

// Read returns the accumulators of a metric that is of what the source has
// gathered.
func (s *Source[G]) Read(of func(G) float64) func(Spec) Accumulator {
	return func(spec Spec) Accumulator { return &reading[G]{s, s.open(spec), of} }
}

type reading[G Gatherer] struct {
	source *Source[G]
	rows   G
	of     func(G) float64
}

func (r *reading[G]) Add(prediction, target []float64) { r.rows.Add(prediction, target) }
func (r *reading[G]) Value() float64                   { return r.of(r.rows) }

// join makes r read the rows of another accumulator of the same source, which
// are then added to that one alone.
func (r *reading[G]) join(other Accumulator) bool {
	o, ok := other.(*reading[G])
	if !ok || o.source != r.source {
		return false
	}
	r.rows = o.rows
	return true
}

type joiner interface{ join(Accumulator) bool }

// OfClassification gathers a [Classification], which a [Set] shares among all
// metrics that read it, and takes f of it.
func OfClassification(f func(*Classification) float64) func(Spec) Accumulator {
	return classRows.Read(func(r classified) float64 { return f(r.Classification) })
}

// OfRegression gathers a [Regression] as [OfClassification] does.
func OfRegression(f func(*Regression) float64) func(Spec) Accumulator {
	return numberRows.Read(func(r regressed) float64 { return f(r.Regression) })
}

// OfMultiLabel gathers a [MultiLabel] as [OfClassification] does.
func OfMultiLabel(f func(*MultiLabel) float64) func(Spec) Accumulator {
	return labelRows.Read(func(r labelled) float64 { return f(r.MultiLabel) })
}

// ofEither is of classes by the one, and of labels by the other.
func ofEither(classes func(*Classification) float64, labels func(*MultiLabel) float64) func(Spec) Accumulator {
	return func(s Spec) Accumulator {
		if s.Kind == Labels {
			return OfMultiLabel(labels)(s)
		}
		return OfClassification(classes)(s)
	}
}

type (
	classified struct{ *Classification }
	regressed  struct{ *Regression }
	labelled   struct{ *MultiLabel }
)

func (c classified) Add(prediction, target []float64) { c.add(prediction, int(target[0])) }
func (r regressed) Add(prediction, target []float64)  { r.row(prediction, target) }
func (l labelled) Add(prediction, target []float64)   { l.row(prediction, target) }

var (
	classRows = Shared(func(s Spec) classified {
		return classified{NewClassification(s.Names, Probabilities)}
	})
	numberRows = Shared(func(s Spec) regressed { return regressed{NewRegression(s.Names, nil)} })
	labelRows  = Shared(func(s Spec) labelled { return labelled{NewMultiLabel(s.Names)} })
)
