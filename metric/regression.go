package metric

import (
	"fmt"
	"math"
	"slices"
)

// Regression gathers predictions of one or more real targets, and beside them
// those of the simplest model there is: always the mean of the training set.
type Regression struct {
	names    []string
	baseline []float64 // training means; nil: none
	truth    Means     // of the wanted values, for the total sum of squares
	square   []float64 // Σ(pred-want)² of each target
	abs      []float64 // Σ|pred-want|
	square0  []float64 // the same for the baseline
	abs0     []float64
}

// NewRegression returns a measure over the named targets. The training means,
// one a target, are the baseline's prediction; nil leaves the baseline out.
func NewRegression(targets []string, training []float64) *Regression {
	sums := func() []float64 { return make([]float64, len(targets)) }
	return &Regression{
		names:    slices.Clone(targets),
		baseline: slices.Clone(training),
		truth:    NewMeans(len(targets)),
		square:   sums(), abs: sums(), square0: sums(), abs0: sums(),
	}
}

// Add takes n more rows, in the targets' own units: pred and want [n, T].
func (r *Regression) Add(pred, want []float64) error {
	targets := len(r.names)
	switch {
	case targets == 0:
		return fmt.Errorf("metric: no targets; regression needs at least 1")
	case r.baseline != nil && len(r.baseline) != targets:
		return fmt.Errorf("metric: %d training means for %d targets", len(r.baseline), targets)
	case len(pred) != len(want):
		return fmt.Errorf("metric: %d predictions for %d wanted values", len(pred), len(want))
	}
	if err := r.truth.fill(want); err != nil {
		return err
	}
	for start := 0; start < len(want); start += targets {
		r.row(pred[start:start+targets], want[start:start+targets])
	}
	return nil
}

func (r *Regression) row(pred, want []float64) { r.addWeighted(pred, want, 1) }

func (r *Regression) addWeighted(pred, want []float64, weight float64) {
	r.truth.weigh(want, weight)
	for t, y := range want {
		e := pred[t] - y
		r.square[t] += float64(weight * float64(e*e))
		r.abs[t] += float64(weight * math.Abs(e))
		if r.baseline != nil {
			e = r.baseline[t] - y
			r.square0[t] += float64(weight * float64(e*e))
			r.abs0[t] += float64(weight * math.Abs(e))
		}
	}
}

// Rows returns how many rows were added.
func (r *Regression) Rows() int { return r.truth.rows }

// Target is what is known of one target, or of the mean over targets.
type Target struct {
	Name string
	MSE  float64 // mean squared error, in the target's unit squared
	RMSE float64 // its root, in the target's unit
	MAE  float64 // mean absolute error, in the target's unit
	R2   float64 // 1 - Σ(pred-want)²/Σ(want-mean)²; 1 is perfect, 0 the mean's
}

// Score returns the measure that the metric of that name takes the mean of, one
// of [Usual]; NaN for another.
func (t Target) Score(name string) float64 {
	if of, ok := ofTarget[name]; ok {
		return of(t)
	}
	return math.NaN()
}

// Targets returns the measures of every target, in order. R2 of a target that
// never varies is 1 if it is met exactly and 0 if not, and of fewer than two
// rows NaN, as in scikit-learn's r2_score.
func (r *Regression) Targets() []Target { return r.targets(r.square, r.abs) }

// Baseline returns the measures that the training means reach on the same
// rows, nil without training means. Its R2 is 0 at best: the R2 of each
// target is taken about the mean of the rows measured.
func (r *Regression) Baseline() []Target {
	if r.baseline == nil {
		return nil
	}
	return r.targets(r.square0, r.abs0)
}

func (r *Regression) targets(square, abs []float64) []Target {
	out := make([]Target, len(r.names))
	n := r.truth.weight
	for i, name := range r.names {
		out[i] = Target{
			Name: name,
			MSE:  square[i] / n,
			RMSE: math.Sqrt(square[i] / n),
			MAE:  abs[i] / n,
			R2:   r2(square[i], r.truth.squares[i], r.truth.rows),
		}
	}
	return out
}

func r2(residual, total float64, rows int) float64 {
	switch {
	case rows < 2:
		return math.NaN()
	case total != 0:
		return 1 - residual/total
	case residual == 0:
		return 1
	case math.IsNaN(residual):
		return residual
	}
	return 0
}

// Average returns the plain mean of each measure over the targets, as
// scikit-learn's multioutput="uniform_average". MSE, RMSE and MAE mix the
// units of the targets; R2 has none.
func Average(targets []Target) Target {
	sum := Target{Name: "average"}
	n := float64(len(targets))
	for _, t := range targets {
		sum.MSE += t.MSE
		sum.RMSE += t.RMSE
		sum.MAE += t.MAE
		sum.R2 += t.R2
	}
	return Target{sum.Name, sum.MSE / n, sum.RMSE / n, sum.MAE / n, sum.R2 / n}
}

// MSE returns the mean squared error, averaged over the targets.
func (r *Regression) MSE() float64 { return Average(r.Targets()).MSE }

// MAE returns the mean absolute error, averaged over the targets.
func (r *Regression) MAE() float64 { return Average(r.Targets()).MAE }

// R2 returns the coefficient of determination, averaged over the targets.
func (r *Regression) R2() float64 { return Average(r.Targets()).R2 }

// Means gathers the mean of each column and the sum of squares about it. The
// first row is the origin, so that columns far from zero lose nothing.
//
// Source: Welford, Technometrics 4 (1962) 419.
type Means struct {
	rows    int
	weight  float64   // of the rows
	origin  []float64 // the first row
	mean    []float64 // of x-origin
	squares []float64 // Σ(x-mean)²
}

// NewMeans returns empty means of that many columns.
func NewMeans(columns int) Means {
	return Means{origin: make([]float64, columns), mean: make([]float64, columns), squares: make([]float64, columns)}
}

// Add takes n more rows: x [n, columns].
func (m *Means) Add(x []float64) error {
	if err := m.fill(x); err != nil {
		return err
	}
	for columns, start := len(m.mean), 0; start < len(x); start += columns {
		m.row(x[start : start+columns])
	}
	return nil
}

// fill returns an error if x does not fill rows.
func (m *Means) fill(x []float64) error {
	if columns := len(m.mean); columns == 0 || len(x)%columns != 0 {
		return fmt.Errorf("metric: %d values do not fill rows of %d columns", len(x), columns)
	}
	return nil
}

func (m *Means) row(row []float64) { m.weigh(row, 1) }

// weigh takes a row that counts so much.
func (m *Means) weigh(row []float64, weight float64) {
	if m.rows == 0 {
		copy(m.origin, row)
	}
	m.rows++
	m.weight += weight
	for j, v := range row {
		v -= m.origin[j]
		d := v - m.mean[j]
		m.mean[j] += float64(weight*d) / m.weight
		m.squares[j] += float64(weight * float64(d*(v-m.mean[j])))
	}
}

// Values returns the mean of each column; 0 before the first row.
func (m *Means) Values() []float64 {
	out := slices.Clone(m.origin)
	for j := range out {
		out[j] += m.mean[j]
	}
	return out
}
