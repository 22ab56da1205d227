package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"descent/data"
	"descent/metric"
	"descent/model"
)

// ErrStop is what Config.Callback returns to end training as if all epochs had
// passed.
var ErrStop = errors.New("stop training")

// Progress is what Config.Callback is told.
type Progress struct {
	Step    Step
	Seconds float64 // since Fit began
	Left    float64 // estimated seconds to the end, without early stopping
	Samples float64 // a second, in this epoch
	Epoch   *Epoch  // when an epoch has ended, else nil
}

// Epoch sums up one pass over the training set.
type Epoch struct {
	Epoch      int           // from 0
	Updates    int           // done so far
	Rate       float64       // η of the last update
	TrainLoss  float64       // mean over the epoch's rows as they were met, without penalties
	Penalty    float64       // at the last update
	Validation *model.Report // nil without a validation set
	Score      float64       // the monitored one
	Best       bool          // it is the best so far, or the last one is kept: its model would be the result
	Seconds    float64       // since Fit began
}

// Fit trains on train for the configured epochs, measures every epoch on
// validation, which may be nil, and returns the best model by the monitored
// score; without validation, the last. A score that validation leaves
// undefined is an error before training begins, see [model.Measurable].
//
// When ctx ends, Fit returns the best model so far, or the current one before
// the first epoch has ended, and ctx.Err; with a Group so do all members. When training diverges it returns
// the best model so far, nil if there is none, and the error; so it does with an
// error of Config.Callback.
func (t *Trainer) Fit(ctx context.Context, train, validation data.Source) (best *model.Model, err error) {
	defer func() {
		if err != nil {
			t.abort(err)
		}
	}()
	monitored, goal, err := t.monitored()
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if validation != nil && validation.Len() > 0 {
		if err := t.net.Fits(validation.Spec()); err != nil {
			return nil, fmt.Errorf("validation set: %w", err)
		}
		if !t.resumed { // a run that was begun without this check goes on
			if err := model.Measurable(monitored, t.net.Objective[goal], validation); err != nil {
				return nil, fmt.Errorf("train: the validation set cannot say which model is best: %w; monitor another score, such as loss", err)
			}
		}
	} else {
		validation = nil
	}
	if t.ranks != nil {
		t.ranks.validation = validation
	}
	f := &fitting{Trainer: t, validation: validation, higher: monitored.Higher}
	if !t.resumed {
		t.best = nil // of an earlier call, maybe by another validation set
		t.fit = fitState{best: math.NaN()}
	}
	t.fit.start = time.Now()
	done, err := f.unmeasured(t.patient(ctx))
	if err != nil {
		t.abort(err) // ErrStop, too: the others wait for the first update
	}
	if err == nil && !done {
		err = f.run(ctx, train)
	}
	t.resumed = false
	if errors.Is(err, ErrStop) {
		err = nil
	}
	if err != nil {
		err = t.keepAfter(err)
	}
	if t.best == nil && (err == nil || ctx.Err() != nil || errors.Is(err, ErrInterrupted)) {
		return t.Model(), err
	}
	return t.best, err
}

// monitored returns the metric that picks the best model, and the goal that it
// is of.
func (t *Trainer) monitored() (metric.Metric, int, error) {
	m, goal, err := model.FindScore(t.cfg.Monitor, t.net.Objective, t.cfg.Metrics)
	if err != nil || goal >= 0 {
		return m, goal, err
	}
	var unfit error
	for i, g := range t.net.Objective {
		if err := model.Suits(m, g, t.net.Spec); err == nil {
			return m, i, nil
		} else if unfit == nil {
			unfit = err
		}
	}
	return m, 0, unfit
}

// fitting is one call of Fit.
type fitting struct {
	*Trainer
	validation data.Source
	higher     bool      // is better, of the monitored score
	begun      time.Time // of the epoch
	met        int       // rows of the epoch since then
}

// unmeasured closes the epoch of a resumed run that was stopped while it was
// measured, and reports whether the run is over.
func (f *fitting) unmeasured(ctx context.Context) (done bool, err error) {
	if f.fit.open && (f.batch == 0 || f.enough()) {
		p := f.progress(f.fit.last)
		if p.Epoch, err = f.close(ctx, f.fit.last); err != nil {
			return false, err
		}
		if err := f.call(p); err != nil {
			return false, err
		}
	}
	return f.tired(), nil
}

