package model

import (
	"context"
	"errors"
	"fmt"
	"math"

	"descent/data"
	"descent/internal/canonical"
	"descent/metric"
)

// HeldOut is what was predicted for rows that were not trained on: by one model, see
// [Model.HeldOut], or out of fold, each row by those members of a bag that did not see
// it. What decides from outputs is found on it where a bag has no other such rows.
//
// The joined model is not its members: a mean of more of them is nearer to what is
// right, and less sure. So what is found on single members is on the safe side of
// residuals, and no more than near for probabilities; see the methods of [Model] that
// take it.
type HeldOut struct {
	Values       [][]float64 // of each row: the probability of each class or label, or the targets in their own units
	Lower, Upper [][]float64 // of numbers: the lowest and the highest quantile, or Values where the model has none; else nil
	Targets      [][]float64 // of each row: the number of its class, 0 or 1 for each label, or numbers in their own units
	Weights      []float64   // how much each row counts; nil: all alike
}

// HeldOut predicts rows that the model was not trained on, in their order.
func (m *Model) HeldOut(ctx context.Context, source data.Source) (*HeldOut, error) {
	if err := m.net.Fits(source.Spec()); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	h, goal := &HeldOut{}, m.net.Objective[0]
	err := m.bands(ctx, source, true, func(rows int, b *data.Batch, bands bands) error {
		h.Values = append(h.Values, byRow(bands.values, rows)...)
		h.Targets = append(h.Targets, byRow(decode(&m.net, 0, b.Y), rows)...)
		if goal.Task == data.Regression {
			h.Lower = append(h.Lower, byRow(bands.low, rows)...)
			h.Upper = append(h.Upper, byRow(bands.high, rows)...)
		}
		for _, w := range b.Field(goal.Rows) {
			h.Weights = append(h.Weights, float64(w))
		}
		return nil
	})
	return h, err
}

// byRow cuts values of so many rows.
func byRow(values []float64, rows int) [][]float64 {
	list, wide := make([][]float64, rows), len(values)/rows
	for i := range list {
		list[i] = values[i*wide : (i+1)*wide : (i+1)*wide]
	}
	return list
}

// Weight is how much row i counts.
func (h *HeldOut) Weight(i int) float64 {
	if h.Weights == nil {
		return 1
	}
	return h.Weights[i]
}

// takes returns why predictions are none that the model makes.
func (m *Model) takes(h *HeldOut) error {
	n, numbers := len(h.Values), m.net.Objective[0].Task == data.Regression
	switch {
	case n == 0:
		return errors.New("there are no rows that were held out")
	case len(h.Targets) != n || h.Weights != nil && len(h.Weights) != n:
		return fmt.Errorf("%d predictions, %d targets and %d weights; want as many", n, len(h.Targets), len(h.Weights))
	case numbers && (len(h.Lower) != n || len(h.Upper) != n):
		return fmt.Errorf("%d predictions, and ranges from %d to %d; want as many", n, len(h.Lower), len(h.Upper))
	}
	spec, err := MetricSpec(m.net.Spec, m.net.Objective[0])
	if err != nil {
		return err
	}
	wide, width := len(spec.Names), spec.Width()
	for i, values := range h.Values {
		if len(values) != wide || len(h.Targets[i]) != width || numbers && (len(h.Lower[i]) != wide || len(h.Upper[i]) != wide) {
			return fmt.Errorf("row %d: %d predictions and %d targets; want %d and %d", i, len(values), len(h.Targets[i]), wide, width)
		}
	}
	truth := metric.NewTruth(spec)
	for _, target := range h.Targets {
		if err := truth.Add(target); err != nil {
			return err
		}
	}
	return nil
}

