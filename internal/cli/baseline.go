package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/runs"
	"descent/metric"
	"descent/model"
	"descent/objective"
)

// baseline is what the simplest model reaches, which predicts the same for every
// row: the commonest class, the mean, or how often each label occurs.
type baseline struct {
	what   string // as people read it
	scores runs.Measures
}

// baselines finds what the simplest model predicts for each goal.
type baselines struct {
	source data.Source // the rows that are measured
	train  data.Source // nil: not at hand
	counts []int       // rows of each class in training; nil: not known
	here   string      // what to say of counts that are of source

	predictions [][]float64
	what        []string
}

func (b *baselines) predict(ctx context.Context, o objective.Objective) error {
	for _, g := range o {
		prediction, what, err := b.goal(ctx, g)
		if err != nil {
			return err
		}
		b.predictions = append(b.predictions, prediction)
		if !slices.Contains(b.what, what) {
			b.what = append(b.what, what)
		}
	}
	return nil
}

// goal returns what is predicted for a goal, and says so.
func (b *baselines) goal(ctx context.Context, g objective.Goal) ([]float64, string, error) {
	spec := b.source.Spec()
	switch own := g.Target == data.Y; {
	case own && spec.Horizon > 0: // standardized, as it is measured
		return make([]float64, len(spec.Targets)), "always the mean", nil
	case own && g.Task == data.Regression && spec.Encoder != nil: // which keeps the means of training
		means := make([]float64, len(spec.Targets))
		for i := range means {
			means[i], _ = spec.Encoder.Units(i)
		}
		return means, "always the mean", nil
	case own && g.Task == data.Classification:
		return b.classes(spec)
	}
	rows, here := b.train, ""
	if rows == nil {
		rows, here = b.source, " here"
	}
	truth, err := model.TruthOf(ctx, g, rows)
	if err != nil {
		return nil, "", err
	}
	what := map[data.Task]string{
		data.Classification: "always the commonest class", data.Regression: "always the mean", data.MultiLabel: "how often each label occurs",
	}
	return truth.Baseline(), what[g.Task] + here, nil
}

// classes predicts by how often each class occurs.
func (b *baselines) classes(spec data.Spec) (shares []float64, what string, err error) {
	if b.counts == nil {
		if b.counts, err = data.ClassCounts(b.source); err != nil {
			return nil, "", err
		}
		b.here = ", the commonest here"
	}
	rows, commonest := 0, 0
	for i, n := range b.counts {
		rows += n
		if n > b.counts[commonest] {
			commonest = i
		}
	}
	for _, n := range b.counts {
		shares = append(shares, float64(n)/float64(rows))
	}
	return shares, fmt.Sprintf("always %q", spec.Classes[commonest]) + b.here, nil
}

// of returns what the report found of the simplest model.
func (b *baselines) of(r model.Report) (baseline, error) {
	scores, names := runs.Measures{}, r.Scores()
	for _, g := range r.Goals {
		for _, m := range g.Metrics.Metrics() {
			if telling(m, g.Metrics.Spec()) {
				scores.Add(names[0], g.Metrics.Baseline(m.Name))
			}
			names = names[1:]
		}
	}
	if r.Classification != nil && len(r.Goals) == 1 && b.counts != nil {
		c, err := r.Classification.Baseline(b.counts)
		if err != nil {
			return baseline{}, err
		}
		scores["class"] = c.Class
		scores.Add(metric.Loss.Name, c.LogLoss)
	}
	return baseline{strings.Join(b.what, ", "), scores}, nil
}

// telling reports whether the value of the simplest model says something. The
// usual metrics of classes but the main one are much the same for every model
// that always predicts one class.
func telling(m metric.Metric, s metric.Spec) bool {
	usual := slices.ContainsFunc(metric.Usual(s), func(o metric.Metric) bool { return o.Name == m.Name })
	return s.Kind != metric.Classes || m.Name == metric.Main(s).Name || !usual
}
