package train

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"descent/data"
	"descent/internal/network"
	"descent/loop"
)

// Step reports one update.
type Step struct {
	Epoch    int     // from 0
	Update   int     // since the start of training, from 1
	Batch    int     // in the epoch, from 0
	Batches  int     // in the epoch
	Rows     int     // in the batch
	Loss     float64 // mean over the batch as it was augmented, before the update
	Penalty  float64 // that was added to it
	Rate     float64 // η of the update
	GradNorm float64 // ‖g‖ over all parameters, before clipping by norm
	Clip     float64 // the factor of clipping by norm; 1 if it did nothing
	Skipped  bool    // no update was made, see [Skip]; Loss and what follows it may mean nothing
	Probe    *Probe  `json:"-"` // of this update, if Config.Probe asks for one; else nil
}

// ErrDiverged is wrapped by the error of a step whose loss or gradient is not
// finite. The weights are those from before the step.
var ErrDiverged = loop.ErrDiverged

// Steps trains on source, epoch after epoch, and yields each update after it
// was made. An error ends it: that of ctx, of the source, [ErrStalled], or
// [ErrDiverged].
//
// A loop that goes on later, with Steps again, starts a new epoch; but after
// [Trainer.Resume] it continues with the update that follows the checkpoint.
// Between updates the loop may save checkpoints by [Trainer.SaveCheckpoint];
// with Config.Checkpoints they are saved by themselves.
//
// # Groups
//
// With Config.Group every member makes a trainer of the same network and
// configuration and runs the same loop over the same data, which they had better have from
// [data.Share]: else each has all of it, and reads it once to compare what members were
// given. The error says what differs. The micro-batches of an update are divided among
// them; gradients, losses and running statistics come together so that every
// member makes the same update, to the bit that of a trainer alone with the same
// MicroBatch. So a run may be resumed on any number of members. MicroBatch is,
// unless given, a sixteenth of the batch and at least 8 rows, and 1024 where the
// batch is [All]; a batch of one micro-batch is made by each member. Of the validation
// set each predicts a part, see [model.Model.In].
//
// Of what the rule remembers each member keeps a part and makes that part of an update,
// unless the rule takes all parameters at once, as [optim.Prodigy] and [optim.LBFGS] do.
//
// Checkpoints are written by rank 0 alone, and read by all from where
// Config.Checkpoints and [Trainer.Resume] say. Callbacks are called on each member;
// what they write is best written on rank 0, which alone has each [Step.Probe].
// [ErrStop] on one member ends training well on all, before the next update, and the
// end of one's ctx with an error that wraps [ErrInterrupted]: it is looked at between
// updates alone. An error ends training on the others with one that wraps
// [dist.ErrAborted], and a loop that is left before its end with [ErrLeft]. A
// member that fails before it calls Steps or Fit has to call Abort.
func (t *Trainer) Steps(ctx context.Context, source data.Source) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		if t.ranks != nil {
			t.ranks.within = ctx.Err
		}
		ctx := t.patient(ctx)
		batches, err := t.begin(source)
		if err != nil {
			t.abort(err)
			yield(Step{}, err)
			return
		}
		if t.ranks != nil {
			defer t.exchanging()()
		}
		for t.epoch < t.first+t.cfg.Epochs && !t.enough() {
			for step, err := range t.pass(ctx, source, Step{Epoch: t.epoch, Batches: batches}) {
				if errors.Is(err, ErrDiverged) && t.cfg.OnNonfinite == Rewind {
					if err = t.rewind(err); err == nil {
						break // to begin the epoch again
					}
				}
				if errors.Is(err, errStopped) {
					t.cfg.Logger.Info("another rank has ended training", "epoch", step.Epoch+1, "batch", step.Batch+1)
					return
				}
				if err != nil {
					t.abort(err)
					yield(step, t.keepAfter(err))
					return
				}
				t.advance(batches)
				if !yield(step, nil) {
					t.leave()
					return
				}
				if t.due() {
					t.keepSoon()
				}
				if t.enough() {
					break
				}
			}
		}
		if err := t.end(); err != nil {
			t.abort(err)
			yield(Step{Epoch: t.epoch, Batches: batches}, t.keepAfter(err))
		}
	}
}

// enough reports whether all updates were made that there are to be.
func (t *Trainer) enough() bool { return t.cfg.MaxUpdates > 0 && t.updates >= t.cfg.MaxUpdates }

