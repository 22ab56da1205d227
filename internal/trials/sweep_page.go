package trials

import (
	"fmt"
	"strconv"
	"strings"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/internal/settings"
)

// page draws the result.
func (w *Sweep) page(r *SweepResult, best *settings.Job) report.Page {
	m := human.Label(r.Metric)
	p := report.Page{Title: fmt.Sprintf("Searching settings for %s", runs.DataName(r.Data)), Note: r.verdict()}
	add := func(group, title, note, source string, wide bool, body report.Body) {
		p.Sections = append(p.Sections, report.Section{Group: group, Title: title, Note: note, Source: source, Wide: wide, Body: body})
	}
	if r.Best != nil {
		facts := report.Facts{{Name: "validation " + m, Value: human.Score(r.Metric, float64(r.Best.Score)), Note: fmt.Sprintf("trial %d, %s", r.Best.Trial, human.Plural(r.Best.Epochs, "epoch"))}}
		for k, x := range w.plan.Space {
			facts = append(facts, report.Fact{Name: x.Name, Value: r.Best.values[k]})
		}
		add("Answer", "The best", "", runs.BoardFile, true, facts)
	}
	add("Answer", "Leaderboard", "The longest run of each trial; longer runs before shorter ones.", runs.BoardFile, true, w.pageBoard(r, m))
	for k, x := range w.plan.Space {
		if len(x.Choices) == 0 {
			add("By setting", x.Name, "A dot a trial, by the length of its longest run.", runs.BoardFile, false, r.scatter(k, report.Axis{Label: x.Name, Log: x.Log}))
		}
	}
	const most = 8
	axis, times := report.ScoreAxis(r.Metric)
	curves := report.Chart{X: report.Axis{Label: "update"}, Y: axis, Ordered: true}
	for _, row := range r.Rows[:min(most, len(r.Rows))] {
		s := report.Series{Name: "trial " + strconv.Itoa(row.Trial)}
		for e, n := range row.outcome.Curve.Updates {
			s.X, s.Y = append(s.X, float64(n)), append(s.Y, times*float64(row.outcome.Curve.Score[e]))
		}
		curves.Series = append(curves.Series, s)
	}
	add("Learning curves", "Validation "+m, "Of the first on the leaderboard.", runs.TrialsFile, true, curves)
	if r.Best == nil {
		return p
	}
	add("Again", "Commands", "", "", true, report.Commands(w.Commands()))
	var text strings.Builder
	if best.Settings.Write(&text) == nil { // a Builder takes all that is written
		add("Again", "Settings of the best", "", runs.ConfigFile, true, report.Text(text.String()))
	}
	return p
}

func (w *Sweep) pageBoard(r *SweepResult, m string) report.Table {
	t := report.Table{Columns: []string{"rank", "trial", "validation " + m, "loss", "epochs", "best epoch", "diverged", "seconds"}}
	for _, x := range w.plan.Space {
		t.Columns = append(t.Columns, x.Name)
	}
	for i, row := range r.Rows {
		cells := report.Row{i + 1, row.Trial, scoreCell(r.Metric, row.Score), scoreCell("loss", row.Loss), row.Epochs, row.BestEpoch, row.Diverged, cell(numeral(row.Seconds), secondsText(numeral(row.Seconds)))}
		for _, v := range row.values {
			if number, err := settings.ParseFloat(v); err == nil {
				cells = append(cells, number)
			} else {
				cells = append(cells, v)
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// scatter draws scores by setting k, a series for each length of runs.
func (r *SweepResult) scatter(k int, x report.Axis) report.Chart {
	y, times := report.ScoreAxis(r.Metric)
	chart := report.Chart{X: x, Y: y}
	for i := len(r.Epochs) - 1; i >= 0; i-- {
		s := report.Series{Name: human.Plural(r.Epochs[i], "epoch"), Points: true}
		for _, row := range r.Rows {
			x, err := settings.ParseFloat(row.values[k])
			if err == nil && row.Epochs == r.Epochs[i] && !row.Diverged {
				s.X, s.Y = append(s.X, x), append(s.Y, times*float64(row.Score))
			}
		}
		if len(s.X) > 0 {
			chart.Series = append(chart.Series, s)
		}
	}
	return chart
}
