package model

import (
	"context"
	"fmt"
	"math"
	"strings"

	"descent/data"
	"descent/metric"
)

// Report says how good a model is on a set of samples.
type Report struct {
	Rows           int
	Loss           float64                // what training makes small: the mean over the rows with class weights and label smoothing, without penalties
	Plain          float64                // the mean over the rows by [loss.Plain], to stand beside a baseline: Loss, where there are no weights and no smoothing
	Classification *metric.Classification // nil for regression
	Regression     *metric.Regression     // nil for classes; in the targets' own units
	Worst          []Sample               // the rows of the largest plain losses, the largest first; at most 24
}

// scores lists the names that [Report.Score] knows.
var scores = []struct {
	name   string
	higher bool // is better
	of     func(r Report) float64
}{
	{"loss", false, func(r Report) float64 { return r.Loss }},
	{"accuracy", true, func(r Report) float64 { return r.classes((*metric.Classification).Accuracy) }},
	{"balanced_accuracy", true, func(r Report) float64 { return r.classes((*metric.Classification).BalancedAccuracy) }},
	{"f1", true, func(r Report) float64 { return r.classes((*metric.Classification).MacroF1) }},
	{"auroc", true, func(r Report) float64 { return r.classes((*metric.Classification).AUROC) }},
	{"mse", false, func(r Report) float64 { return r.targets((*metric.Regression).MSE) }},
	{"mae", false, func(r Report) float64 { return r.targets((*metric.Regression).MAE) }},
	{"r2", true, func(r Report) float64 { return r.targets((*metric.Regression).R2) }},
}

// ScoreNames returns the names of all scores, as Config.Monitor takes them.
func ScoreNames() []string {
	var names []string
	for _, s := range scores {
		names = append(names, s.name)
	}
	return names
}

func (r Report) classes(f func(*metric.Classification) float64) float64 {
	if r.Classification == nil {
		return math.NaN()
	}
	return f(r.Classification)
}

func (r Report) targets(f func(*metric.Regression) float64) float64 {
	if r.Regression == nil {
		return math.NaN()
	}
	return f(r.Regression)
}

// Score returns the score of the given name: loss, accuracy,
// balanced_accuracy, f1, auroc, mse, mae or r2. It is NaN where the task has
// no such score or the rows leave it undefined, see [Measurable]; loss is the
// field Loss, which picks the best model unless another score does.
func (r Report) Score(name string) float64 {
	for _, s := range scores {
		if s.name == name {
			return s.of(r)
		}
	}
	return math.NaN()
}

// HigherScore says which way a score improves; the error is that of a name that
// is no score.
func HigherScore(name string) (bool, error) {
	for _, s := range scores {
		if s.name == name {
			return s.higher, nil
		}
	}
	return false, fmt.Errorf("there is no score %q to monitor; there are %s", name, strings.Join(ScoreNames(), ", "))
}

// HigherIsBetter says whether a larger value of the named score is better.
func HigherIsBetter(name string) bool {
	higher, _ := HigherScore(name)
	return higher
}

// Suits returns an error if samples of kind s have no score of that name.
func Suits(name string, s data.Spec) error {
	task := s.Task
	classes := name == "accuracy" || name == "balanced_accuracy" || name == "f1" || name == "auroc"
	targets := name == "mse" || name == "mae" || name == "r2"
	if classes && task == data.Regression || targets && task == data.Classification {
		return fmt.Errorf("%v has no score %q to monitor", task, name)
	}
	if name == "auroc" && len(s.Classes) != 2 {
		return fmt.Errorf("auroc is a score of two classes, and the data has %d; f1 and balanced_accuracy take any number", len(s.Classes))
	}
	return nil
}

// evaluate measures predictions on all of source.
func (p *predictor) evaluate(ctx context.Context, source data.Source) (Report, error) {
	spec := p.net.Spec
	if source == nil || source.Len() == 0 {
		return Report{}, fmt.Errorf("model: there are no rows to evaluate")
	}
	if err := p.net.Fits(source.Spec()); err != nil {
		return Report{}, err
	}
	var r Report
	if spec.Task == data.Classification {
		r.Classification = metric.NewClassification(spec.Classes, metric.Probabilities)
	} else {
		r.Regression = metric.NewRegression(spec.Targets, nil)
	}
	var sum, plain float64
	for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: most}) {
		if err != nil {
			return Report{}, err
		}
		y, err := p.run(len(batch.Rows), batch.X, batch.Y)
		if err != nil {
			return Report{}, fmt.Errorf("model: %w", err)
		}
		for i, l := range y.losses {
			sum += float64(l)
			plain += float64(y.plain[i])
		}
		r.keepWorst(spec, r.Rows, y.plain, y.values)
		if r.Classification != nil {
			err = r.Classification.Add(y.values, batch.Y)
		} else {
			err = r.Regression.Add(decoded(spec, y.values), decoded(spec, batch.Y))
		}
		if err != nil {
			return Report{}, fmt.Errorf("model: %w", err)
		}
		r.Rows += len(batch.Rows)
	}
	r.Loss, r.Plain = sum/float64(r.Rows), plain/float64(r.Rows)
	return r, nil
}
