package cli

import (
	"context"
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/model"
)

// measuring returns m as one that measures the metrics of those names, too. One
// that fits none of its goals is refused.
func measuring(m *model.Model, names []string) (*model.Model, error) {
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

// measure evaluates m on source beside the simplest model. That is by the training
// rows: counts are the rows of each class in them, and train the rows themselves.
// What is not known of them is taken from the rows that are measured.
func measure(ctx context.Context, m *model.Model, source data.Source, counts []int, train data.Source) (model.Report, baseline, error) {
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