// tired reports whether there was no better epoch for too long.
func (f *fitting) tired() bool { return f.cfg.Patience > 0 && f.fit.waiting >= f.cfg.Patience }

// run makes the updates.
func (f *fitting) run(ctx context.Context, train data.Source) error {
	f.begun = time.Now()
	for step, err := range f.Steps(ctx, train) {
		if err != nil {
			return err
		}
		if done, err := f.step(f.patient(ctx), step); done || err != nil {
			f.ends(err)
			return err
		}
	}
	return nil
}

// ends tells the others of a group why training ends on this rank, which is about to leave
// the loop: by itself, or because of err.
func (f *fitting) ends(err error) {
	switch {
	case f.ranks == nil:
	case err == nil || errors.Is(err, ErrStop):
		f.ranks.stopping = true
	default:
		f.ranks.Abort(err)
	}
}

// step takes note of one update, and closes the epoch after its last.
func (f *fitting) step(ctx context.Context, s Step) (done bool, err error) {
	f.fit.last, f.fit.open = s, true
	if !s.Skipped {
		f.fit.sum += float64(s.Loss * float64(s.Rows))
		f.fit.rows += s.Rows
		f.met += s.Rows
	}
	p := f.progress(s)
	if s.Batch == s.Batches-1 || f.enough() {
		if p.Epoch, err = f.close(ctx, s); err != nil {
			return false, err
		}
		done = f.tired()
		f.begun, f.met = time.Now(), 0
	}
	return done, f.call(p)
}

// call tells the callback.
func (f *fitting) call(p Progress) error {
	if f.cfg.Callback == nil {
		return nil
	}
	return f.cfg.Callback(f.Trainer, p)
}

// progress says how far training is after s.
func (f *fitting) progress(s Step) Progress {
	p := Progress{Step: s, Seconds: f.fit.elapsed()}
	if took := time.Since(f.begun).Seconds(); took > 0 && !f.begun.IsZero() {
		p.Samples = float64(f.met) / took
	}
	total := float64(f.cfg.Epochs * s.Batches)
	if f.cfg.MaxUpdates > 0 {
		total = min(total, float64(f.cfg.MaxUpdates))
	}
	made := float64((s.Epoch-f.first)*s.Batches + s.Batch + 1)
	p.Left = p.Seconds * (total - made) / made
	return p
}

// close measures the epoch that s ends, and keeps its model if it is the best.
func (f *fitting) close(ctx context.Context, s Step) (*Epoch, error) {
	e := &Epoch{Epoch: s.Epoch, Updates: s.Update, Rate: s.Rate, Penalty: s.Penalty, TrainLoss: f.fit.sum / float64(f.fit.rows)}
	e.Score = e.TrainLoss
	higher := false
	if f.validation != nil {
		r, err := f.validate.Evaluate(ctx, f.validation)
		if err != nil {
			return nil, err
		}
		e.Validation, e.Score = &r, r.Score(f.cfg.Monitor)
		higher = f.higher
	}
	if f.cfg.Kept.takes(e.Score, f.fit.best, higher, f.cfg.MinDelta) {
		f.fit.best, f.fit.waiting, e.Best = e.Score, 0, true
		if f.validation != nil || f.cfg.Patience > 0 {
			f.best = f.Model()
		}
	} else {
		f.fit.waiting++
	}
	if f.Observe(e.Score) {
		f.cfg.Logger.Info("the schedule reduced the learning rate", "epoch", s.Epoch+1, "rate", f.Rate())
	}
	f.fit.sum, f.fit.rows, f.fit.open = 0, 0, false
	e.Seconds = f.fit.elapsed()
	return e, nil
}

// better reports whether score is finite and better than best by more than
// delta; a best of NaN is none yet.
func better(score, best float64, higher bool, delta float64) bool {
	switch {
	case math.IsNaN(score) || math.IsInf(score, 0):
		return false
	case math.IsNaN(best):
		return true
	case higher:
		return score > best+delta
	}
	return score < best-delta
}
