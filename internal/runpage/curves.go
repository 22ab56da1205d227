package runpage

import (
	"slices"
	"strconv"
	"strings"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/metric"
)

// updates is what all curves run over.
var updates = report.Axis{Label: "update"}

// curveSections shows what the logs hold, of all runs over each other.
func curveSections(list []*runs.Run, names []string) []report.Section {
	c := curves{list: list, names: names}
	loss := report.Axis{Label: "loss", Log: true}
	loss.Label = lossName(list)
	title := strings.ToUpper(loss.Label[:1]) + loss.Label[1:]
	c.chart(title, loss, runs.MetricsFile, []column{{"train_loss", "training", 1}, {"val_loss", "validation", 1}})
	c.scores()
	c.chart(title+" of each update", loss, runs.StepsFile, []column{{"loss", "loss", 1}})
	c.chart("Learning rate", report.Axis{Label: "η"}, runs.StepsFile, []column{{"lr", "learning rate", 1}})
	c.chart("Gradient norm", report.Axis{Label: "‖g‖", Log: true}, runs.StepsFile, []column{{"grad_norm", "gradient norm", 1}})
	c.chart("Clip factor", report.Axis{Label: "factor"}, runs.StepsFile, []column{{"clip", "clip factor", 1}})
	c.chart("Penalty", report.Axis{Label: "penalty"}, runs.StepsFile, []column{{"penalty", "penalty", 1}})
	return c.sections
}

// lossName is what the loss of training is called: of several runs, each has
// that of its own settings.
func lossName(list []*runs.Run) string {
	if len(list) != 1 {
		return "loss"
	}
	set := list[0].Settings
	share, err := strconv.ParseFloat(set["label_smoothing"], 64)
	return runs.LossName(set["class_weights"] == "balanced", err == nil && share > 0)
}

type curves struct {
	list     []*runs.Run
	names    []string
	sections []report.Section
}

// column is a column of a log, what its curve is called, and how many of what
// the axis counts make 1.
type column struct {
	name, label string
	times       float64
}

// logOf is the log of a run that a file holds.
func logOf(r *runs.Run, file string) runs.Log {
	if file == runs.StepsFile {
		return r.Steps
	}
	return r.Metrics
}

// columns lists those of the metrics with that prefix.
func (c *curves) columns(prefix string) []string {
	var names []string
	for _, r := range c.list {
		for _, name := range r.Metrics.Names() {
			if strings.HasPrefix(name, prefix) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// scores adds a chart of each validation score; of one run, those shares of rows
// that are to grow go into one, called after the first.
func (c *curves) scores() {
	var shares, others []column
	for _, name := range c.columns("val_") {
		score := strings.TrimPrefix(name, "val_")
		_, times := report.ScoreAxis(score)
		col := column{name, human.Label(score), times}
		switch {
		case score == metric.Loss.Name:
		case len(c.list) == 1 && times != 1 && metric.HigherIsBetter(score):
			shares = append(shares, col)
		default:
			others = append(others, col)
		}
	}
	if shares != nil {
		axis, _ := report.ScoreAxis(strings.TrimPrefix(shares[0].name, "val_"))
		c.chart("Validation "+shares[0].label, axis, runs.MetricsFile, shares)
	}
	for _, col := range others {
		axis, _ := report.ScoreAxis(strings.TrimPrefix(col.name, "val_"))
		c.chart("Validation "+col.label, axis, runs.MetricsFile, []column{col})
	}
}

// runColor is the color of the i-th of several runs.
func runColor(i int) int { return i%8 + 1 }

// dull are values of a column that say that nothing happened.
var dull = map[string]float64{"clip": 1, "penalty": 0}

// chart adds a chart of columns of a log, unless they are dull in all runs or hold one
// value each, of which there is no curve. A color stands for a run, or, if there is but one, for a column.
func (c *curves) chart(title string, y report.Axis, file string, columns []column) {
	chart := report.Chart{X: updates, Y: y, Smooth: file == runs.StepsFile}
	tells, goes := false, false
	for i, r := range c.list {
		l := logOf(r, file)
		for k, col := range columns {
			s := report.Series{Name: col.label, Color: k + 1, X: l.Column("step"), Y: scaled(l.Column(col.name), col.times)}
			if len(s.Y) == 0 {
				continue
			}
			if len(c.list) > 1 {
				s.Name, s.Color, s.Dashed = c.names[i], runColor(i), k < len(columns)-1
				if len(columns) > 1 {
					s.Name += " " + col.label
				}
			}
			goes = goes || len(s.Y) > 1
			quiet, can := dull[col.name]
			tells = tells || !can || slices.ContainsFunc(s.Y, func(v float64) bool { return v != quiet })
			if y.Log && !slices.ContainsFunc(s.Y, func(v float64) bool { return v > 0 }) {
				chart.Y.Log = false
			}
			chart.Series = append(chart.Series, s)
		}
		if best, ok := r.Number("best_epoch"); ok && len(c.list) == 1 && file == runs.MetricsFile && best >= 1 {
			if x := l.Column("step"); int(best) <= len(x) {
				chart.Marks = []report.Mark{{X: x[int(best)-1], Label: "kept"}}
			}
		}
	}
	if tells && goes {
		c.sections = append(c.sections, report.Section{Group: "Curves", Title: title, Source: sources(c.list, file), Body: chart})
	}
}

// scaled returns values, times so much.
func scaled(values []float64, times float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = times * v
	}
	return out
}
