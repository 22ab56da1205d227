package cli

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"descent/data"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/metric"
	"descent/model"
)

// measures draws the measures of a report beside those of the baseline.
type measures struct {
	out  strings.Builder
	head int // width of the first column
	base baseline
}

// resultText draws measures beside those of the baseline, and what is known of
// classes, targets or labels.
func resultText(title string, r model.Report, b baseline, spec data.Spec) string {
	if spec.Encoder.OfText() {
		return textScores(title, r)
	}
	title = fmt.Sprintf("%s, %s", title, human.Plural(r.Rows, "row"))
	t := measures{head: max(22, utf8.RuneCountInString(title)), base: b}
	for _, name := range r.Scores() {
		t.head = max(t.head, 2+utf8.RuneCountInString(human.Label(name)))
	}
	fmt.Fprintf(&t.out, "%-*s %12s   baseline: %s\n", t.head, title, "this model", b.what)
	weighed := r.Goals[0].Weighed
	label := "loss"
	if spec.Task == data.Regression && spec.Encoder != nil && r.Goals[0].Loss != "poisson" { // which is of counts
		label = "loss (standardized)"
	}
	t.line(metric.Loss.Name, label, r.Plain, nil)
	names := r.Scores()
	for _, g := range r.Goals {
		for _, m := range g.Metrics.Metrics() {
			t.line(names[0], human.Label(names[0]), g.Metrics.Value(m.Name), g.Metrics.Undefined(m.Name))
			names = names[1:]
		}
	}
	if weighed {
		t.out.WriteString(alikeText(r))
	}
	if forecasts := runs.ForecastsOf(r, spec); forecasts != nil {
		t.forecasts(forecasts)
		return t.out.String()
	}
	for _, g := range r.Goals {
		of := ""
		if len(r.Goals) > 1 {
			of = g.Name
		}
		t.details(of, g.Metrics)
	}
	return t.out.String()
}

// line draws a score; why says what leaves it undefined, if the rows do.
func (t *measures) line(name, label string, value float64, why error) {
	beside := ""
	if v, ok := t.base.scores[name].(float64); ok {
		beside = human.Score(name, v)
	}
	if math.IsNaN(value) && why != nil {
		_, beside, _ = strings.Cut(why.Error(), " ") // the name stands before
	}
	fmt.Fprintf(&t.out, "%s\n", strings.TrimRight(fmt.Sprintf("  %-*s %12s   %s", t.head-2, human.Line(label), human.Score(name, value), beside), " "))
}

// details draws what is known of the classes, targets or labels of a goal.
func (t *measures) details(goal string, s *metric.Set) {
	switch {
	case s.Classification() != nil:
		t.block(goal, s.Classification().Confusion().String())
	case s.MultiLabel() != nil:
		t.block(goal, s.MultiLabel().Summary().String())
	case len(s.Regression().Targets()) > 1:
		t.targets(goal, s)
	}
}

func (t *measures) block(goal, text string) {
	t.out.WriteByte('\n')
	if goal != "" {
		fmt.Fprintf(&t.out, "  %s\n", human.Line(goal))
	}
	t.out.WriteString(human.Indent(text, "  "))
}

// targets draws the usual metrics of each target.
func (t *measures) targets(goal string, s *metric.Set) {
	usual := metric.Usual(s.Spec())
	line := func(name string, score func(metric.Metric) string) {
		fmt.Fprintf(&t.out, "  %-*s", t.head-2, human.Line(name))
		for _, m := range usual {
			fmt.Fprintf(&t.out, " %12s", score(m))
		}
		t.out.WriteByte('\n')
	}
	t.out.WriteByte('\n')
	line(strings.TrimSpace(goal+" target"), metric.Metric.Label)
	for _, target := range s.Regression().Targets() {
		line(target.Name, func(m metric.Metric) string { return human.Score(m.Name, target.Score(m.Name)) })
	}
}

// classesText draws precision, recall and F1 of every class.
func classesText(r model.Report, spec data.Spec) string {
	var b strings.Builder
	if spec.Encoder.OfText() {
		return ""
	}
	for _, g := range r.Goals {
		c := g.Metrics.Classification()
		if c == nil {
			continue
		}
		b.WriteByte('\n')
		if len(r.Goals) > 1 {
			fmt.Fprintf(&b, "  %s\n", human.Line(g.Name))
		}
		b.WriteString(human.Indent(c.Summary().String(), "  "))
	}
	return b.String()
}
