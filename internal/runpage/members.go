package runpage

import (
	"fmt"
	"math"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
)

// memberSections shows what the networks of a bag reached, and how.
func memberSections(r *runs.Run, group string) []report.Section {
	if len(r.Members) == 0 {
		return nil
	}
	source := sources([]*runs.Run{r}, runs.MembersFile)
	table := report.Table{Columns: []string{"network", "fold", "rows", "epochs", "best epoch"}}
	scores := scoresOf(r)
	_, tested := r.Number("test.loss")
	for _, score := range scores {
		table.Columns = append(table.Columns, "validation "+human.Label(score))
		if tested {
			table.Columns = append(table.Columns, "test "+human.Label(score))
		}
	}
	table.Columns = append(table.Columns, "seconds", "seed")
	chart := report.Chart{X: report.Axis{Label: "epoch"}, Y: report.Axis{Label: "validation " + lossName([]*runs.Run{r}), Log: true}}
	for _, m := range r.Members {
		row := report.Row{m.Number, m.Fold, m.Rows, m.Epochs, m.BestEpoch}
		for _, score := range scores {
			row = append(row, measured(score, m.Validation))
			if tested {
				row = append(row, measured(score, m.Test))
			}
		}
		table.Rows = append(table.Rows, append(row, m.Seconds, fmt.Sprint(m.Seed)))
		curve := report.Series{Name: fmt.Sprintf("network %d", m.Number)}
		for i, v := range m.Loss {
			y := math.NaN()
			if v != nil {
				y = *v
			}
			curve.X, curve.Y = append(curve.X, float64(i+1)), append(curve.Y, y)
		}
		chart.Series = append(chart.Series, curve)
	}
	return []report.Section{
		{Group: group, Title: "Networks of the bag", Note: "Each alone: validation on its own fold, which it was not trained on.", Source: source, Body: table},
		{Group: group, Title: "Validation of each", Source: source, Body: chart},
	}
}

// measured is a score of a network, nothing where there is none.
func measured(score string, of runs.Measures) any {
	v, ok := of[score].(float64)
	if !ok {
		return nil
	}
	return report.Score(score, v)
}
