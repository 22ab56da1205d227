package cli

import (
	"context"
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/metric"
	"descent/model"
)

// foldPredictions are what networks predicted for the rows of the folds that they were
// not trained on: of several for one row their mean.
type foldPredictions struct {
	spec    data.Spec
	set     *metric.Set
	rows    []int // of the data, in order
	fold    []int // of each, from 1
	targets [][]float64
	weights []float64 // nil: rows count alike
	values  [][]float64
	loss    float64
}

// outOfFold predicts each row of the folds by the members that were not trained on it.
func (b *bag) outOfFold(ctx context.Context) (*foldPredictions, error) {
	p := &foldPredictions{spec: b.Spec}
	var metrics []metric.Metric
	for _, name := range b.scores {
		m, err := metric.ByName(name)
		if err != nil {
			return nil, err
		}
		metrics = append(metrics, m)
	}
	goal := b.members[0].model.Objective().First()
	of, err := model.MetricSpec(b.Spec, goal)
	if err != nil {
		return nil, err
	}
	if p.set, err = metric.NewSet(of, metrics...); err != nil {
		return nil, err
	}
	place := map[int]int{}
	var times []float64
	rows := 0
	for i, m := range b.members {
		fold := b.Folds[i].Validation
		if err := p.add(ctx, place, &times, i%b.folds()+1, m, fold, b.Settings.TTA); err != nil {
			return nil, err
		}
		if loss, ok := m.outcome.Validation[metric.Loss.Name].(float64); ok {
			p.loss += loss * float64(fold.Len())
		}
		rows += fold.Len()
	}
	p.loss /= float64(rows)
	for at, values := range p.values {
		for k := range values {
			values[k] /= times[at]
		}
	}
	return p, p.measure()
}

// measure gathers the scores of the predictions.
func (p *foldPredictions) measure() error {
	for at, values := range p.values {
		var weight []float64
		if p.weights != nil {
			weight = p.weights[at : at+1]
		}
		if err := p.set.AddWeighted(values, p.targets[at], weight); err != nil {
			return err
		}
	}
	return nil
}

// add adds what a member predicts for its fold.
func (p *foldPredictions) add(ctx context.Context, place map[int]int, times *[]float64, fold int, m *member, rows data.Source, views string) error {
	one, err := settings.WithViews(m.model, views)
	if err != nil {
		return err
	}
	origin := data.Origin(rows)
	x, y, weight := make([]float32, p.spec.Size()), make([]float32, p.spec.TargetSize()), make([]float32, 1)
	_, unweighted := p.spec.Field(data.WeightField)
	at := 0
	for values, err := range one.Predictions(ctx, rows) {
		if err != nil {
			return err
		}
		k, met := place[origin[at]]
		if !met {
			if err := rows.Read([]int{at}, x, y); err != nil {
				return err
			}
			if unweighted == nil {
				if err := rows.(data.FieldReader).ReadField(data.WeightField, []int{at}, weight); err != nil {
					return err
				}
				p.weights = append(p.weights, float64(weight[0]))
			}
			k = len(p.rows)
			place[origin[at]] = k
			p.rows, p.fold, *times = append(p.rows, origin[at]), append(p.fold, fold), append(*times, 0)
			p.targets, p.values = append(p.targets, p.decoded(y)), append(p.values, make([]float64, len(values)))
		}
		(*times)[k]++
		for c, v := range values {
			p.values[k][c] += v
		}
		at++
	}
	return nil
}

// decoded is a target in its own units.
func (p *foldPredictions) decoded(y []float32) []float64 {
	if p.spec.Encoder != nil && p.spec.Task == data.Regression {
		return p.spec.Encoder.DecodeTarget(y)
	}
	target := make([]float64, len(y))
	for i, v := range y {
		target[i] = float64(v)
	}
	return target
}

// measures are the scores over all rows.
func (p *foldPredictions) measures() runs.Measures {
	m := runs.Measures{}
	m.Add(metric.Loss.Name, p.loss)
	for _, of := range p.set.Metrics() {
		m.Add(of.Name, p.set.Value(of.Name))
	}
	return m
}

