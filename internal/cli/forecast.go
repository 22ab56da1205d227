package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"descent/data"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/model"
)

// writeForecast writes a line for each of the steps that follow a series.
func writeForecast(ctx context.Context, w io.Writer, m *model.Model, series data.Source, opt predictOptions) error {
	window, times, err := data.Ahead(series)
	if err != nil {
		return err
	}
	if opt.level == 0 {
		opt.level = m.ForecastLevel()
	}
	newForm := newCSVForm
	if opt.format == "jsonl" {
		newForm = newJSONForm
	}
	write, err := newForm(w, m.Spec(), opt, cmp.Or(m.Spec().Encoder.Series.Time, "step"))
	if err != nil {
		return err
	}
	targets, horizon := len(m.Spec().Targets), m.Spec().Horizon
	for values, err := range predictions(ctx, m, window, opt.level) {
		if err != nil {
			return err
		}
		for h, time := range times {
			var line []float64 // the values of the step, and the ends of their intervals
			for at := h * targets; at < len(values); at += horizon * targets {
				line = append(line, values[at:at+targets]...)
			}
			if err := write(time, line); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%s: there is nothing to forecast from", series.Spec().Name)
}

// leaveWindow leaves a forecast in the run folder, if the run is done and of one: behind
// the last window of the test part, or else of the validation part.
func (r *run) leaveWindow(ctx context.Context, status string) error {
	if r.Spec.Horizon == 0 || status != "done" || r.model == nil {
		return nil
	}
	part, windows := "test", r.Parts.Test
	if windows.Len() == 0 {
		part, windows = "validation", r.Parts.Validation
	}
	if windows.Len() == 0 {
		return nil
	}
	level := 0.0
	for _, l := range []float64{0.8, usualLevel} {
		if spans(r.model, l) == nil {
			level = l
		}
	}
	w, err := runs.WindowOf(ctx, r.model, part, windows, level)
	if err != nil {
		return err
	}
	return r.folder.WriteWindow(w)
}

// forecasts draws how well each target is forecast, also in its own unit.
func (t *measures) forecasts(list []runs.Forecast) {
	fmt.Fprintf(&t.out, "\n  %-*s %12s %12s %12s %12s\n", t.head-2, "target, standardized", "mse", "mae", "scaled error", "mae, in unit")
	for _, f := range list {
		fmt.Fprintf(&t.out, "  %-*s %12s %12s %12s %12s\n", t.head-2, human.Line(f.Target),
			human.Score("mse", f.MSE), human.Score("mae", f.MAE), human.Score("mae", f.MASE), human.Score("mae", f.Own))
	}
}
