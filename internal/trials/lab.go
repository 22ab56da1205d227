package trials

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/metric"
	"descent/model"
	"descent/train"
)

// lab makes many runs on the same data, side by side where that is faster.
// Runs are exact, so which ones run beside which changes seconds and nothing
// else.
type lab struct {
	base    *settings.Job
	metric  string   // the score of kept models that is compared
	side    int      // runs at once, on each rank
	workers int      // of each run
	ranks   Ranks    // that make runs
	free    chan int // ranks that have nothing to do, each as often as it makes runs at once
	log     *trialLog
	tally   *tally
}

// trial is one run to make.
type trial struct {
	trialID
	settings settings.Settings // what the id names is in them
	values   map[string]string // of settings that are searched, to be kept with the outcome
	test     bool              // measure the kept model on the test part
}

// trialID names a trial among those of a folder. Equal ids are equal runs.
type trialID struct {
	Phase  string  `json:"phase"`        // what the run is for
	Name   string  `json:"name"`         // of the settings that are compared
	Rate   float64 `json:"lr,omitempty"` // of a comparison
	Epochs int     `json:"epochs"`
	Seed   uint64  `json:"seed"`
}

// outcome is what a trial left, as a line of the log.
type outcome struct {
	trialID
	Settings  map[string]string  `json:"settings,omitempty"`
	Seconds   float64            `json:"seconds"`
	BestEpoch int                `json:"best_epoch"`         // from 1; 0: none
	Diverged  string             `json:"diverged,omitempty"` // what was found, and when
	Test      map[string]numeral `json:"test,omitempty"`     // scores of the kept model
	Curve     trialCurve         `json:"curve"`
}

// trialCurve has an entry an epoch.
type trialCurve struct {
	Updates   []int     `json:"updates"`
	Seconds   []numeral `json:"seconds"` // since the first update
	TrainLoss []numeral `json:"train_loss"`
	Loss      []numeral `json:"validation_loss"`
	Score     []numeral `json:"validation_score"`
}

// best returns score and loss of the kept model; NaN if there is none.
func (o *outcome) best() (score, loss float64) {
	if o.BestEpoch == 0 {
		return math.NaN(), math.NaN()
	}
	return float64(o.Curve.Score[o.BestEpoch-1]), float64(o.Curve.Loss[o.BestEpoch-1])
}

// final is the score after the last epoch.
func (o *outcome) final() float64 {
	if n := len(o.Curve.Score); n > 0 {
		return float64(o.Curve.Score[n-1])
	}
	return math.NaN()
}

// failed reports whether there is no result to count.
func (o *outcome) failed() bool { return o.Diverged != "" || o.BestEpoch == 0 }

// cost is by the metric, and between equals by the loss.
func (o *outcome) cost(by string) search.Cost {
	if o.failed() {
		return search.Worst()
	}
	score, loss := o.best()
	if metric.HigherIsBetter(by) {
		score = -score
	}
	return search.Cost{score, loss}
}

// newLab opens the data and measures how many runs at once are fastest on a rank.
func newLab(ctx context.Context, s settings.Settings, by string, ranks Ranks) (*lab, error) {
	l, err := openLab(ctx, s, by)
	if err == nil {
		l.spread(ranks)
	}
	return l, err
}

func openLab(ctx context.Context, s settings.Settings, by string) (*lab, error) {
	if err := s.Single("each trial"); err != nil {
		return nil, err
	}
	base, err := settings.Prepare(s)
	if err != nil {
		return nil, err
	}
	if base.Parts.Validation.Len() == 0 {
		return nil, usage.Errorf("settings are chosen on a validation part, and the split leaves none; give --split 70/10/20, or --validation FILE")
	}
	l := &lab{base: base, metric: by, side: 1, workers: s.Cores()}
	switch {
	case l.metric != "":
	case base.Spec.Encoder.OfText():
		l.metric = metric.Loss.Name
	default:
		if l.metric, err = runs.MainScore(base.Spec, nil); err != nil {
			return nil, err
		}
	}
	if err := base.Scored(l.metric); err != nil {
		return nil, err
	}
	if l.workers == 1 {
		return l, nil
	}
	const moment = 100 * time.Millisecond
	together, err := l.pace(ctx, base, 1, l.workers, moment)
	if err != nil {
		return nil, err
	}
	beside, err := l.pace(ctx, base, l.workers, 1, moment)
	if err != nil {
		return nil, err
	}
	if beside.epoch/float64(l.workers) < together.epoch {
		l.side, l.workers = l.workers, 1
	}
	return l, nil
}

// run makes trials, but those that the log has, and returns what they left in
// their order.
func (l *lab) run(ctx context.Context, trials []trial) ([]outcome, error) {
	outcomes := make([]outcome, len(trials))
	err := search.Each(ctx, len(trials), l.slots(), func(ctx context.Context, i int) (err error) {
		outcomes[i], err = l.one(ctx, trials[i])
		return err
	})
	return outcomes, err
}

