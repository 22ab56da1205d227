package runpage

import (
	"fmt"
	"math"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
)

// forecastSections show the last window of a series, with what was forecast behind it
// and what came.
func forecastSections(list []*runs.Run, names []string) []report.Section {
	var sections []report.Section
	for i, r := range list {
		of := ""
		if len(list) > 1 {
			of = " of " + names[i]
		}
		if r.Window == nil {
			continue
		}
		for k, t := range r.Window.Targets {
			s := report.Section{Group: "Forecast" + of, Title: t.Target, Source: sources([]*runs.Run{r}, runs.WindowFile), Body: windowChart(r.Window, t)}
			if k == 0 {
				s.Note = fmt.Sprintf("The last window of the %s part.", r.Window.Part)
				if r.Window.Level > 0 {
					s.Note += fmt.Sprintf(" The band held %s %% of the validation part at each step.", human.Number(100*r.Window.Level))
				}
			}
			sections = append(sections, s)
		}
	}
	return sections
}

// windowChart draws a target: what was and came as one curve, and the forecast with its
// band.
func windowChart(w *runs.Window, t runs.WindowTarget) report.Chart {
	actual := report.Series{Name: "actual", Color: 1, Y: append(append(report.Numbers{}, t.Before...), t.Actual...)}
	for i := range actual.Y {
		actual.X = append(actual.X, float64(i+1-len(t.Before)))
	}
	forecast := report.Series{Name: "forecast", Color: 2, Y: t.Forecast, Low: t.Lower, High: t.Upper}
	for h := range t.Forecast {
		forecast.X = append(forecast.X, float64(h+1))
	}
	if n := len(t.Before); n > 0 && len(t.Forecast) == 1 { // a point alone is no curve
		forecast.X, forecast.Y = append(report.Numbers{0}, forecast.X...), append(report.Numbers{t.Before[n-1]}, forecast.Y...)
		if forecast.Low != nil {
			forecast.Low, forecast.High = append(report.Numbers{math.NaN()}, forecast.Low...), append(report.Numbers{math.NaN()}, forecast.High...)
		}
	}
	return report.Chart{
		X:      report.Axis{Label: fmt.Sprintf("steps of %s, of which 1 is %s", w.Step, w.First)},
		Y:      report.Axis{Label: t.Target},
		Series: []report.Series{actual, forecast},
	}
}
