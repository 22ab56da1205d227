package runs

import (
	"slices"
	"strings"

	"descent/internal/report"
)

// updates is what all curves run over.
var updates = report.Axis{Label: "update"}

// curveSections shows what the logs hold, of all runs over each other.
func curveSections(list []*Run, names []string) []report.Section {
	c := curves{list: list, names: names}
	c.chart("Loss", "loss", true, MetricsFile, []column{{"train_loss", "training"}, {"val_loss", "validation"}})
	c.scores()
	c.chart("Loss of each update", "loss", true, StepsFile, []column{{"loss", "loss"}})
	c.chart("Learning rate", "η", false, StepsFile, []column{{"lr", "learning rate"}})
	c.chart("Gradient norm", "‖g‖", true, StepsFile, []column{{"grad_norm", "gradient norm"}})
	c.chart("Clip factor", "factor", false, StepsFile, []column{{"clip", "clip factor"}})
	c.chart("Penalty", "penalty", false, StepsFile, []column{{"penalty", "penalty"}})
	return c.sections
}

type curves struct {
	list     []*Run
	names    []string
	sections []report.Section
}

// column is a column of a log and what its curve is called.
type column struct{ name, label string }

func (r *Run) log(file string) Log {
	if file == StepsFile {
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

// scores adds charts of the validation scores: those of classes, which are
// shares of 1, in one if there is but one run.
func (c *curves) scores() {
	var shares []column
	for _, name := range c.columns("val_") {
		score := strings.TrimPrefix(name, "val_")
		label := strings.ReplaceAll(score, "_", " ")
		switch {
		case score == "loss":
		case len(c.list) == 1 && slices.Contains([]string{"accuracy", "balanced_accuracy", "f1", "auroc"}, score):
			shares = append(shares, column{name, label})
		default:
			c.chart("Validation "+label, label, false, MetricsFile, []column{{name, label}})
		}
	}
	if shares != nil {
		c.chart("Validation scores", "score", false, MetricsFile, shares)
	}
}

// runColor is the color of the i-th of several runs.
func runColor(i int) int { return i%8 + 1 }

// dull are values of a column that say that nothing happened.
var dull = map[string]float64{"clip": 1, "penalty": 0}

// chart adds a chart of columns of a log, unless they are dull in all runs. A
// color stands for a run, or, if there is but one, for a column.
func (c *curves) chart(title, label string, log bool, file string, columns []column) {
	chart := report.Chart{X: updates, Y: report.Axis{Label: label, Log: log}, Smooth: file == StepsFile}
	tells := false
	for i, r := range c.list {
		l := r.log(file)
		for k, col := range columns {
			s := report.Series{Name: col.label, Color: k + 1, X: l.Column("step"), Y: l.Column(col.name)}
			if len(s.Y) == 0 {
				continue
			}
			if len(c.list) > 1 {
				s.Name, s.Color, s.Dashed = c.names[i], runColor(i), k < len(columns)-1
				if len(columns) > 1 {
					s.Name += " " + col.label
				}
			}
			quiet, can := dull[col.name]
			tells = tells || !can || slices.ContainsFunc(s.Y, func(v float64) bool { return v != quiet })
			if log && !slices.ContainsFunc(s.Y, func(v float64) bool { return v > 0 }) {
				chart.Y.Log = false
			}
			chart.Series = append(chart.Series, s)
		}
		if best, ok := r.Number("best_epoch"); ok && len(c.list) == 1 && file == MetricsFile && best >= 1 {
			if x := l.Column("step"); int(best) <= len(x) {
				chart.Marks = []report.Mark{{X: x[int(best)-1], Label: "kept"}}
			}
		}
	}
	if tells {
		c.sections = append(c.sections, report.Section{Group: "Curves", Title: title, Source: sources(c.list, file), Body: chart})
	}
}