// one makes a trial, if the log does not have it.
func (l *lab) one(ctx context.Context, t trial) (outcome, error) {
	if o, ok := l.log.find(t.trialID); ok {
		l.tally.skip(o)
		return o, nil
	}
	o, err := l.made(ctx, t)
	if err == nil {
		err = l.log.add(o)
	}
	if err == nil {
		l.tally.add(o)
	}
	return o, err
}

// train makes one run. That it diverges is an outcome, not an error.
func (l *lab) train(ctx context.Context, t trial) (outcome, error) {
	o := outcome{trialID: t.trialID, Settings: t.values}
	j, err := l.base.With(t.settings)
	if err != nil {
		return o, err
	}
	if err := j.Measure(l.metric); err != nil {
		return o, err
	}
	j.Config.Workers = l.workers
	j.Config.Callback = func(_ *train.Trainer, p train.Progress) error {
		if p.Epoch != nil {
			o.note(p.Epoch, l.metric)
		}
		return nil
	}
	trainer, err := train.New(j.Net, j.Spec, j.Config)
	if err != nil {
		return o, err
	}
	defer trainer.Close()
	start := time.Now()
	model, err := trainer.Fit(ctx, j.Parts.Train, j.Parts.Validation)
	o.Seconds = time.Since(start).Seconds()
	switch {
	case errors.Is(err, train.ErrDiverged):
		o.Diverged, _, _ = strings.Cut(strings.TrimPrefix(err.Error(), "train: "), ": "+train.ErrDiverged.Error())
	case err != nil:
		return o, err
	case o.BestEpoch == 0:
		o.Diverged = "no epoch ends with a finite validation " + l.metric
	}
	if !t.test || o.failed() || j.Parts.Test.Len() == 0 {
		return o, nil
	}
	if model, err = settings.WithViews(model, j.Settings.TTA); err != nil {
		return o, err
	}
	r, err := model.Evaluate(ctx, j.Parts.Test)
	if err != nil {
		return o, err
	}
	o.Test = map[string]numeral{}
	for _, name := range append([]string{metric.Loss.Name}, r.Scores()...) {
		o.Test[name] = numeral(measure(r, name))
	}
	return o, nil
}

// measure is a score that compares between runs, however each weights classes
// or smooths labels.
func measure(r model.Report, name string) float64 {
	if name == metric.Loss.Name {
		return r.Plain
	}
	return r.Score(name)
}

func (o *outcome) note(e *train.Epoch, by string) {
	c := &o.Curve
	c.Updates = append(c.Updates, e.Updates)
	c.Seconds = append(c.Seconds, numeral(e.Seconds))
	c.TrainLoss = append(c.TrainLoss, numeral(e.TrainLoss))
	c.Loss = append(c.Loss, numeral(e.Validation.Plain))
	c.Score = append(c.Score, numeral(measure(*e.Validation, by)))
	if e.Best {
		o.BestEpoch = len(c.Updates)
	}
}

// pace is what a run costs, in seconds.
type pace struct {
	start float64 // before the first update
	epoch float64 // with its validation
}

// of is what a run of so many epochs costs.
func (p pace) of(epochs int) float64 { return p.start + float64(float64(epochs)*p.epoch) }

// pace measures runs of j, so many side by side, for a moment.
func (l *lab) pace(ctx context.Context, j *settings.Job, side, workers int, moment time.Duration) (pace, error) {
	paces := make([]pace, side)
	err := search.Each(ctx, side, side, func(ctx context.Context, i int) error {
		begin := time.Now()
		cfg := j.Config
		cfg.Workers, cfg.LearningRate, cfg.Epochs = workers, 1e-12, math.MaxInt32
		trainer, err := train.New(j.Net, j.Spec, cfg)
		if err != nil {
			return err
		}
		defer trainer.Close()
		var first time.Time // an update had been made
		for step, err := range trainer.Steps(ctx, j.Parts.Train) {
			if err != nil {
				return err
			}
			if step.Update == 1 {
				first = time.Now()
				continue
			}
			if spent := time.Since(first); spent > moment && step.Update > 2 {
				paces[i].epoch = spent.Seconds() / float64(step.Update-1) * float64(step.Batches)
				break
			}
		}
		paces[i].start = first.Sub(begin).Seconds()
		begin = time.Now()
		_, err = trainer.Model().Evaluate(ctx, j.Parts.Validation)
		paces[i].epoch += time.Since(begin).Seconds()
		return err
	})
	slowest := slices.MaxFunc(paces, func(a, b pace) int { return int(math.Copysign(1, a.epoch-b.epoch)) })
	return slowest, err
}

// dataText says what the runs are on.
func (l *lab) dataText() string {
	parts := l.base.Parts
	text := fmt.Sprintf("%-9s %s: %s training rows, %s validation, %s test\n", "data", l.base.Settings.Data,
		human.Thousands(float64(parts.Train.Len())), human.Thousands(float64(parts.Validation.Len())), human.Thousands(float64(parts.Test.Len())))
	for _, note := range l.base.Notes {
		text += fmt.Sprintf("%-9s %s\n", "note", note)
	}
	return text
}
