package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"descent/data"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/metric"
	"descent/model"
)

// measuring returns m as one that measures the metrics of those names, too, or if
// there are none what the run in folder measured. One that fits none of its goals
// is refused.
func measuring(m *model.Model, folder string, names []string) (*model.Model, error) {
	if len(names) == 0 {
		list := measuredBy(folder)
		list = append(list, settings.MetricsOfLoss(m.Objective()[0].Loss.Name())...)
		return m.Measuring(list...), nil
	}
	list, err := settings.ParseMetrics(names)
	if err != nil {
		return nil, usage.Mark(fmt.Errorf("--metrics: %w", err))
	}
	for _, asked := range list {
		var unfit error
		for _, g := range slices.Backward(m.Objective()) { // the error is of the first goal
			if unfit = model.Suits(asked, g, m.Spec()); unfit == nil {
				break
			}
		}
		if unfit != nil {
			return nil, usage.Mark(fmt.Errorf("--metrics: %w", unfit))
		}
	}
	return m.Measuring(list...), nil
}

// measuredBy returns the metrics that the run in folder measured beside the usual
// ones; none if it is no run. Those of another program are left out.
func measuredBy(folder string) (list []metric.Metric) {
	s := settings.Default()
	if err := settings.ReadKept(filepath.Join(folder, runs.ConfigFile), &s); err != nil {
		return nil
	}
	for _, name := range append(s.Metrics, s.Monitor.Value) {
		if m, err := metric.ByName(name); err == nil {
			list = append(list, m)
		}
	}
	return list
}

// measure evaluates m on source beside the simplest model. That is by the training
// rows: counts are the rows of each class in them, and train the rows themselves.
// What is not known of them is taken from the rows that are measured.
func measure(ctx context.Context, m *model.Model, source data.Source, counts []int, train data.Source) (model.Report, baseline, error) {
	if s := source.Spec(); s.Horizon > 0 && s.Encoder != nil && s.Encoder.Series != nil {
		return measureForecast(ctx, m, source)
	}
	b := baselines{source: source, train: train, counts: counts}
	if err := b.predict(ctx, m.Objective()); err != nil {
		return model.Report{}, baseline{}, err
	}
	r, err := m.Beside(b.predictions...).Evaluate(ctx, source)
	if err != nil {
		return r, baseline{}, err
	}
	found, err := b.of(r)
	return r, found, err
}

// measureForecast evaluates m on source beside a forecast that repeats the last season,
// or the last value where there is no season in the window.
func measureForecast(ctx context.Context, m *model.Model, source data.Source) (model.Report, baseline, error) {
	simplest, what, err := model.Naive(source.Spec())
	if err != nil {
		return model.Report{}, baseline{}, err
	}
	beside, err := simplest.Evaluate(ctx, source)
	if err != nil {
		return model.Report{}, baseline{}, err
	}
	r, err := m.Evaluate(ctx, source)
	scores := runs.MeasuresOf(beside)
	for _, name := range r.Scores() {
		if _, known := scores[name]; !known {
			scores.Add(name, beside.Score(name))
		}
	}
	if m.Objective()[0].Loss.Name() != simplest.Objective()[0].Loss.Name() {
		delete(scores, metric.Loss.Name)
	}
	return r, baseline{what, scores}, err
}
