package trials

import (
	"fmt"
	"math"

	"descent/internal/human"
	"descent/internal/runs"
)

// Text is the result for people.
func (c *Comparison) Text(r *CompareResult) string {
	return fmt.Sprintf("%s\n%s\npage    %s\ntrials  %s\n\n", r.table(), human.Wrap(r.Verdict, 100), r.Page, c.folder.File(runs.TrialsFile))
}

// Commands are what to do with the result.
func (c *Comparison) Commands() []string { return c.again("compare") }

// table has a row for each of the settings that were compared.
func (r *CompareResult) table() string {
	m := human.Label(r.Metric)
	rows := [][]string{{"", "rate", "validation " + m, "test " + m, "last epoch", "steps to " + human.Score(r.Metric, float64(r.Target)), "seconds", "diverged", "p"}}
	for _, row := range r.Rows {
		steps, seconds, p := "never", "", ""
		if row.Reached > 0 {
			steps, seconds = human.Thousands(float64(row.Steps)), secondsText(row.Time)
		}
		if row.Reached > 0 && row.Reached < row.Runs {
			steps += fmt.Sprintf(" (%d of %d)", row.Reached, row.Runs)
		}
		if !math.IsNaN(float64(row.P)) {
			p = pText(float64(row.P))
		}
		rate := human.Float(row.Rate)
		if !row.Inside {
			rate += " !"
		}
		rows = append(rows, []string{
			row.Name, rate, row.Validation.margin(r.Metric), row.Test.margin(r.Metric), written(r.Metric, row.Final.Mean), steps, seconds,
			fmt.Sprintf("%d of %d", row.Diverged, row.Runs), p,
		})
	}
	return human.Columns(rows)
}

// secondsText writes seconds of training, which chance changes by more than the
// digits that are left out.
func secondsText(v numeral) string {
	if v < 10 {
		return fmt.Sprintf("%.2g", float64(v))
	}
	return human.Thousands(float64(v))
}
