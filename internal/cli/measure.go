package cli

import (
	"context"
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

// baseline is what the simplest prediction reaches: always the commonest
// class, or the mean.
type baseline struct {
	what   string // as people read it
	scores runs.Measures
}

// classBaseline predicts by how often each class occurred in training.
func classBaseline(r model.Report, counts []int) (baseline, error) {
	b, err := r.Classification.Baseline(counts)
	if err != nil {
		return baseline{}, err
	}
	m := runs.Measures{"class": b.Class}
	m.Add("accuracy", b.Accuracy)
	m.Add("loss", b.LogLoss)
	return baseline{fmt.Sprintf("always %q", b.Class), m}, nil
}

// meanBaseline predicts the mean of the training part, which the encoder
// keeps, on the targets of source.
func meanBaseline(ctx context.Context, source data.Source) (baseline, error) {
	spec := source.Spec()
	decode := func(y []float32) []float64 {
		out := make([]float64, len(y))
		for i, v := range y {
			out[i] = float64(v)
		}
		return out
	}
	means := make([]float64, len(spec.Targets))
	if e := spec.Encoder; e != nil {
		decode = e.DecodeTarget
		for i := range means {
			means[i], _ = e.Units(i)
		}
	}
	r := metric.NewRegression(spec.Targets, nil)
	var always []float64
	for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: 256}) {
		if err != nil {
			return baseline{}, err
		}
		always = always[:0]
		for range batch.Rows {
			always = append(always, means...)
		}
		if err := r.Add(always, decode(batch.Y)); err != nil {
			return baseline{}, err
		}
	}
	m := runs.Measures{}
	m.Add("mse", r.MSE())
	m.Add("mae", r.MAE())
	m.Add("r2", r.R2())
	return baseline{"always the mean", m}, nil
}

// unmeasured says of scores why they could not be measured.
var unmeasured = map[string]string{
	"auroc": "takes rows of both classes",
	"r2":    "takes two rows or more",
}

// resultText draws measures beside those of the baseline, and for classes the
// confusion matrix.
func resultText(title string, r model.Report, b baseline, spec data.Spec) string {
	title = fmt.Sprintf("%s, %s", title, human.Plural(r.Rows, "row"))
	head := max(22, utf8.RuneCountInString(title))
	var out strings.Builder
	fmt.Fprintf(&out, "%-*s %12s   baseline: %s\n", head, title, "this model", b.what)
	line := func(name, label string, value float64) {
		beside := ""
		if v, ok := b.scores[name].(float64); ok {
			beside = human.Score(name, v)
		}
		if why := unmeasured[name]; math.IsNaN(value) && why != "" {
			beside = why
		}
		fmt.Fprintf(&out, "%s\n", strings.TrimRight(fmt.Sprintf("  %-*s %12s   %s", head-2, label, human.Score(name, value), beside), " "))
	}
	label := "loss"
	if spec.Task == data.Regression && spec.Encoder != nil {
		label = "loss (standardized)"
	}
	line("loss", label, r.Plain)
	for _, name := range runs.Scores(spec) {
		line(name, strings.ReplaceAll(name, "_", " "), r.Score(name))
	}
	if r.Classification != nil {
		fmt.Fprintf(&out, "\n%s", human.Indent(r.Classification.Confusion().String(), "  "))
	} else if targets := r.Regression.Targets(); len(targets) > 1 {
		fmt.Fprintf(&out, "\n  %-*s %12s %12s %12s\n", head-2, "target", "mse", "mae", "r2")
		for _, t := range targets {
			fmt.Fprintf(&out, "  %-*s %12s %12s %12s\n", head-2, human.Line(t.Name), human.Score("mse", t.MSE), human.Score("mae", t.MAE), human.Score("r2", t.R2))
		}
	}
	return out.String()
}
