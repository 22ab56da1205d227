package model

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/network"
	"descent/metric"
)

// Report says how good a model is on a set of samples.
type Report struct {
	Rows  int
	Loss  float64 // what training makes small: the mean over the rows with class weights and label smoothing, without penalties; of rows that do not count alike the mean by their weights, see [objective.Goal]
	Plain float64 // the mean over the rows by [loss.Plain], to stand beside a baseline: Loss, where there are no weights and no smoothing

	// Measures of the first goal, in the targets' own units; two of them are nil.
	Classification *metric.Classification
	Regression     *metric.Regression
	MultiLabel     *metric.MultiLabel

	Goals []GoalReport // each goal's metrics, in the order of the objective
	Worst []Sample     // the rows of the largest plain losses, the largest first; at most 24
}

// GoalReport is the part of a [Report] for one goal.
type GoalReport struct {
	Name    string
	Metrics *metric.Set

	Loss        string              // the name of its loss
	Thresholds  []float64           // that decide what is answered, see [Model.Thresholds]
	Weighed     bool                // rows count as a field says, and not all alike
	Reliability *metric.Reliability // of the probabilities of classes or labels; nil for numbers
}

// Score returns the score of the given name: "loss" is the field Loss, others
// are metrics that were measured, see [Model.Measuring]. Of several goals it is
// the first one's that has such a metric, or that of a goal by its name, as in
// "age.mae". It is NaN where there is no such score or the rows leave it
// undefined.
func (r Report) Score(name string) float64 {
	if name == metric.Loss.Name {
		return r.Loss
	}
	for _, g := range r.Goals {
		if m, ok := strings.CutPrefix(name, g.Name+"."); ok && g.has(m) {
			return g.Metrics.Value(m)
		}
	}
	for _, g := range r.Goals {
		if g.has(name) {
			return g.Metrics.Value(name)
		}
	}
	return math.NaN()
}

// Scores returns the names that [Report.Score] knows, without the loss: of each
// goal its metrics in order, of several behind the goal's name, as in "age.mae".
func (r Report) Scores() []string {
	var names []string
	for _, g := range r.Goals {
		names = append(names, scoreNames(g.Name, g.Metrics.Metrics(), len(r.Goals))...)
	}
	return names
}

// String says how good the model is, in a line.
func (r Report) String() string {
	list := []string{fmt.Sprintf("%d rows, loss %.4g", r.Rows, r.Loss)}
	for _, name := range r.Scores() {
		list = append(list, fmt.Sprintf("%s %.4g", name, r.Score(name)))
	}
	return strings.Join(list, ", ")
}

func (g GoalReport) has(name string) bool {
	return slices.ContainsFunc(g.Metrics.Metrics(), func(m metric.Metric) bool { return m.Name == name })
}

// measuring is an evaluation that goes on.
type measuring struct {
	net                *network.Network
	report             Report
	goals              []*goalMeter
	sum, plain, weight float64
	part               float64 // of the weight, that of the last rows which are no whole batch

	order   byLength
	rows    int          // of the set
	fields  []string     // that measuring reads
	waiting []predicted  // of the rows of a window
	of      []data.Batch // their fields
	arrived int          // how many of them are there
}

// begin makes ready to measure predictions on source.
func (p *predictor) begin(source data.Source) (*measuring, error) {
	if source == nil || source.Len() == 0 {
		return nil, fmt.Errorf("model: there are no rows to evaluate")
	}
	if err := p.net.Fits(source.Spec()); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	e := &measuring{net: p.net, order: p.byLength(source, most), rows: source.Len(), fields: p.measuredFields()}
	for i := range p.net.Objective {
		g, err := newGoalMeter(p.net, i, p.metrics)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		if i < len(p.beside) && p.beside[i] != nil {
			if err := g.set.Beside(p.beside[i]); err != nil {
				return nil, fmt.Errorf("model: %w", err)
			}
		}
		var thresholds []float64
		if i == 0 && p.decided != nil {
			thresholds = slices.Clone(p.decided)
			if err := g.set.Decide(p.decided); err != nil {
				return nil, fmt.Errorf("model: %w", err)
			}
		}
		e.goals = append(e.goals, g)
		e.report.Goals = append(e.report.Goals, GoalReport{p.net.Objective[i].Name, g.set, p.net.Objective[i].Loss.Name(), thresholds, p.net.Objective[i].Rows != "", g.sure})
	}
	first := e.goals[0].set
	e.report.Classification, e.report.Regression, e.report.MultiLabel = first.Classification(), first.Regression(), first.MultiLabel()
	return e, nil
}

// add takes in what was predicted of the next rows, which b has the targets of.
func (e *measuring) add(rows int, y *predicted, b *data.Batch) error {
	for i, l := range y.losses {
		e.sum += float64(l)
		e.plain += float64(y.plain[i])
	}
	e.part += weightOf(rows, b.Field(e.net.Objective[0].Rows))
	e.report.keepWorst(e.net, e.report.Rows, y.plain, y.values[0])
	for i, g := range e.goals {
		if err := g.add(rows, y.values[i], b); err != nil {
			return fmt.Errorf("model: %w", err)
		}
	}
	if e.report.Rows += rows; e.report.Rows%most == 0 {
		e.weight, e.part = e.weight+e.part, 0
	}
	return nil
}

// end returns what was measured.
func (e *measuring) end() (Report, error) {
	r := &e.report
	e.weight, e.part = e.weight+e.part, 0
	if !(e.weight > 0) {
		return Report{}, fmt.Errorf("model: the weights of all %d rows are 0: none counts", r.Rows)
	}
	r.Loss, r.Plain = e.sum/e.weight, e.plain/e.weight
	return *r, nil
}

// evaluate measures predictions on all of source.
func (p *predictor) evaluate(ctx context.Context, source data.Source) (Report, error) {
	e, err := p.begin(source)
	if err != nil {
		return Report{}, err
	}
	for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: most, Order: e.order.rows, Positions: e.order.positions}) {
		if err != nil {
			return Report{}, err
		}
		y, err := p.run(len(batch.Rows), &batch, true)
		if err != nil {
			return Report{}, fmt.Errorf("model: %w", err)
		}
		if err := e.put(batch.Index, len(batch.Rows), y, &batch); err != nil {
			return Report{}, err
		}
	}
	return e.end()
}

// weightOf is what some rows count together, by their weights; each 1, if there are
// none.
func weightOf(rows int, weights []float32) float64 {
	if weights == nil {
		return float64(rows)
	}
	sum := 0.0
	for _, w := range weights {
		sum += float64(w)
	}
	return sum
}
