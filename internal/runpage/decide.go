package runpage

import (
	"fmt"

	"descent/internal/report"
	"descent/internal/runs"
)

// decideSections shows how far probabilities can be believed.
func decideSections(r *runs.Run, group string) []report.Section {
	if len(r.Test.Bins) == 0 {
		return nil
	}
	of := report.Series{Name: "this model", Color: 1}
	for _, b := range r.Test.Bins {
		of.X, of.Y = append(of.X, b.Sure), append(of.Y, b.Right)
	}
	chart := report.Chart{
		X: report.Axis{Label: "probability of the answer"}, Y: report.Axis{Label: "share that is right"},
		Series: []report.Series{of, {Name: "as sure as right", Color: 8, Dashed: true, X: report.Numbers{0, 1}, Y: report.Numbers{0, 1}}},
	}
	note := "Answers of the test part in bins by their probability: below the dashed line the model is too sure, above it not sure enough."
	if t, ok := r.Number("calibration.temperature"); ok {
		note += fmt.Sprintf(" Its outputs are divided by a temperature of %.4g, found on the validation part.", t)
	}
	return []report.Section{{Group: group, Title: "Reliability", Note: note, Source: sources([]*runs.Run{r}, runs.TestFile), Body: chart}}
}
