package exec

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Pool is a set of workers that walk programs together. The goroutine that
// runs a program is one of them; the others spin briefly between runs and
// then park.
type Pool struct {
	workers int

	mu      sync.Mutex // held by the run in progress
	program *Program   // the run in progress
	first   int        // its waves
	end     int
	state   atomic.Int64 // workers that may join the run, times crewUnit, and the number of helpers inside
	helpers []helper
	quit    chan struct{}
	close   sync.Once
	running sync.WaitGroup
}

// helper is a worker that helps the goroutine that runs a program.
type helper struct {
	parked atomic.Bool
	wake   chan struct{}
}

// crewUnit is 1 in the part of Pool.state that counts who may join: 0 when
// there is no run.
const crewUnit = 1 << 32

// NewPool starts a pool of the given number of workers; 0 or less means one
// for each core. Close ends it.
func NewPool(workers int) *Pool {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := &Pool{workers: workers, helpers: make([]helper, workers-1), quit: make(chan struct{})}
	for i := range p.helpers {
		p.helpers[i].wake = make(chan struct{}, 1)
		p.running.Go(func() { p.help(i + 1) })
	}
	return p
}

// Workers is the number of workers.
func (p *Pool) Workers() int { return p.workers }

// Close ends the workers and waits until they are gone.
func (p *Pool) Close() {
	p.close.Do(func() { close(p.quit) })
	p.running.Wait()
}

// run walks waves [first, end) of a program with the given number of workers,
// if there is enough to share.
func (p *Pool) run(b *Program, first, end, workers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := 0
	for i := first; i < end; i++ {
		most = max(most, b.waves[i].tasks)
	}
	if workers = min(workers, most); workers <= 1 {
		b.alone(first, end)
		return
	}
	for i := first; i < end; i++ {
		b.reset(&b.waves[i], workers)
	}
	p.program, p.first, p.end = b, first, end
	p.state.Store(int64(workers) * crewUnit)
	for i := range p.helpers[:workers-1] {
		if h := &p.helpers[i]; h.parked.Load() {
			select {
			case h.wake <- struct{}{}:
			default:
			}
		}
	}
	b.walk(first, end, 0, workers)
	p.state.And(crewUnit - 1)
	for spin := 0; p.state.Load() != 0; spin++ { // helpers on their way out
		pause(spin)
	}
	p.program = nil
}

// pause passes a moment of a wait within a run: spinning at first, then
// letting others run. Sleeping would take a millisecond.
func pause(spin int) {
	if spin >= 4000 {
		runtime.Gosched()
		yield()
	}
}

// idle is how often a helper looks for a run before it parks: some tens of
// microseconds.
const idle = 20000

// help is the life of a helper.
func (p *Pool) help(worker int) {
	h := &p.helpers[worker-1]
	for {
		for range idle {
			if workers := p.join(worker); workers > 0 {
				p.program.walk(p.first, p.end, worker, workers)
				p.state.Add(-1)
			}
		}
		h.parked.Store(true)
		if p.state.Load()/crewUnit <= int64(worker) {
			select {
			case <-h.wake:
			case <-p.quit:
				return
			}
		}
		h.parked.Store(false)
	}
}

// join enters the run in progress, if there is one for this worker, and
// returns how many may.
func (p *Pool) join(worker int) (workers int) {
	for {
		s := p.state.Load()
		if s/crewUnit <= int64(worker) {
			return 0
		}
		if p.state.CompareAndSwap(s, s+1) {
			return int(s / crewUnit)
		}
	}
}
