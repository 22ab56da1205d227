package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"descent/data"
	"descent/model"
)

// writeForecast writes a line for each of the steps that follow a series.
func writeForecast(ctx context.Context, w io.Writer, m *model.Model, series data.Source, opt predictOptions) error {
	window, times, err := data.Ahead(series)
	if err != nil {
		return err
	}
	if opt.level == 0 && m.Residuals() != nil && spans(m, usualLevel) == nil {
		opt.level = usualLevel
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
