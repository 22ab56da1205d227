package runs

import (
	"context"
	"io"

	"descent/data"
	"descent/model"
)

// Window is the last window of a part of a series, and what a model forecasts behind it:
// forecast.json.
type Window struct {
	Part    string         `json:"part"`
	First   string         `json:"first"`           // time of the first step ahead
	Step    string         `json:"step"`            // such as 1 hour
	Level   float64        `json:"level,omitempty"` // of the intervals; 0: there are none
	Targets []WindowTarget `json:"targets"`
}

// WindowTarget is a target of a [Window], in its own unit.
type WindowTarget struct {
	Target   string    `json:"target"`
	Before   []float64 `json:"before"` // the last steps before
	Actual   []float64 `json:"actual"`
	Forecast []float64 `json:"forecast"`
	Lower    []float64 `json:"lower,omitempty"`
	Upper    []float64 `json:"upper,omitempty"`
}

// A window shows its first targets and, of what was before, some horizons.
const (
	mostTargets = 8
	before      = 2
)

// WindowOf returns the last window of a part, with intervals if there is a level.
func WindowOf(ctx context.Context, m *model.Model, part string, series data.Source, level float64) (*Window, error) {
	spec, last := series.Spec(), series.Len()-1
	x, y := make([]float32, spec.Size()), make([]float32, spec.TargetSize())
	if err := series.Read([]int{last}, x, y); err != nil {
		return nil, err
	}
	w := &Window{Part: part, Step: spec.Encoder.Series.Step.String(), Level: level, First: data.RowNames(series)[last]}
	one := data.Subset(series, []int{last})
	var found model.Interval
	for i, err := range intervals(ctx, m, one, level) {
		if err != nil {
			return nil, err
		}
		found = i
	}
	steps, columns, targets := spec.Input[0], spec.Input[1], len(spec.Targets)
	for k := range min(targets, mostTargets) {
		of := func(values []float64) (list []float64) {
			for at := k; at < len(values); at += targets {
				list = append(list, values[at])
			}
			return list
		}
		mean, std := spec.Encoder.Units(k)
		t := WindowTarget{Target: spec.Targets[k], Actual: of(spec.Encoder.DecodeTarget(y)), Forecast: of(found.Values), Lower: of(found.Lower), Upper: of(found.Upper)}
		for at := steps - min(steps, before*spec.Horizon); at < steps; at++ {
			t.Before = append(t.Before, mean+float64(std*float64(x[at*columns+k])))
		}
		w.Targets = append(w.Targets, t)
	}
	return w, nil
}

// intervals yields predictions, which have no ends without a level.
func intervals(ctx context.Context, m *model.Model, source data.Source, level float64) func(func(model.Interval, error) bool) {
	if level > 0 {
		return m.Intervals(ctx, source, level)
	}
	return func(yield func(model.Interval, error) bool) {
		for values, err := range m.Predictions(ctx, source) {
			if !yield(model.Interval{Values: values}, err) {
				return
			}
		}
	}
}

// WriteWindow leaves a window of a forecast.
func (f *Folder) WriteWindow(w *Window) error {
	return f.Write(WindowFile, func(to io.Writer) error { return WriteJSON(to, w) })
}
