package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"descent/data"
)

// ErrStalled is wrapped by the error of a training set that delivered no batch
// for Config.StallTimeout.
var ErrStalled = errors.New("the training set stalled")

// warned is the part of the timeout after which a notice says so first.
const warned = 10

// feed delivers batches of source, and reports when one is long in coming.
func (t *Trainer) feed(ctx context.Context, source data.Source, cfg data.BatchConfig) iter.Seq2[data.Batch, error] {
	limit := t.cfg.StallTimeout
	if limit < 0 {
		return data.Batches(ctx, source, cfg)
	}
	return func(yield func(data.Batch, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		warn := time.AfterFunc(limit/warned, func() {
			t.cfg.Logger.Warn("the training set has delivered no batch for a while", "time", limit/warned, "timeout", limit)
		})
		stop := time.AfterFunc(limit, func() {
			cancel(fmt.Errorf("train: no batch came for %v: %w", limit, ErrStalled))
		})
		defer warn.Stop()
		defer stop.Stop()
		for batch, err := range data.Batches(ctx, source, cfg) {
			warn.Stop()
			stop.Stop()
			if cause := context.Cause(ctx); err != nil && errors.Is(cause, ErrStalled) {
				err = cause
			}
			if !yield(batch, err) {
				return
			}
			warn.Reset(limit / warned)
			stop.Reset(limit)
		}
	}
}
