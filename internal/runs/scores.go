package runs

import (
	"math"

	"descent/data"
	"descent/train"
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

// Measures are scores by name, as JSON has them. What is not finite, and so
// has no JSON form, is left out.
type Measures map[string]any

// Add adds a score.
func (m Measures) Add(name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		m[name] = v
	}
}

// MeasuresOf are the loss and the scores of a report.
func MeasuresOf(r train.Report, spec data.Spec) Measures {
	m := Measures{}
	m.Add("loss", r.Loss)
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
