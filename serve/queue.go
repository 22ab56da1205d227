package serve

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"descent/model"
)

// together is how many rows of several requests are predicted at once at most.
const together = 64

// queue has the samples of requests that come at the same time predicted at once.
//
// A request that finds fewer predictions under way than there are cores makes its own, in
// its own goroutine. Others wait; when a prediction has ended, the first that waits makes
// the next one, for itself and all who have come since. So nothing waits for a clock, and
// batches are as large as the load.
type queue struct {
	model *model.Model
	of    *served

	mu      sync.Mutex
	running int
	waiting []*job
}

// job is the samples of a request.
type job struct {
	samples []float32
	rows    int
	alone   func() error // nil: samples are predicted, together with those of others
	values  []float64    // predictions are appended
	err     error

	ctx   context.Context
	until time.Time // the prediction has to begin
	woken chan bool // true: to make the next prediction; false: it has been made
}

// batch is what it takes to predict jobs at once.
type batch struct {
	jobs    []*job
	samples []float32
	values  []float64
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// predict predicts a job.
func (q *queue) predict(j *job) {
	q.mu.Lock()
	busy := q.running > 0
	if q.running >= runtime.GOMAXPROCS(0) {
		q.waiting = append(q.waiting, j)
		q.mu.Unlock()
		if lead := <-j.woken; !lead {
			return
		}
	} else {
		q.running++
		q.mu.Unlock()
	}
	if busy {
		runtime.Gosched() // who has a request at hand comes along; alone it would wake another core for nothing
	}
	b := batches.Get().(*batch)
	q.gather(b, j)
	q.run(b)
	q.handOver()
	for _, other := range b.jobs {
		if other != j {
			other.woken <- false
		}
	}
	clear(b.jobs)
	batches.Put(b)
}

// gather takes j and those who wait, as many as fit; a job that is alone fits with none.
func (q *queue) gather(b *batch, j *job) {
	b.jobs = append(b.jobs[:0], j)
	if j.alone != nil {
		return
	}
	rows, n := j.rows, 0
	q.mu.Lock()
	for _, other := range q.waiting {
		if rows += other.rows; rows > together || other.alone != nil {
			break
		}
		b.jobs = append(b.jobs, other)
		n++
	}
	q.waiting = slices.Delete(q.waiting, 0, n)
	q.mu.Unlock()
}

// handOver lets the first who waits make the next prediction.
func (q *queue) handOver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.running--
		return
	}
	q.waiting[0].woken <- true
	q.waiting = slices.Delete(q.waiting, 0, 1)
}

// run predicts the jobs of a batch. A panic, which nothing should cause, is an error of
// all of them, since others wait for who makes a prediction.
func (q *queue) run(b *batch) {
	defer func() {
		if p := recover(); p != nil {
			for _, j := range b.jobs {
				j.err = fmt.Errorf("serve: a prediction panicked: %v", p)
			}
		}
	}()
	rows := 0
	b.samples = b.samples[:0]
	for _, j := range b.jobs {
		if j.err = gone(j.ctx, j.until); j.err != nil {
			continue
		}
		rows += j.rows
		if len(b.jobs) > 1 {
			b.samples = append(b.samples, j.samples...)
		}
	}
	if rows == 0 {
		return
	}
	q.of.rows.Add(int64(rows))
	if j := b.jobs[0]; j.alone != nil {
		j.err = j.alone()
		return
	}
	q.of.batches.observe(float64(rows))
	if j := b.jobs[0]; len(b.jobs) == 1 {
		j.values, j.err = q.model.AppendPredictSamples(j.values, j.samples)
		return
	}
	values, err := q.model.AppendPredictSamples(b.values[:0], b.samples)
	b.values = values
	wide := len(values) / rows
	for _, j := range b.jobs {
		if j.err == nil && err == nil {
			j.values = append(j.values, values[:j.rows*wide]...)
			values = values[j.rows*wide:]
		} else if j.err == nil {
			j.err = err
		}
	}
}
