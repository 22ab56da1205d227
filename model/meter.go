package model

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/network"
	"descent/loss"
	"descent/metric"
	"descent/objective"
)

// goalMeter measures the predictions of one goal.
type goalMeter struct {
	net  *network.Network
	goal int
	set  *metric.Set
	wide int                 // values of a prediction, as metrics take them
	sure *metric.Reliability // of classes and labels

	predictions, targets []float64
	weights              []float64 // of the targets, where rows do not count alike
}

// newGoalMeter returns a meter of the usual metrics of a goal and of those of
// more that fit it.
func newGoalMeter(n *network.Network, goal int, more []metric.Metric) (*goalMeter, error) {
	spec, err := MetricSpec(n.Spec, n.Objective[goal])
	if err != nil {
		return nil, err
	}
	set, err := metric.NewSet(spec, measured(spec, more)...)
	if err != nil {
		return nil, err
	}
	g := &goalMeter{net: n, goal: goal, set: set, wide: len(spec.Names)}
	if spec.Kind != metric.Numbers {
		g.sure = metric.NewReliability(spec)
	}
	return g, nil
}

// measured are the usual metrics of what is predicted, and those of more that
// fit it, which stand for usual ones of their name, as [FindScore] has it. Of
// several with one name the first counts.
func measured(spec metric.Spec, more []metric.Metric) []metric.Metric {
	metrics := metric.Usual(spec)
	for i, m := range more {
		same := func(o metric.Metric) bool { return o.Name == m.Name }
		if slices.ContainsFunc(more[:i], same) || m.Validate() != nil || m.Fits(spec) != nil {
			continue
		}
		if at := slices.IndexFunc(metrics, same); at >= 0 {
			metrics[at] = m
		} else {
			metrics = append(metrics, m)
		}
	}
	return metrics
}

// Scores returns the names of the scores that a model with that objective, nil
// for that of the samples' task, has of samples of kind s, if it measures more
// beside the usual metrics; see [Report.Scores].
func Scores(s data.Spec, o objective.Objective, more ...metric.Metric) ([]string, error) {
	if o == nil {
		o = objective.For(s, nil)
	}
	o, err := o.Filled(network.Labeled(s))
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	var names []string
	for _, g := range o {
		spec, err := MetricSpec(s, g)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		names = append(names, scoreNames(g.Name, measured(spec, more), len(o))...)
	}
	return names, nil
}

// scoreNames are the names of the scores of a goal, one of so many.
func scoreNames(goal string, metrics []metric.Metric, goals int) []string {
	var names []string
	for _, m := range metrics {
		if goals > 1 {
			names = append(names, goal+"."+m.Name)
		} else {
			names = append(names, m.Name)
		}
	}
	return names
}

// MetricSpec is what a goal of samples of kind s predicts, as metrics see it.
// Numbers without names, as those of an image, are measured as values of one.
func MetricSpec(s data.Spec, g objective.Goal) (metric.Spec, error) {
	if g.Target == "" {
		g.Target = data.Y
	}
	f, err := network.Labeled(s).Field(g.Target)
	if err != nil {
		return metric.Spec{}, err
	}
	spec := metric.Spec{Kind: kinds[g.Task], Names: f.Names}
	spec.Tokens = s.Encoder.OfText() && g.Target == data.NextField
	if s.Horizon > 0 && g.Target == data.Y && s.Encoder != nil && s.Encoder.Series != nil {
		spec.Scales = s.Encoder.Series.Scales
	}
	if f.Names == nil {
		spec.Names = []string{f.Name}
	}
	return spec, nil
}

var kinds = map[data.Task]metric.Kind{
	data.Classification: metric.Classes, data.Regression: metric.Numbers, data.MultiLabel: metric.Labels,
}

// add takes the predictions of some rows. Positions that the mask leaves out, and
// those of no class, are not measured.
func (m *goalMeter) add(rows int, values []float32, b *data.Batch) error {
	g := m.net.Objective[m.goal]
	m.predictions = appendMeasured(m.predictions[:0], m.net, m.goal, values)
	m.targets = appendMeasured(m.targets[:0], m.net, m.goal, b.Field(g.Target))
	if _, counts := g.Loss.(loss.Poisson); counts {
		snap(m.net, m.goal, m.targets)
	}
	width := m.set.Spec().Width()
	n := len(m.targets) / width
	m.weigh(rows, n, b.Field(g.Rows))
	if partly(g) {
		if n > rows && m.weights != nil {
			m.share(rows, n, b.Field(g.Mask))
		}
		m.keep(n, width, b.Field(g.Mask))
	}
	if err := m.set.AddWeighted(m.predictions, m.targets, m.weights); err != nil || m.sure == nil {
		return err
	}
	for i := range len(m.targets) / width {
		m.sure.Add(m.predictions[i*m.wide:(i+1)*m.wide], m.targets[i*width:(i+1)*width])
	}
	return nil
}

// snap makes 0 of counts that are below it only because they were standardized.
func snap(n *network.Network, goal int, counts []float64) {
	if !ownUnits(n, goal) {
		return
	}
	for i, v := range counts {
		mean, std := n.Spec.Encoder.Units(i % len(n.Spec.Targets))
		if v < 0 && v > -1e-6*(std+mean) {
			counts[i] = 0
		}
	}
}

