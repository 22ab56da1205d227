package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"descent/internal/usage"
	"descent/loss"
	"descent/metric"
	"descent/model"
	"descent/objective"
)

// MetricNames lists those that --monitor, --metrics and --metric take.
func MetricNames() string {
	return strings.Join(metric.Names(), ", ") + "; a number in a name may be another, as in top3"
}

// askedMetrics returns the metrics of the setting metrics, each once. The loss is
// always measured.
func (s *Settings) askedMetrics() ([]metric.Metric, error) {
	list, err := ParseMetrics(s.Metrics)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return list, nil
}

// ParseMetrics returns the metrics of those names, each once and the loss, which
// is always measured, left out. The error for another suggests the nearest name.
func ParseMetrics(names []string) ([]metric.Metric, error) {
	var list []metric.Metric
	for _, name := range names {
		m, err := lookUp(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if m.New != nil && !holds(list, m) {
			list = append(list, m)
		}
	}
	return list, nil
}

// lookUp returns the metric of that name. The setting stands before the error, and
// need not be followed by the name of the package.
func lookUp(name string) (metric.Metric, error) {
	m, err := metric.ByName(name)
	if err != nil {
		err = errors.New(strings.TrimPrefix(err.Error(), "metric: "))
	}
	return m, err
}

func holds(list []metric.Metric, m metric.Metric) bool {
	return slices.ContainsFunc(list, func(o metric.Metric) bool { return o.Name == m.Name })
}

// goal is what the job trains for.
func (j *Job) goal() objective.Goal { return objective.For(j.Spec, nil).First() }

// monitor checks that the data has the monitored score and those asked for, and
// points a plateau the way in which the score improves.
func (j *Job) monitor() error {
	s := &j.Settings
	asked, err := s.askedMetrics()
	if err != nil {
		return err
	}
	for _, m := range asked {
		if err := model.Suits(m, j.goal(), j.Spec); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	m, err := lookUp(s.Monitor.Value)
	if err != nil {
		return fmt.Errorf("monitor: %w", err)
	}
	if m.Name == metric.Loss.Name {
		return nil
	}
	if err := model.Suits(m, j.goal(), j.Spec); err != nil {
		return fmt.Errorf("monitor: %w", err)
	}
	if j.Parts.Validation.Len() == 0 {
		return fmt.Errorf("monitor: %s is measured on a validation part, and the split leaves none", s.Monitor.Value)
	}
	j.absent(m)
	plateau, _, _ := strings.Cut(s.Schedule.Value, ":")
	if plateau == "plateau" && m.Higher && !strings.Contains(s.Schedule.Value, "mode=") {
		if s.Schedule.Value == plateau {
			s.Schedule.Value += ":mode=max"
		} else {
			s.Schedule.Value += ",mode=max"
		}
	}
	return nil
}

// absent notes classes that a monitored metric leaves out, if it does not count
// rows but averages over classes.
func (j *Job) absent(m metric.Metric) {
	if m.Share {
		return
	}
	for _, c := range j.Parts.Counts {
		if c.Train > 0 && c.Validation == 0 {
			j.Notes = append(j.Notes, fmt.Sprintf("class %q has no row in validation, so %s there says nothing about it", c.Class, m.Name))
		}
	}
}

// metrics returns what the run measures beside the usual metrics: those asked
// for, and the monitored one.
func (j *Job) metrics() []metric.Metric {
	list, err := j.Settings.askedMetrics()
	if m, failed := metric.ByName(j.Settings.Monitor.Value); err == nil && failed == nil && m.New != nil && !holds(list, m) {
		list = append(list, m)
	}
	for _, m := range MetricsOfLoss(j.Settings.Loss.Value) {
		if !holds(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// MetricsOfLoss are the metrics that say what a loss is for.
func MetricsOfLoss(name string) []metric.Metric {
	if name == (loss.Ordinal{}).Name() {
		return metric.Ordered()
	}
	return nil
}

// Measure makes the run measure one more metric.
func (j *Job) Measure(name string) error {
	m, err := metric.ByName(name)
	if err == nil && m.New != nil && !holds(j.Config.Metrics, m) {
		j.Config.Metrics = append(j.Config.Metrics, m)
	}
	return err
}

// Measured returns an error if the validation part leaves the monitored score
// undefined, so that no model could be the best by it.
func (j *Job) Measured() error { return j.measured("monitor", j.Settings.Monitor.Value) }

func (j *Job) measured(setting, score string) error {
	if j.Parts.Validation.Len() == 0 {
		return nil
	}
	m, err := metric.ByName(score)
	if err == nil {
		err = model.Measurable(m, j.goal(), j.Parts.Validation)
	}
	if err == nil {
		return nil
	}
	var counts []string
	for _, c := range j.Parts.Counts {
		counts = append(counts, fmt.Sprintf("%q has %d rows in training, %d in validation, %d in test", c.Class, c.Train, c.Validation, c.Test))
	}
	where := ""
	if counts != nil {
		where = " (class " + strings.Join(counts, "; ") + ")"
	}
	return usage.Errorf("%s: %s cannot be measured on the validation part: %w%s; take another score, such as loss, a --split with more validation rows, or a --validation set of its own",
		setting, score, err, where)
}

// Scored returns an error if the data has no such score to compare by, or the
// validation part leaves it undefined.
func (j *Job) Scored(metric string) error {
	k := *j
	k.Settings.Monitor = Given(metric)
	if err := k.monitor(); err != nil {
		return usage.Errorf("metric: %s", strings.TrimPrefix(err.Error(), "monitor: "))
	}
	return j.measured("metric", metric)
}