// CalibrateOn is [Model.Calibrate] on predictions of before: those of the model, or of
// its members out of fold, without a temperature. Logits are the logarithms of their
// probabilities, of labels log p - log (1-p), each p at least 1e-9.
//
// Members that are too little sure, as label smoothing makes them, give a T below 1,
// and their mean, which is less sure than they are, takes that T or a lower one. Of
// members that are too sure T is above 1, and their mean may already be as sure as it
// should be: such a T is not that of the mean. Five networks of 4,000 rows of Adult
// gave, over three seeds, T of 0.72 to 0.74 with smoothing, where 0.70 to 0.72 was best
// of their mean on other rows, and 1.07 to 1.26 without, where 1.00 to 1.06 was.
//
// Source: Rahaman and Thiery, "Uncertainty Quantification and Deep Ensembles", NeurIPS
// 2021, arXiv:2007.08792, who calibrate the mean, and show that a mean of calibrated
// members is too little sure.
func (m *Model) CalibrateOn(h *HeldOut) (Calibration, error) {
	err := m.calibratable()
	if err == nil {
		err = m.takes(h)
	}
	if err != nil {
		return Calibration{}, fmt.Errorf("model: calibrate: %w", err)
	}
	a := &answers{perRow: 1, wide: len(h.Values[0]), weight: append([]float64(nil), h.Weights...)}
	labels := m.net.Objective[0].Task == data.MultiLabel
	if labels {
		a.perRow, a.wide = a.wide, 1
	}
	for i, values := range h.Values {
		for k, p := range values {
			z := logOf(p)
			if labels {
				z -= logOf(1 - p)
			}
			if z-z != 0 {
				return Calibration{}, fmt.Errorf("model: row %d: probability %d is %v; there is no temperature for it", i, k, p)
			}
			a.z = append(a.z, float32(z))
		}
		for _, y := range h.Targets[i] {
			a.truth = append(a.truth, int(y))
		}
	}
	if err := a.balance(); err != nil {
		return Calibration{}, err
	}
	return a.calibration(1), nil
}

// logOf is the logarithm of a probability, which stays finite.
func logOf(p float64) float64 { return canonical.Log(max(p, 1e-9)) }

// ResidualsOf is [Model.MeasureResiduals] of predictions of before. Of a bag they are
// out of fold, and intervals stand around the mean of its members: that is
// cross-conformal prediction, simplified. A mean is as far off as its members, or less,
// so that intervals hold what they say or a little more; but the proof of [Residuals],
// which is of one model, is not theirs. CV+ of Barber et al. has a proof of 1-2α.
//
// Source: Vovk, "Cross-conformal predictors", Annals of Mathematics and Artificial
// Intelligence 74 (2015), arXiv:1208.0806; Barber et al., "Predictive inference with the
// jackknife+", Annals of Statistics 49 (2021), arXiv:1905.02928.
func (m *Model) ResidualsOf(h *HeldOut) (*Residuals, error) {
	err := m.spans()
	if err == nil {
		err = m.takes(h)
	}
	if err != nil {
		return nil, fmt.Errorf("model: residuals: %w", err)
	}
	scores := make([][]float64, m.net.Spec.Outputs())
	for i, target := range h.Targets {
		for k, y := range target {
			scores[k] = append(scores[k], max(h.Lower[i][k]-y, y-h.Upper[i][k]))
		}
	}
	return NewResiduals(scores...)
}

// AnswersOf is [Model.Answers] of predictions of before, without the temperature of
// the model, which is put to them here.
func (m *Model) AnswersOf(h *HeldOut) ([]metric.Answers, error) {
	if err := m.takes(h); err != nil {
		return nil, fmt.Errorf("model: answers: %w", err)
	}
	spec, err := MetricSpec(m.net.Spec, m.net.Objective[0])
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	set, err := metric.NewSet(spec, metric.Usual(spec)...)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	for i, values := range h.Values {
		if err := set.AddWeighted(heated(values, m.Temperature(), spec.Kind), h.Targets[i], []float64{h.Weight(i)}); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
	}
	r := Report{Classification: set.Classification(), MultiLabel: set.MultiLabel()}
	if list := r.Answers(); list != nil {
		return list, nil
	}
	return nil, errors.New("model: thresholds are of two classes, or of labels")
}

// heated are probabilities whose logits are divided by t.
func heated(values []float64, t float64, kind metric.Kind) []float64 {
	if t == 1 || kind == metric.Numbers {
		return values
	}
	out, sum := make([]float64, len(values)), 0.0
	for k, p := range values {
		out[k] = canonical.Exp2(logOf(p) * math.Log2E / t)
		if kind == metric.Labels {
			out[k] /= out[k] + canonical.Exp2(logOf(1-p)*math.Log2E/t)
		}
		sum += out[k]
	}
	if kind == metric.Classes {
		for k := range out {
			out[k] /= sum
		}
	}
	return out
}
