package trials

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/internal/settings"
)

// page draws the result.
func (c *Comparison) page(r *CompareResult) report.Page {
	m := human.Label(r.Metric)
	p := report.Page{
		Title: fmt.Sprintf("Which settings for %s?", runs.DataName(r.Data)),
		Note:  r.Verdict,
	}
	add := func(group, title, note, source string, wide bool, body report.Body) {
		p.Sections = append(p.Sections, report.Section{Group: group, Title: title, Note: note, Source: source, Wide: wide, Body: body})
	}
	if r.Best != "" {
		best := r.Rows[0]
		add("Answer", "The best", "", runs.CompareFile, true, report.Facts{
			{Name: "settings", Value: best.Name, Note: "of " + human.Plural(len(r.Rows), "setting")},
			{Name: "rate", Value: human.Float(best.Rate)},
			{Name: "validation " + m, Value: written(r.Metric, best.Validation.Mean), Note: r.intervalNote(best.Validation)},
			{Name: "test " + m, Value: written(r.Metric, best.Test.Mean), Note: r.intervalNote(best.Test)},
		})
	}
	add("Answer", "All settings", r.tableNote(), runs.CompareFile, true, r.pageTable())
	axis, times := report.ScoreAxis(r.Metric)
	losses := report.Axis{Label: "loss", Log: true}
	first := r.Rungs[0]
	searched := slices.ContainsFunc(r.Rows, func(row compareRow) bool { return len(row.Rates) > 0 })
	if searched {
		note := fmt.Sprintf("Each rate in a run of %s; what diverged is left out.", human.Plural(first, "epoch"))
		add("Search for the rate", "Validation "+m+" by rate", note, runs.TrialsFile, false, r.rateChart(axis, first, func(t rateRow) float64 { return times * float64(t.Score) }))
		add("Search for the rate", "Validation loss by rate", note, runs.TrialsFile, false, r.rateChart(losses, first, func(t rateRow) float64 { return float64(t.Loss) }))
		add("Search for the rate", "All trials", "", runs.TrialsFile, true, r.rateTable(m))
	}
	note := fmt.Sprintf("Means over %s; bands are from the least to the largest.", human.Plural(len(r.Seeds), "seed"))
	add("Learning curves", "Validation "+m, note, runs.TrialsFile, false, c.curves(r, axis, times, func(t *trialCurve) []numeral { return t.Score }))
	add("Learning curves", "Validation loss", note, runs.TrialsFile, false, c.curves(r, losses, 1, func(t *trialCurve) []numeral { return t.Loss }))
	add("Learning curves", "Training loss", note, runs.TrialsFile, false, c.curves(r, losses, 1, func(t *trialCurve) []numeral { return t.TrainLoss }))
	add("Again", "Commands", "", "", true, report.Commands(c.reproduce(r)))
	var text strings.Builder
	if r.Best != "" && r.config.Write(&text) == nil {
		add("Again", "Settings of the best", "", runs.ConfigFile, true, report.Text(text.String()))
	}
	return p
}

func (r *CompareResult) intervalNote(i interval) string {
	ends := i.ends(r.Metric)
	if ends == "" {
		return ""
	}
	return "95 % interval " + ends
}

func (r *CompareResult) tableNote() string {
	return fmt.Sprintf("Over %s of each; low and high are the ends of 95 %% intervals by Student's t. Steps and seconds are to a validation %s of %s. p is of the hypothesis that a row is as good as the best: a paired t test over seeds, adjusted after Holm.",
		human.Plural(len(r.Seeds), "run"), human.Label(r.Metric), human.Score(r.Metric, float64(r.Target)))
}

