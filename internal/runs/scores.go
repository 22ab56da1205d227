package runs

import (
	"math"

	"descent/data"
	"descent/metric"
	"descent/model"
	"descent/objective"
)

// MainScore is the score of the first goal that is shown where there is room for
// one; a nil objective is that of the samples' task.
func MainScore(spec data.Spec, o objective.Objective) (string, error) {
	if o == nil {
		o = objective.For(spec, nil)
	}
	of, err := model.MetricSpec(spec, o.First())
	if err != nil {
		return "", err
	}
	name := metric.Main(of).Name
	if len(o) > 1 {
		name = o.First().Name + "." + name
	}
	return name, nil
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

// ObjectiveKey is what training makes small, among the measures.
const ObjectiveKey = "objective"

// MeasuresOf are the loss, as a measure beside that of a baseline, and the
// scores of a report; and as "objective" what training makes small, where that
// is not the same.
func MeasuresOf(r model.Report) Measures {
	m := Measures{}
	m.Add(metric.Loss.Name, r.Plain)
	if r.Loss != r.Plain {
		m.Add(ObjectiveKey, r.Loss)
	}
	for _, name := range r.Scores() {
		m.Add(name, r.Score(name))
	}
	return m
}

// Answer returns the class of the greatest probability, the first of equal ones; or
// that which the threshold of class 1 decides for, if there is one.
func Answer(p, thresholds []float64) int {
	best := 0
	if thresholds != nil {
		if p[1] > thresholds[0] {
			return 1
		}
		return 0
	}
	for i, v := range p {
		if v > p[best] {
			best = i
		}
	}
	return best
}
