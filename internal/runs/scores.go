package runs

import (
	"math"

	"descent/data"
	"descent/model"
)

// Scores lists the scores of a task beside the loss, the main one first.
func Scores(spec data.Spec) []string {
	switch {
	case spec.Task == data.Regression:
		return []string{"mse", "mae", "r2"}
	case len(spec.Classes) == 2:
		return []string{"accuracy", "balanced_accuracy", "f1", "auroc"}
	}
	return []string{"accuracy", "balanced_accuracy", "f1"}
}

// MainScore is the one that is shown where there is room for one.
func MainScore(spec data.Spec) string {
	if spec.Task == data.Regression {
		return "r2"
	}
	return "accuracy"
}

// Measures are scores by name, as JSON has them: null for what could not be
// measured or is infinite, which has no JSON form.
type Measures map[string]any

// Add adds a score.
func (m Measures) Add(name string, v float64) {
	m[name] = nil
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		m[name] = v
	}
}

// LossName is what the loss of training and validation is called: with what
// makes it another measure than the loss of a test, which stands beside that
// of a baseline and has neither class weights nor label smoothing.
func LossName(weighted, smoothed bool) string {
	switch {
	case weighted && smoothed:
		return "weighted and smoothed loss"
	case weighted:
		return "weighted loss"
	case smoothed:
		return "smoothed loss"
	}
	return "loss"
}

// MeasuresOf are the loss, as a measure beside that of a baseline, and the
// scores of a report; and as "objective" what training makes small, where that
// is not the same.
func MeasuresOf(r model.Report, spec data.Spec) Measures {
	m := Measures{}
	m.Add("loss", r.Plain)
	if r.Loss != r.Plain {
		m.Add("objective", r.Loss)
	}
	for _, name := range Scores(spec) {
		m.Add(name, r.Score(name))
	}
	return m
}

// Likeliest returns the class of the greatest probability, the first of equal
// ones.
func Likeliest(p []float64) int {
	best := 0
	for i, v := range p {
		if v > p[best] {
			best = i
		}
	}
	return best
}
