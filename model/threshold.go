package model

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"descent/data"
	"descent/metric"
)

// Thresholds are the probabilities above which the answer is class 1, of two classes, or
// that a label holds, one for each; nil where that is one half for all. What
// [Model.Predict] returns does not depend on them, but answers do: [Prediction.Class],
// [Prediction.Labels], and the metrics of a [Report] that count answers.
func (m *Model) Thresholds() []float64 { return slices.Clone(m.thresholds) }

// WithThresholds returns the model, with the same weights, as one that answers by
// thresholds, each from 0 to below 1; nil is one half. Files keep them.
func (m *Model) WithThresholds(thresholds []float64) (*Model, error) {
	c := m.clone()
	c.thresholds = slices.Clone(thresholds)
	if thresholds == nil {
		return c, nil
	}
	if m.net.Objective[0].Target != data.Y {
		return nil, errors.New("model: thresholds are of the target y")
	}
	spec, err := MetricSpec(m.net.Spec, m.net.Objective[0])
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	set, err := metric.NewSet(spec)
	if err == nil {
		err = set.Decide(thresholds)
	}
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return c, nil
}

// Answers returns the probabilities of class 1, of two, or of each label on the rows of
// source, from which a threshold is found: those that the model was not trained on.
func (m *Model) Answers(ctx context.Context, source data.Source) ([]metric.Answers, error) {
	r, err := m.Evaluate(ctx, source)
	if err != nil {
		return nil, err
	}
	if list := r.Answers(); list != nil {
		return list, nil
	}
	return nil, errors.New("model: thresholds are of two classes, or of labels")
}

// Answers returns the probabilities of class 1, of two, or of each label of the first
// goal; nil of others.
func (r Report) Answers() []metric.Answers {
	switch {
	case r.Classification != nil:
		return r.Classification.Answers()
	case r.MultiLabel != nil:
		return r.MultiLabel.Answers()
	}
	return nil
}
