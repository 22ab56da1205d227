package settings

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"descent/data"
	"descent/metric"
	"descent/model"
)

// threshold is what an answer is decided by: a number, or what is made best of the
// validation part.
type threshold struct {
	by string  // "f1", "cost" or ""
	at float64 // without by
}

// parseThreshold reads a number, or how to find one.
func parseThreshold(text string) (threshold, error) {
	if text == "f1" || text == "cost" {
		return threshold{by: text}, nil
	}
	if text == "auto" {
		return threshold{at: 0.5}, nil
	}
	v, err := ParseFloat(text)
	if err != nil || !(v >= 0 && v < 1) {
		return threshold{}, fmt.Errorf("%q; want a probability from 0 to below 1, f1, cost or auto", text)
	}
	return threshold{at: v}, nil
}

// parseCosts reads what wrong answers cost; nothing is no costs.
func parseCosts(text string) (c metric.Cost, err error) {
	if text == "" {
		return c, nil
	}
	fields := map[string]*float64{"fp": &c.FalsePositive, "fn": &c.FalseNegative}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		field := fields[name]
		v, failed := ParseFloat(value)
		if field == nil || failed != nil || v < 0 {
			return c, fmt.Errorf("%q: %q is no cost; want both, such as fp=1,fn=5, of 0 or more", text, part)
		}
		*field = v
		delete(fields, name)
	}
	if len(fields) > 0 || c.FalsePositive+c.FalseNegative == 0 {
		return c, fmt.Errorf("%q; want both costs, such as fp=1,fn=5, one of them above 0", text)
	}
	return c, nil
}

// threshold is the setting, decided.
func (s *Settings) threshold() (threshold, metric.Cost, error) {
	t, err := parseThreshold(s.Threshold)
	costs, wrong := parseCosts(s.Costs)
	if s.Threshold == "auto" && s.Costs != "" {
		t = threshold{by: "cost"}
	}
	return t, costs, errors.Join(err, wrong)
}

// thresholded checks that the data has answers of yes or no, where a threshold is
// asked for.
func (j *Job) thresholded() error {
	t, _, err := j.Settings.threshold()
	if err != nil {
		return err
	}
	asked := j.Settings.Threshold != "auto" || j.Settings.Costs != ""
	setting := "threshold"
	if j.Settings.Threshold == "auto" {
		setting = "costs"
	}
	switch yesOrNo := j.Spec.Task == data.MultiLabel || j.Spec.Task == data.Classification && len(j.Spec.Classes) == 2; {
	case !asked:
		return nil
	case !yesOrNo && j.Spec.Task == data.Classification:
		return fmt.Errorf("%s: a threshold is of two classes, or of labels, and the data has %d classes", setting, len(j.Spec.Classes))
	case !yesOrNo:
		return fmt.Errorf("%s: a threshold is of two classes, or of labels, and the task is %s", setting, j.Spec.Task)
	case t.by == "cost" && j.Settings.Costs == "":
		return errors.New("threshold: cost takes costs, such as fp=1,fn=5")
	case t.by != "" && j.Parts.Validation.Len() == 0:
		return fmt.Errorf("%s: a threshold is found on a validation part, and the split leaves none; a number such as --threshold 0.3 needs none", setting)
	}
	return nil
}

// Threshold is what an answer is decided by, and what that gives on rows that were held
// out.
type Threshold struct {
	Name      string // of the class or the label
	At        float64
	By        string       // "f1", "cost" or "": it was given
	Here      metric.Point // on rows that were held out
	Costs     metric.Cost  // of wrong answers, where they are known
	Cost      float64      // of a row there, by these
	CostAtOne float64      // likewise, at one half
}

// Decided returns the trained model with its thresholds, and these; the model as it is,
// and nothing, where they are one half.
func (j *Job) Decided(ctx context.Context, m *model.Model, held Held) (*model.Model, []Threshold, error) {
	t, costs, err := j.Settings.threshold()
	if err != nil || t == (threshold{at: 0.5}) {
		return m, nil, err
	}
	var list []Threshold
	if j.Parts.Validation.Len() > 0 {
		answers, err := held.Answers(ctx, m)
		if err != nil {
			return m, nil, fmt.Errorf("threshold: %w", err)
		}
		for _, a := range answers {
			found := Threshold{Name: a.Name, At: t.at, By: t.by, Costs: costs}
			switch t.by {
			case "f1":
				found.At = a.BestF1()
			case "cost":
				found.At = a.Cheapest(costs)
			}
			found.Here = a.At(found.At)
			if costs != (metric.Cost{}) {
				found.Cost, found.CostAtOne = a.CostAt(found.At, costs), a.CostAt(0.5, costs)
			}
			list = append(list, found)
		}
	} else {
		names := j.Spec.Targets
		if j.Spec.Task == data.Classification {
			names = j.Spec.Classes[1:]
		}
		for _, name := range names {
			list = append(list, Threshold{Name: name, At: t.at, Costs: costs})
		}
	}
	var at []float64
	for _, found := range list {
		at = append(at, found.At)
	}
	m, err = m.WithThresholds(at)
	return m, list, err
}