func (r *CompareResult) pageTable() report.Table {
	t := report.Table{Columns: []string{"settings", "rate", "validation", "low", "high", "test", "low", "high", "last epoch", "steps", "seconds", "reached", "diverged", "p"}}
	score := func(v numeral) any { return scoreCell(r.Metric, v) }
	for _, row := range r.Rows {
		t.Rows = append(t.Rows, report.Row{
			row.Name, row.Rate,
			score(row.Validation.Mean), score(row.Validation.Low), score(row.Validation.High),
			score(row.Test.Mean), score(row.Test.Low), score(row.Test.High),
			score(row.Final.Mean), cell(row.Steps, human.Thousands(float64(row.Steps))), cell(row.Time, secondsText(row.Time)),
			row.Reached, row.Diverged, cell(row.P, pText(float64(row.P))),
		})
	}
	return t
}

// rateChart draws the trials of so many epochs.
func (r *CompareResult) rateChart(y report.Axis, epochs int, of func(rateRow) float64) report.Chart {
	chart := report.Chart{X: report.Axis{Label: "rate", Log: true}, Y: y}
	for _, row := range r.Rows {
		trials := slices.DeleteFunc(slices.Clone(row.Rates), func(t rateRow) bool { return t.Epochs != epochs || t.Diverged })
		slices.SortFunc(trials, func(a, b rateRow) int { return cmp.Compare(a.Rate, b.Rate) })
		s := report.Series{Name: row.Name}
		for _, t := range trials {
			s.X, s.Y = append(s.X, t.Rate), append(s.Y, of(t))
		}
		if len(s.X) > 0 {
			chart.Series = append(chart.Series, s)
		}
	}
	return chart
}

func (r *CompareResult) rateTable(m string) report.Table {
	t := report.Table{Columns: []string{"settings", "rate", "epochs", m, "loss", "diverged"}}
	for _, row := range r.Rows {
		for _, trial := range row.Rates {
			t.Rows = append(t.Rows, report.Row{row.Name, trial.Rate, trial.Epochs, scoreCell(r.Metric, trial.Score), scoreCell("loss", trial.Loss), trial.Diverged})
		}
	}
	return t
}

// curves draws the mean over seeds for each row, epoch by epoch as long as all
// runs go on, times what the axis counts in.
func (c *Comparison) curves(r *CompareResult, y report.Axis, times float64, of func(*trialCurve) []numeral) report.Chart {
	chart := report.Chart{X: report.Axis{Label: "update"}, Y: y}
	for _, row := range r.Rows {
		var runs []*trialCurve
		epochs := 0
		for i := range c.runs[row.variant] {
			if o := &c.runs[row.variant][i]; !o.failed() {
				if n := len(o.Curve.Updates); len(runs) == 0 || n < epochs {
					epochs = n
				}
				runs = append(runs, &o.Curve)
			}
		}
		if len(runs) == 0 {
			continue
		}
		s := report.Series{Name: row.Name}
		for e := range epochs {
			sum, low, high := 0.0, float64(of(runs[0])[e]), float64(of(runs[0])[e])
			for _, run := range runs {
				v := float64(of(run)[e])
				sum, low, high = sum+v, min(low, v), max(high, v)
			}
			s.X = append(s.X, float64(runs[0].Updates[e]))
			s.Y = append(s.Y, times*sum/float64(len(runs)))
			s.Low, s.High = append(s.Low, times*low), append(s.High, times*high)
		}
		chart.Series = append(chart.Series, s)
	}
	return chart
}

// reproduce lists commands that make the runs again: the comparison, and the
// first run of each row.
func (c *Comparison) reproduce(r *CompareResult) []string {
	lines := c.Commands()
	for _, row := range r.Rows {
		args := []string{"train", "--config", c.folder.File(runs.SettingsFile), "--lr", human.Float(row.Rate), "--epochs", fmt.Sprint(r.Epochs), "--seed", fmt.Sprint(r.Seeds[0])}
		if len(c.plan.Optimizers) > 0 {
			args = append(args, "--optimizer", c.variants[row.variant].settings.Optimizer.Name.Value)
		}
		for _, v := range c.plan.Vary {
			if set, err := settings.Find(v.Key); err == nil && v.Key != "learning_rate" {
				args = append(args, "--set", v.Key+"="+set.Text(&c.variants[row.variant].settings))
			}
		}
		lines = append(lines, c.host.Call(args...))
	}
	return lines
}
