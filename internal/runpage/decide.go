package runpage

import (
	"fmt"

	"descent/internal/report"
	"descent/internal/runs"
)

// decideSections shows how far probabilities can be believed, and what answers come of
// them.
func decideSections(r *runs.Run, group string) []report.Section {
	return append(reliability(r, group), curvesOf(r, group)...)
}

// curvesOf shows precision and recall by the threshold that decides.
func curvesOf(r *runs.Run, group string) []report.Section {
	var layers report.Layers
	for _, c := range r.Test.Curves {
		precision := report.Series{Name: "answers that are right", Color: 1}
		recall := report.Series{Name: "rows that are found", Color: 2}
		for _, p := range c.Points {
			precision.X, precision.Y = append(precision.X, p[0]), append(precision.Y, p[1])
			recall.X, recall.Y = append(recall.X, p[0]), append(recall.Y, p[2])
		}
		if len(c.Points) == 0 {
			continue
		}
		layers = append(layers, report.Layer{Name: c.Name, Chart: report.Chart{
			X: report.Axis{Label: "threshold"}, Y: report.Axis{Label: "share"},
			Series: []report.Series{precision, recall}, Marks: []report.Mark{{X: c.Threshold, Label: "decides"}},
		}})
	}
	if layers == nil {
		return nil
	}
	s := report.Section{Group: group, Title: "Precision and recall", Source: sources([]*runs.Run{r}, runs.TestFile), Body: layers,
		Note: "Of the test part, where the answer is yes if the probability is above a threshold: how many of these answers are right, and how many of the rows are found."}
	if len(layers) == 1 {
		s.Title += " of " + layers[0].Name
		s.Body = layers[0].Chart
	}
	return []report.Section{s}
}

func reliability(r *runs.Run, group string) []report.Section {
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
