package search

import (
	"context"
	"sync"
)

// Run makes the jobs that h calls for, at most side at a time and in the order
// in which they are decided, until there are no more or one of them fails.
//
// Job k is decided by the costs of jobs 0 to k-lag and of no others, although
// some may have ended: so the jobs depend on lag, but not on side, nor on which
// job ends first.
func Run(ctx context.Context, h *Halving, lag, side int, run func(context.Context, Job) (Cost, error)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type answer struct {
		job  Job
		cost Cost
		err  error
		done chan struct{}
	}
	var waiting []*answer // jobs begun and not yet told, in order
	var all sync.WaitGroup
	defer all.Wait()
	slots := make(chan struct{}, side)
	for {
		if len(waiting) < lag {
			if job, ok := h.Next(); ok {
				slots <- struct{}{}
				a := &answer{job: job, done: make(chan struct{})}
				waiting = append(waiting, a)
				all.Go(func() {
					a.cost, a.err = run(ctx, a.job)
					<-slots
					close(a.done)
				})
				continue
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		a := waiting[0]
		<-a.done
		if a.err != nil {
			stop()
			return a.err
		}
		h.Tell(a.job, a.cost)
		waiting = waiting[1:]
	}
}

// Each calls run for 0 to n-1, at most side at a time, until one fails, and
// returns the error that came first.
func Each(ctx context.Context, n, side int, run func(ctx context.Context, i int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	slots := make(chan struct{}, side)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			if err := run(ctx, i); err != nil {
				stop(err)
			}
			<-slots
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
