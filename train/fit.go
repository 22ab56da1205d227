package train

import (
	"context"
	"fmt"
	"math"
	"time"

	"descent/data"
)

// Progress is what Config.Report is told.
type Progress struct {
	Step    Step
	Seconds float64 // since Fit began
	Left    float64 // estimated seconds to the end, without early stopping
	Samples float64 // a second, in this epoch
	Epoch   *Epoch  // when an epoch has ended, else nil
}

// Epoch sums up one pass over the training set.
type Epoch struct {
	Epoch      int     // from 0
	Updates    int     // done so far
	Rate       float64 // η of the last update
	TrainLoss  float64 // mean over the epoch's rows as they were met, without penalties
	Penalty    float64 // at the last update
	Validation *Report // nil without a validation set
	Score      float64 // the monitored one
	Best       bool    // it is the best so far
	Seconds    float64 // since Fit began
}

// Fit trains on train for the configured epochs, measures every epoch on
// validation, which may be nil, and returns the best model by the monitored
// score; without validation, the last.
//
// When ctx ends, Fit returns the best model so far, or the current one before
// the first epoch has ended, and ctx.Err. When training diverges it returns
// the best model so far, nil if there is none, and the error.
func (t *Trainer) Fit(ctx context.Context, train, validation data.Source) (*Model, error) {
	if err := suits(t.cfg.Monitor, t.net.spec); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if validation != nil && validation.Len() > 0 {
		if err := t.net.fits(validation.Spec()); err != nil {
			return nil, fmt.Errorf("validation set: %w", err)
		}
	} else {
		validation = nil
	}
	t.best = nil // of an earlier call, maybe by another validation set
	f := &fitting{Trainer: t, start: time.Now(), best: math.NaN(), validation: validation}
	for step, err := range t.Steps(ctx, train) {
		done := false
		if err == nil {
			done, err = f.step(ctx, step)
		}
		if err != nil {
			if t.best == nil && ctx.Err() != nil {
				return t.Model(), err
			}
			return t.best, err
		}
		if done {
			break
		}
	}
	if t.best == nil {
		return t.Model(), nil
	}
	return t.best, nil
}

// fitting is one call of Fit.
type fitting struct {
	*Trainer
	validation data.Source
	start      time.Time
	begun      time.Time // of the epoch
	spent      time.Duration
	first      int     // epoch
	sum        float64 // of the loss over the rows of the epoch
	rows       int     // of the epoch so far
	best       float64 // score; NaN before the first
	waiting    int     // epochs since the best
}

// step takes note of one update, and closes the epoch after its last.
func (f *fitting) step(ctx context.Context, s Step) (done bool, err error) {
	now := time.Now()
	if s.Batch == 0 {
		f.sum, f.rows, f.begun = 0, 0, now
		if f.spent == 0 {
			f.first, f.begun = s.Epoch, f.start
		}
	}
	f.sum += s.Loss * float64(s.Rows)
	f.rows += s.Rows
	p := Progress{Step: s, Seconds: now.Sub(f.start).Seconds()}
	if took := now.Sub(f.begun).Seconds(); took > 0 {
		p.Samples = float64(f.rows) / took
	}
	total := float64(f.cfg.Epochs * s.Batches)
	made := float64((s.Epoch-f.first)*s.Batches + s.Batch + 1)
	p.Left = p.Seconds * (total - made) / made
	if s.Batch == s.Batches-1 {
		if p.Epoch, err = f.close(ctx, s); err != nil {
			return false, err
		}
		f.spent = time.Since(f.start)
		done = f.cfg.Patience > 0 && f.waiting >= f.cfg.Patience
	}
	if f.cfg.Report != nil {
		f.cfg.Report(p)
	}
	return done, nil
}

// close measures the epoch that s ends, and keeps its model if it is the best.
func (f *fitting) close(ctx context.Context, s Step) (*Epoch, error) {
	e := &Epoch{Epoch: s.Epoch, Updates: s.Update, Rate: s.Rate, Penalty: s.Penalty, TrainLoss: f.sum / float64(f.rows)}
	e.Score = e.TrainLoss
	higher := false
	if f.validation != nil {
		r, err := f.validate.evaluate(ctx, f.validation)
		if err != nil {
			return nil, err
		}
		e.Validation, e.Score = &r, r.Score(f.cfg.Monitor)
		higher = HigherIsBetter(f.cfg.Monitor)
	}
	if better(e.Score, f.best, higher, f.cfg.MinDelta) {
		f.best, f.waiting, e.Best = e.Score, 0, true
		if f.validation != nil || f.cfg.Patience > 0 {
			f.Trainer.best = f.Model()
		}
	} else {
		f.waiting++
	}
	if f.Observe(e.Score) {
		f.cfg.Logger.Info("the schedule reduced the learning rate", "epoch", s.Epoch+1, "rate", f.Rate())
	}
	e.Seconds = time.Since(f.start).Seconds()
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