// begin makes ready to train on source, and returns the batches of an epoch.
func (t *Trainer) begin(source data.Source) (batches int, err error) {
	if err := t.fits(source); err != nil {
		return 0, err
	}
	n := source.Len()
	size := t.batchSize(n)
	if t.least > n {
		return 0, tooFew(n, size, alone(t.net.Layer, t.net.Spec))
	}
	batches, _ = t.cut(n, size)
	t.parts = 1
	if size > t.cfg.MicroBatch {
		t.parts, _ = t.cut(size, t.cfg.MicroBatch)
	}
	t.counted = t.counted && t.parts > 1
	if err := t.measureLengths(source); err != nil {
		return 0, err
	}
	if t.ranks != nil {
		if err := t.divide(size); err != nil {
			return 0, err
		}
	}
	if err := t.prepare(n, size); err != nil {
		return 0, fmt.Errorf("train: %w", err)
	}
	if t.ranks != nil {
		if err := t.agree(source); err != nil {
			return 0, err
		}
	}
	if !t.resumed {
		t.first, t.batch, t.rows = t.epoch, 0, n
		if err := t.clear(); err != nil {
			return 0, err
		}
		return batches, t.keepAlike()
	}
	t.resumed = false
	if t.rows == 0 { // saved before the first call of Steps
		t.rows = n
	}
	if n != t.rows {
		return 0, fmt.Errorf("train: the training set has %d rows, at the checkpoint it had %d; a run is resumed with the data it was started with", n, t.rows)
	}
	if t.batch >= batches {
		return 0, fmt.Errorf("train: the checkpoint stands at batch %d of an epoch of %d", t.batch, batches)
	}
	return batches, nil
}

// prepare compiles every plan that updates of size rows out of n run, so that
// what does not fit shows before the first one.
func (t *Trainer) prepare(n, size int) error {
	_, last := t.cut(n, size)
	for _, rows := range []int{min(size, n), last} {
		if size <= t.cfg.MicroBatch {
			m := modeStep
			if t.cfg.SAM > 0 {
				m = modeAccumulate
			}
			if _, err := t.program(m, rows, t.longest()); err != nil {
				return err
			}
			continue
		}
		_, end := t.cut(rows, t.cfg.MicroBatch)
		for _, part := range []int{min(rows, t.cfg.MicroBatch), end} {
			if _, err := t.program(t.accumulation(), part, t.longest()); err != nil {
				return err
			}
		}
	}
	return nil
}

// measureLengths makes ready for batches of sequences of like length.
func (t *Trainer) measureLengths(source data.Source) error {
	t.lengths, t.positions = nil, nil
	if t.cfg.Order != ByLength {
		return nil
	}
	if t.lengths = data.Lengths(source); t.lengths == nil {
		return fmt.Errorf("train: order is length, and the samples of %s are all of one length", source.Spec().Name)
	}
	if _, err := t.net.Continue(1, false); err != nil {
		return fmt.Errorf("train: order is length, which is for networks that make of a position what it and those before it say: %w", err)
	}
	t.positions = network.Lengths(t.net.Spec.Size())
	return nil
}

// longest is how many positions the longest sequences of a batch may have, 0 where all
// are alike.
func (t *Trainer) longest() int {
	if n := len(t.positions); n > 0 {
		return t.positions[n-1]
	}
	return 0
}

// batchSize is how many rows an update takes when there are n.
func (t *Trainer) batchSize(n int) int {
	if t.cfg.BatchSize == All {
		return n
	}
	if t.cfg.BatchSize > n {
		t.cfg.Logger.Warn("the batch is larger than the training set and was clamped", "batch", t.cfg.BatchSize, "rows", n)
		t.cfg.BatchSize = n
	}
	return t.cfg.BatchSize
}

// fits checks that source has samples of the kind that the trainer was made for.
func (t *Trainer) fits(source data.Source) error {
	if source == nil || source.Len() == 0 {
		return fmt.Errorf("train: the training set is empty")
	}
	if err := t.net.Fits(source.Spec()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// pass makes the updates of an epoch from t.batch on. step says which epoch.
func (t *Trainer) pass(ctx context.Context, source data.Source, step Step) iter.Seq2[Step, error] {
	var order []int
	size := t.batchSize(source.Len())
	if size < source.Len() { // the order inside a single batch means nothing
		order = t.cfg.Order.rows(source.Len(), t.cfg.Seed, step.Epoch, t.lengths, size)
	}
	if size > t.cfg.MicroBatch {
		return t.passInParts(ctx, source, order, step, size)
	}
	return func(yield func(Step, error) bool) {
		cfg := t.batches(size, order, step.Epoch)
		cfg.Start = t.batch
		for batch, err := range t.feed(ctx, source, cfg) {
			step := step
			if step.Batch = batch.Index; err == nil {
				err = t.attempt(&step, func() error { return t.update(batch, &step) })
			}
			if !yield(step, err) || err != nil {
				return
			}
		}
	}
}

// batches says how rows of an epoch, all if nil, are cut and varied.
func (t *Trainer) batches(size int, rows []int, epoch int) data.BatchConfig {
	return data.BatchConfig{Size: size, Least: t.least, Order: rows, Positions: t.positions, Augment: t.cfg.Augment, Seed: t.cfg.Seed, Epoch: epoch}
}
