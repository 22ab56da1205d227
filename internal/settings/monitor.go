package settings

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/usage"
	"descent/metric"
	"descent/model"
	"descent/objective"
)

// monitor checks that the monitored score exists, and points a plateau the
// way in which the score improves.
func (j *Job) monitor() error {
	s := &j.Settings
	classes := []string{"accuracy", "balanced_accuracy", "f1", "auroc"}
	switch {
	case s.Monitor == "loss":
		return nil
	case slices.Contains(classes, s.Monitor) != (j.Spec.Task == data.Classification):
		return fmt.Errorf("monitor: %s has no score %q", j.Spec.Task, s.Monitor)
	case s.Monitor == "auroc" && len(j.Spec.Classes) != 2:
		return fmt.Errorf("monitor: auroc is for two classes, and the data has %d", len(j.Spec.Classes))
	case j.Parts.Validation.Len() == 0:
		return fmt.Errorf("monitor: %s is measured on a validation part, and the split leaves none", s.Monitor)
	}
	j.absent()
	plateau, _, _ := strings.Cut(s.Schedule, ":")
	if plateau == "plateau" && metric.HigherIsBetter(s.Monitor) && !strings.Contains(s.Schedule, "mode=") {
		if s.Schedule == plateau {
			s.Schedule += ":mode=max"
		} else {
			s.Schedule += ",mode=max"
		}
	}
	return nil
}

// absent notes classes that a monitored mean over classes leaves out.
func (j *Job) absent() {
	m := j.Settings.Monitor
	if m != "balanced_accuracy" && m != "f1" {
		return
	}
	for _, c := range j.Parts.Counts {
		if c.Train > 0 && c.Validation == 0 {
			j.Notes = append(j.Notes, fmt.Sprintf("class %q has no row in validation, so %s there says nothing about it", c.Class, m))
		}
	}
}

// Measured returns an error if the validation part leaves the monitored score
// undefined, so that no model could be the best by it.
func (j *Job) Measured() error { return j.measured("monitor", j.Settings.Monitor) }

func (j *Job) measured(setting, score string) error {
	if j.Parts.Validation.Len() == 0 {
		return nil
	}
	m, err := metric.ByName(score)
	if err == nil {
		err = model.Measurable(m, objective.For(j.Spec, nil).First(), j.Parts.Validation)
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
	k.Settings.Monitor = metric
	if err := k.monitor(); err != nil {
		return usage.Errorf("metric: %s", strings.TrimPrefix(err.Error(), "monitor: "))
	}
	return j.measured("metric", metric)
}