// weigh sets the weights of n targets of so many rows, nil if all count alike.
func (m *goalMeter) weigh(rows, n int, weights []float32) {
	if weights == nil {
		m.weights = nil
		return
	}
	m.weights = m.weights[:0]
	for i := range n {
		m.weights = append(m.weights, float64(weights[i*rows/n]))
	}
}

// share has what a row counts shared out to its positions that count, as the loss of
// the row is their mean.
func (m *goalMeter) share(rows, n int, mask []float32) {
	width := len(m.targets) / n
	for row := range rows {
		some := 0.0
		for i := row * n / rows; i < (row+1)*n/rows; i++ {
			if counts(m.set.Spec().Kind, mask, i, n, m.targets[i*width]) {
				some++
			}
		}
		for i := row * n / rows; i < (row+1)*n/rows; i++ {
			m.weights[i] /= max(some, 1)
		}
	}
}

// partly reports whether some rows or positions of a goal may not count.
func partly(g objective.Goal) bool {
	return g.Mask != "" || g.Target != data.Y && g.Task == data.Classification
}

// counts reports whether target i of n counts, which begins with the value first.
func counts(kind metric.Kind, mask []float32, i, n int, first float64) bool {
	return (mask == nil || mask[i*len(mask)/n] != 0) && (kind != metric.Classes || first >= 0)
}

// keep drops predictions and targets that do not count, of n.
func (m *goalMeter) keep(n, width int, mask []float32) {
	kept := 0
	for i := range n {
		if !counts(m.set.Spec().Kind, mask, i, n, m.targets[i*width]) {
			continue
		}
		copy(m.predictions[kept*m.wide:(kept+1)*m.wide], m.predictions[i*m.wide:])
		copy(m.targets[kept*width:(kept+1)*width], m.targets[i*width:])
		if m.weights != nil {
			m.weights[kept] = m.weights[i]
		}
		kept++
	}
	m.predictions, m.targets = m.predictions[:kept*m.wide], m.targets[:kept*width]
	if m.weights != nil {
		m.weights = m.weights[:kept]
	}
}

// FindScore returns the metric that a score's name means: one of own, or of
// package metric, perhaps behind the name of a goal, as in "age.mae"; goal is
// that goal, or -1. The error suggests the nearest name.
func FindScore(name string, o objective.Objective, own []metric.Metric) (m metric.Metric, goal int, err error) {
	goal = -1
	longest := "" // a goal's name may begin with another's
	for i, g := range o.Names() {
		if prefix := g + "."; strings.HasPrefix(name, prefix) && len(prefix) > len(longest) {
			longest, goal = prefix, i
		}
	}
	name = name[len(longest):]
	if goal >= 0 && name == metric.Loss.Name {
		return m, goal, fmt.Errorf("model: the loss of goal %q is not measured by itself; loss is that of all goals", o.Names()[goal])
	}
	if i := slices.IndexFunc(own, func(m metric.Metric) bool { return m.Name == name }); i >= 0 {
		return own[i], goal, nil
	}
	m, err = metric.ByName(name)
	return m, goal, err
}

// Suits returns an error if a goal of samples of kind s has no such metric.
func Suits(m metric.Metric, g objective.Goal, s data.Spec) error {
	spec, err := MetricSpec(s, g)
	if err != nil {
		return err
	}
	return m.Suits(spec)
}

// Measurable returns why a metric cannot say how good predictions of the samples
// in source are, nil if it can: it may be of another kind of target, or the rows
// leave it undefined, as those of one class do the area under the ROC. Then no
// model can be the best by it.
func Measurable(m metric.Metric, g objective.Goal, source data.Source) error {
	spec, err := MetricSpec(source.Spec(), g)
	if err != nil {
		return err
	}
	if g.Target == "" {
		g.Target = data.Y
	}
	if err := m.Suits(spec); err != nil || m.New == nil || m.Needs == nil && !partly(g) {
		return err
	}
	truth, err := TruthOf(context.Background(), g, source)
	if err != nil {
		return err
	}
	return m.Measurable(truth)
}

// TruthOf returns what the targets of a goal that count are in the samples of
// source, in their own units. Of training samples it says what the simplest model predicts:
// see [metric.Truth.Baseline] and [Model.Beside].
func TruthOf(ctx context.Context, g objective.Goal, source data.Source) (*metric.Truth, error) {
	if g.Target == "" {
		g.Target = data.Y
	}
	if _, err := source.Spec().Field(g.Target); err != nil { // it may lack targets
		return nil, err
	}
	spec, err := MetricSpec(source.Spec(), g)
	if err != nil {
		return nil, err
	}
	truth, n := metric.NewTruth(spec), &network.Network{Spec: source.Spec(), Objective: objective.Objective{g}}
	var targets []float64
	for b, err := range data.Batches(ctx, source, data.BatchConfig{Size: most}) {
		if err != nil {
			return nil, err
		}
		targets = appendMeasured(targets[:0], n, 0, b.Field(g.Target))
		if partly(g) {
			targets = counted(spec, targets, b.Field(g.Mask))
		}
		if err := truth.Add(targets); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
	}
	return truth, nil
}

// counted keeps those of targets that count.
func counted(spec metric.Spec, targets []float64, mask []float32) []float64 {
	width := spec.Width()
	n, kept := len(targets)/width, targets[:0]
	for i := range n {
		if row := targets[i*width : (i+1)*width]; counts(spec.Kind, mask, i, n, row[0]) {
			kept = append(kept, row...)
		}
	}
	return kept
}
