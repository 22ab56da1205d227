package trials

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/metric"
)

// NewSweep begins a sweep by settings, which the folder out keeps. Where the
// plan says no epochs they are those of the settings.
func NewSweep(ctx context.Context, host Host, plan SweepPlan, s settings.Settings, out string) (*Sweep, error) {
	w := &Sweep{experiment: experiment{host: host, settings: s}, plan: plan}
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	if err := w.oneMeasure(); err != nil {
		return nil, usage.Mark(err)
	}
	if w.plan.Epochs == 0 {
		w.plan.Epochs = w.lab.base.Settings.Epochs.Value
	}
	var err error
	if w.plan.Data, err = data.Hash(w.lab.base.Source); err != nil {
		return nil, err
	}
	w.folder, w.lab.log, err = createTrials(out, &w.settings, w.plan)
	return w, err
}

// ResumeSweep reads the folder of a sweep to go on with. Over its settings go
// those that over gives, which do not change results.
func ResumeSweep(ctx context.Context, host Host, path string, over func(*settings.Settings) error) (*Sweep, error) {
	w := &Sweep{experiment: experiment{host: host}}
	var err error
	if w.folder, w.settings, err = reopenTrials(path, "sweep", &w.plan, over); err != nil {
		return nil, err
	}
	if err := w.plan.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", w.folder.File(runs.PlanFile), err)
	}
	if w.plan.Epochs < 1 {
		return nil, fmt.Errorf("%s: epochs are %d; want 1 or more", w.folder.File(runs.PlanFile), w.plan.Epochs)
	}
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	return w, w.goOn(w.plan.Data)
}

// prepare opens the data and checks the settings of every trial on it.
func (w *Sweep) prepare(ctx context.Context) error {
	var err error
	if w.values, err = w.plan.values(); err != nil {
		return usage.Mark(err)
	}
	if w.lab, err = newLab(ctx, w.settings, w.plan.Metric, w.host.Ranks); err != nil {
		return err
	}
	w.plan.Metric = w.lab.metric
	w.lab.tally = &tally{show: w.host.Show, text: w.trialText}
	for i := range w.values {
		s, err := w.trialSettings(i)
		if err == nil {
			_, err = w.lab.base.With(s)
		}
		if err != nil {
			return usage.Mark(fmt.Errorf("trial %d (%s): %w", i, w.valuesText(i), err))
		}
	}
	return nil
}

// oneMeasure returns an error if trials are to be ranked by a loss that is
// another measure from trial to trial.
func (w *Sweep) oneMeasure() error {
	if w.plan.Metric != metric.Loss.Name {
		return nil
	}
	other, err := runs.MainScore(w.lab.base.Spec, nil)
	if err != nil {
		return err
	}
	first := ""
	for i := range w.values {
		s, err := w.trialSettings(i)
		if err != nil {
			return err
		}
		j, err := w.lab.base.With(s)
		if err != nil {
			return err
		}
		measure := j.Settings.Objective()
		if i > 0 && measure != first {
			return fmt.Errorf("metric: the space varies what the loss is (%s in trial 0, %s in trial %d), so that it ranks nothing; take another score, such as metric: %s", first, measure, i, other)
		}
		first = measure
	}
	return nil
}

// trialSettings returns the settings of trial i.
func (w *Sweep) trialSettings(i int) (settings.Settings, error) {
	s := w.settings
	for k, r := range w.plan.Space {
		row, err := settings.Find(r.Name)
		if err == nil {
			err = row.Set(&s, w.values[i][k])
		}
		if err != nil {
			return s, err
		}
	}
	return s, s.Check()
}

func (w *Sweep) valuesText(i int) string {
	var words []string
	for k, r := range w.plan.Space {
		words = append(words, r.Name+" "+w.values[i][k])
	}
	return strings.Join(words, "  ")
}

// trialText is what a trial found, in a line.
func (w *Sweep) trialText(o outcome) string {
	i, _ := strconv.Atoi(o.Name) // as job writes it
	return fmt.Sprintf("trial %s  %s  %s  %s", o.Name, human.Plural(o.Epochs, "epoch"), foundText(&o, w.plan.Metric), w.valuesText(i))
}

// foundText is the score of a trial in words.
func foundText(o *outcome, by string) string {
	if o.failed() {
		return "diverged"
	}
	score, _ := o.best()
	return by + " " + human.Score(by, score)
}
