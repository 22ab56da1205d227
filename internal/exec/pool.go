package exec

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
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
	state   atomic.Int64 // open bit, and the number of helpers inside
	parked  atomic.Int32
	wake    chan struct{}
	quit    chan struct{}
	close   sync.Once
	helpers sync.WaitGroup
}

// open is set in Pool.state while a run can be joined.
const open = 1 << 32

// NewPool starts a pool of the given number of workers; 0 or less means one
// for each core. Close ends it.
func NewPool(workers int) *Pool {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := &Pool{workers: workers, wake: make(chan struct{}, workers), quit: make(chan struct{})}
	for i := 1; i < workers; i++ {
		p.helpers.Add(1)
		go p.help(i)
	}
	return p
}

// Workers is the number of workers.
func (p *Pool) Workers() int { return p.workers }

// Close ends the workers and waits until they are gone.
func (p *Pool) Close() {
	p.close.Do(func() { close(p.quit) })
	p.helpers.Wait()
}

// run walks waves [first, end) of a program, with help if there is enough to
// share.
func (p *Pool) run(b *Program, first, end int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	shared := false
	for i := first; i < end; i++ {
		b.reset(&b.waves[i])
		shared = shared || b.waves[i].tasks > 1
	}
	if !shared || p.workers == 1 {
		for i := first; i < end; i++ {
			w := &b.waves[i]
			for j := range w.tasks {
				b.task(w, j, 0)
			}
		}
		return
	}
	p.program, p.first, p.end = b, first, end
	p.state.Store(open)
	for range p.parked.Load() {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
	b.walk(first, end, 0)
	p.state.And(^int64(open))
	for spin := 0; p.state.Load() != 0; spin++ { // helpers on their way out
		pause(spin)
	}
	p.program = nil
}

// walk runs tasks of waves [first, end) until all have run.
func (b *Program) walk(first, end, worker int) {
	for i := first; i < end; i++ {
		w := &b.waves[i]
		total := int32(w.tasks)
		for {
			j := w.next.Add(1) - 1
			if j >= total {
				break
			}
			b.task(w, int(j), worker)
			w.done.Add(1)
		}
		for spin := 0; w.done.Load() < total; spin++ {
			pause(spin)
		}
	}
}

// pause passes a moment of a wait: spinning at first, then letting others run,
// then sleeping.
func pause(spin int) {
	switch {
	case spin < 4000:
	case spin < 6000:
		runtime.Gosched()
	default:
		time.Sleep(20 * time.Microsecond)
	}
}

// idle is how often a helper looks for a run before it parks: some tens of
// microseconds.
const idle = 20000

// help is the life of a helper.
func (p *Pool) help(worker int) {
	defer p.helpers.Done()
	for {
		for range idle {
			if p.join() {
				p.program.walk(p.first, p.end, worker)
				p.state.Add(-1)
			}
		}
		p.parked.Add(1)
		if p.state.Load()&open == 0 {
			select {
			case <-p.wake:
			case <-p.quit:
				p.parked.Add(-1)
				return
			}
		}
		p.parked.Add(-1)
	}
}

// join enters the run in progress, if there is one.
func (p *Pool) join() bool {
	for {
		s := p.state.Load()
		if s&open == 0 {
			return false
		}
		if p.state.CompareAndSwap(s, s+1) {
			return true
		}
	}
}