// write writes the predictions as CSV: the row of the data from 0, its fold, its
// target and what was predicted, and of classes and labels the probability of each.
func (p *foldPredictions) write(w io.Writer) error {
	out := csv.NewWriter(w)
	head := []string{"row", "fold", "target", "prediction"}
	names := outputNames(p.spec)
	several := p.spec.Task == data.Regression && len(names) > 1
	if several {
		head = head[:2]
		for _, name := range names {
			head = append(head, "target_"+name, "prediction_"+name)
		}
	}
	if p.spec.Task != data.Regression {
		for _, name := range names {
			head = append(head, "p_"+name)
		}
	}
	out.Write(head)
	order := make([]int, len(p.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return p.rows[a] - p.rows[b] })
	for _, i := range order {
		out.Write(append([]string{strconv.Itoa(p.rows[i]), strconv.Itoa(p.fold[i])}, p.fields(p.targets[i], p.values[i])...))
	}
	out.Flush()
	return out.Error()
}

// fields are a target and what was predicted.
func (p *foldPredictions) fields(target, values []float64) (fields []string) {
	spec := p.spec
	switch spec.Task {
	case data.Classification:
		fields = []string{spec.Classes[int(target[0])], spec.Classes[runs.Answer(values, nil)]}
	case data.MultiLabel:
		for _, of := range [][]float64{target, values} {
			fields = append(fields, strings.Join(runs.LabelsOf(spec.Targets, of, nil), separator(spec)))
		}
	default:
		for i := range values {
			fields = append(fields, runs.Predicted(spec, i, target[i]), runs.Predicted(spec, i, values[i]))
		}
		return fields
	}
	for i, v := range values {
		fields = append(fields, runs.Predicted(spec, i, v))
	}
	return fields
}

// flat are the predictions of all rows, one after the other.
func (p *foldPredictions) flat() []float64 { return slices.Concat(p.values...) }

// leastProbability keeps the logarithm of a probability finite.
const leastProbability = 1e-9

// plainLoss is what predictions of all rows lose: the log loss of classes and labels,
// in nats, and the mean squared error of numbers in standard deviations of their target.
func (p *foldPredictions) plainLoss(flat []float64) float64 {
	sum, all, width := 0.0, 0.0, len(flat)/len(p.targets)
	for i, target := range p.targets {
		weight, values := 1.0, flat[i*width:(i+1)*width]
		if p.weights != nil {
			weight = p.weights[i]
		}
		all += weight
		switch p.spec.Task {
		case data.Classification:
			sum -= weight * math.Log(max(values[int(target[0])], leastProbability))
		case data.MultiLabel:
			for k, v := range values {
				sum -= weight * math.Log(max(leastProbability, 1-math.Abs(target[k]-v))) / float64(width)
			}
		default:
			for k, v := range values {
				std := 1.0
				if p.spec.Encoder != nil {
					_, std = p.spec.Encoder.Units(k)
				}
				d := (v - target[k]) / std
				sum += weight * d * d / float64(width)
			}
		}
	}
	return sum / all
}

// blank are predictions of zeros for the same rows, by the same metrics.
func (p *foldPredictions) blank() (*foldPredictions, error) {
	set, err := metric.NewSet(p.set.Spec(), p.set.Metrics()...)
	if err != nil {
		return nil, err
	}
	of := &foldPredictions{spec: p.spec, set: set, rows: p.rows, fold: p.fold, targets: p.targets, weights: p.weights}
	for _, values := range p.values {
		of.values = append(of.values, make([]float64, len(values)))
	}
	return of, nil
}

// baseline is what the simplest model predicts for the same rows: always the mean of
// a target, or how often a class or label occurs among them.
func (p *foldPredictions) baseline() (*foldPredictions, error) {
	of, err := p.blank()
	if err != nil {
		return nil, err
	}
	constant := make([]float64, len(p.values[0]))
	for _, target := range p.targets {
		if p.spec.Task == data.Classification {
			constant[int(target[0])] += 1 / float64(len(p.targets))
			continue
		}
		for k, v := range target {
			constant[k] += v / float64(len(p.targets))
		}
	}
	for _, values := range of.values {
		copy(values, constant)
	}
	of.loss = of.plainLoss(of.flat())
	return of, of.measure()
}

// answers are the probabilities that thresholds are found by; nil where there are none.
func (p *foldPredictions) answers() []metric.Answers {
	switch {
	case p.set.Classification() != nil:
		return p.set.Classification().Answers()
	case p.set.MultiLabel() != nil:
		return p.set.MultiLabel().Answers()
	}
	return nil
}

// residuals are how far off predictions of numbers are, of each target; nil of others.
func (p *foldPredictions) residuals() [][]float64 {
	if p.spec.Task != data.Regression || len(p.values[0]) != len(p.targets[0]) {
		return nil
	}
	off := make([][]float64, len(p.targets[0]))
	for i, target := range p.targets {
		for k, v := range target {
			off[k] = append(off[k], math.Abs(p.values[i][k]-v))
		}
	}
	return off
}
