package serve

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"descent/internal/traintest"
	"descent/nn"
	"descent/train"
)

// TestSlots: what is predicted alone takes a slot as well, and no more than there are.
func TestSlots(t *testing.T) {
	q := &queue{of: &served{batches: newHistogram(1)}}
	var now, most, done atomic.Int64
	var all sync.WaitGroup
	for range 8 * runtime.GOMAXPROCS(0) {
		all.Go(func() {
			j := &job{rows: 1, ctx: context.Background(), until: time.Now().Add(time.Minute), woken: make(chan bool, 1)}
			j.alone = func() error {
				n := now.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				time.Sleep(time.Millisecond)
				now.Add(-1)
				done.Add(1)
				return nil
			}
			if q.predict(j); j.err != nil {
				t.Error(j.err)
			}
		})
	}
	all.Wait()
	if int(most.Load()) > runtime.GOMAXPROCS(0) || int(done.Load()) != 8*runtime.GOMAXPROCS(0) || q.running != 0 {
		t.Errorf("%d at once, %d done, %d still running", most.Load(), done.Load(), q.running)
	}
}

// TestWait: a slot is waited for as long as the client waits and the time lasts.
func TestWait(t *testing.T) {
	slots := make(chan struct{}, 1)
	soon := time.Now().Add(50 * time.Millisecond)
	if err := wait(slots, t.Context(), soon); err != nil {
		t.Fatal(err)
	}
	status := func(err error) int {
		f := &fault{}
		errors.As(err, &f)
		return f.status
	}
	if err := wait(slots, t.Context(), soon); status(err) != http.StatusServiceUnavailable {
		t.Errorf("no slot in time: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := wait(slots, ctx, time.Now().Add(time.Hour)); status(err) != statusGone {
		t.Errorf("nobody waits: %v", err)
	}
	go func() { <-slots }()
	if err := wait(slots, t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Errorf("a slot that was given back: %v", err)
	}
}

// TestGather: of jobs that wait while all slots are taken some are predicted at once, and
// each has what it has alone.
func TestGather(t *testing.T) {
	set := traintest.Blobs(t, 30, 1)
	m, err := traintest.New(t, nn.Dense{Units: 3}, set.Spec(), train.Config{Epochs: 1}).Fit(context.Background(), set, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := &queue{model: m, of: &served{batches: newHistogram(1)}}
	ctx, until := context.Background(), time.Now().Add(time.Hour)
	var held, all sync.WaitGroup
	release := make(chan bool)
	held.Add(runtime.GOMAXPROCS(0))
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			q.predict(&job{rows: 1, ctx: ctx, until: until, woken: make(chan bool, 1), alone: func() error {
				held.Done()
				<-release
				return nil
			}})
		})
	}
	held.Wait()
	jobs := runtime.GOMAXPROCS(0) + 8 // more than there are to predict one each
	for i := range jobs {
		sample := []float32{float32(i), -1}
		want, err := m.AppendPredictSamples(nil, sample)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			j := &job{samples: sample, rows: 1, ctx: ctx, until: until, woken: make(chan bool, 1)}
			if q.predict(j); j.err != nil || !slices.Equal(j.values, want) {
				t.Errorf("job %d: %v %v, want %v", i, j.values, j.err, want)
			}
		})
	}
	for waiting := 0; waiting < jobs; time.Sleep(time.Millisecond) {
		q.mu.Lock()
		waiting = len(q.waiting)
		q.mu.Unlock()
	}
	close(release)
	all.Wait()
	if q.of.batches.counts[1].Load() == 0 {
		t.Error("no two rows were predicted at once")
	}
}
