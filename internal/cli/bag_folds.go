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
	"descent/internal/canonical"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/metric"
	"descent/model"
)

// foldPredictions are what networks predicted for the rows of the folds that they were
// not trained on: of several for one row their mean.
type foldPredictions struct {
	spec data.Spec
	set  *metric.Set
	rows []int // of the data, in order
	fold []int // of each, from 1
	loss float64
	model.HeldOut
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
	all := 0.0
	for i, m := range b.members {
		fold := b.Folds[i].Validation
		weight, err := p.add(ctx, place, &times, i%b.folds()+1, m, fold, b.Settings.TTA)
		if err != nil {
			return nil, err
		}
		if loss, ok := m.outcome.Validation[metric.Loss.Name].(float64); ok && weight > 0 {
			p.loss += loss * weight
			all += weight
		}
	}
	p.loss /= all
	for at, n := range times {
		for _, values := range p.sums() {
			for k := range values[at] {
				values[at][k] /= n
			}
		}
	}
	return p, p.measure()
}

// sums are what is averaged, of each row.
func (p *foldPredictions) sums() [][][]float64 {
	if p.Lower == nil {
		return [][][]float64{p.Values}
	}
	return [][][]float64{p.Values, p.Lower, p.Upper}
}

// measure gathers the scores of the predictions.
func (p *foldPredictions) measure() error {
	for at, values := range p.Values {
		if err := p.set.AddWeighted(values, p.Targets[at], []float64{p.Weight(at)}); err != nil {
			return err
		}
	}
	return nil
}

// add adds what a member predicts for its fold, and returns how much the fold counts.
func (p *foldPredictions) add(ctx context.Context, place map[int]int, times *[]float64, fold int, m *member, rows data.Source, views string) (weight float64, err error) {
	one, err := settings.WithViews(m.model, views)
	if err != nil {
		return 0, err
	}
	h, err := one.HeldOut(ctx, rows)
	if err != nil {
		return 0, err
	}
	for at, row := range data.Origin(rows) {
		weight += h.Weight(at)
		k, met := place[row]
		if met {
			(*times)[k]++
			p.addTo(k, h, at, 1)
			continue
		}
		place[row] = len(p.rows)
		p.rows, p.fold, *times = append(p.rows, row), append(p.fold, fold), append(*times, 1)
		p.Targets, p.Values = append(p.Targets, h.Targets[at]), append(p.Values, h.Values[at])
		if h.Lower != nil {
			p.Lower, p.Upper = append(p.Lower, h.Lower[at]), append(p.Upper, h.Upper[at])
		}
		if h.Weights != nil {
			p.Weights = append(p.Weights, h.Weights[at])
		}
	}
	return weight, nil
}

// blank are predictions of zeros for the same rows, by the same metrics.
func (p *foldPredictions) blank() (*foldPredictions, error) {
	set, err := metric.NewSet(p.set.Spec(), p.set.Metrics()...)
	if err != nil {
		return nil, err
	}
	q := &foldPredictions{spec: p.spec, set: set, rows: p.rows, fold: p.fold}
	q.Targets, q.Weights = p.Targets, p.Weights
	zero := func(list [][]float64) (zeros [][]float64) {
		for _, values := range list {
			zeros = append(zeros, make([]float64, len(values)))
		}
		return zeros
	}
	q.Values, q.Lower, q.Upper = zero(p.Values), zero(p.Lower), zero(p.Upper)
	return q, nil
}

// addTo adds row at of what was predicted elsewhere, times n, to row k.
func (p *foldPredictions) addTo(k int, h *model.HeldOut, at int, n float64) {
	other := (&foldPredictions{HeldOut: *h}).sums()
	for i, values := range p.sums() {
		for c, v := range other[i][at] {
			values[k][c] += float64(n * v)
		}
	}
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
		out.Write(append([]string{strconv.Itoa(p.rows[i]), strconv.Itoa(p.fold[i])}, p.fields(p.Targets[i], p.Values[i])...))
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
func (p *foldPredictions) flat() []float64 { return slices.Concat(p.Values...) }

// leastProbability keeps the logarithm of a probability finite.
const leastProbability = 1e-9

// plainLoss is what predictions of all rows lose: the log loss of classes and labels,
// in nats, and the mean squared error of numbers in standard deviations of their target.
func (p *foldPredictions) plainLoss(flat []float64) float64 {
	sum, all, width := 0.0, 0.0, len(flat)/len(p.Targets)
	for i, target := range p.Targets {
		w := p.Weight(i)
		sum += float64(w * p.lost(target, flat[i*width:(i+1)*width]))
		all += w
	}
	return sum / all
}

// lost is what the predictions of a row lose.
func (p *foldPredictions) lost(target, values []float64) (sum float64) {
	switch p.spec.Task {
	case data.Classification:
		return -canonical.Log(max(values[int(target[0])], leastProbability))
	case data.MultiLabel:
		for k, v := range values {
			sum -= canonical.Log(max(leastProbability, 1-math.Abs(target[k]-v)))
		}
	default:
		for k, v := range values {
			std := 1.0
			if p.spec.Encoder != nil {
				_, std = p.spec.Encoder.Units(k)
			}
			d := (v - target[k]) / std
			sum += float64(d * d)
		}
	}
	return sum / float64(len(values))
}

// baseline is what the simplest model predicts for the same rows: always the mean of
// a target, or how often a class or label occurs among them.
func (p *foldPredictions) baseline() (*foldPredictions, error) {
	of, err := p.blank()
	if err != nil {
		return nil, err
	}
	constant := make([]float64, len(p.Values[0]))
	for _, target := range p.Targets {
		if p.spec.Task == data.Classification {
			constant[int(target[0])] += 1 / float64(len(p.Targets))
			continue
		}
		for k, v := range target {
			constant[k] += v / float64(len(p.Targets))
		}
	}
	for _, values := range of.Values {
		copy(values, constant)
	}
	of.loss = of.plainLoss(of.flat())
	return of, of.measure()
}
