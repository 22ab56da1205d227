package exec

import "sync/atomic"

// share is what one worker has of an instruction: the tasks that it runs
// unless another, with nothing left of its own, takes them. As it is the same
// run after run, memory that tasks read and write stays in the caches near one
// core.
type share struct {
	left atomic.Uint64 // the tasks not taken yet: the first in the low half, the end in the high one
}

// set makes the share tasks [first, end).
func (s *share) set(first, end int) { s.left.Store(uint64(end)<<32 | uint64(first)) }

// take takes the first of the tasks left, or the last.
func (s *share) take(last bool) (task int, ok bool) {
	for {
		left := s.left.Load()
		first, end := uint32(left), uint32(left>>32)
		if first >= end {
			return 0, false
		}
		task, rest := first, left+1
		if last {
			task, rest = end-1, left-1<<32
		}
		if s.left.CompareAndSwap(left, rest) {
			return int(task), true
		}
	}
}

// reset makes a wave ready to be walked by the given number of workers.
func (p *Program) reset(w *wave, workers int) {
	w.done.Store(0)
	for _, at := range w.instrs {
		in := &p.instrs[at]
		in.left.Store(int32(in.tasks))
		first := 0
		for i := range workers {
			end := (in.tasks*(i+1) + workers - 1) / workers // the first worker, who is there from the start, has more
			p.shares[i][at].set(first, end)
			first = end
		}
	}
}

// alone runs the tasks of waves [first, end) one after the other.
func (p *Program) alone(first, end int) {
	for i := first; i < end; i++ {
		for _, at := range p.waves[i].instrs {
			in := &p.instrs[at]
			in.left.Store(int32(in.tasks))
			for task := range in.tasks {
				p.task(at, task, 0)
			}
		}
		if p.after != nil {
			p.after(i)
		}
	}
}

// walk runs tasks of waves [first, end), as one of several workers, until all
// have run: those of its own share, and then what others have left.
func (p *Program) walk(first, end, worker, workers int) {
	for i := first; i < end; i++ {
		w := &p.waves[i]
		total := int32(w.tasks)
		for k := range workers {
			if ran := p.claim(w, (worker+k)%workers, worker); ran > 0 {
				w.done.Add(ran)
			}
			if w.done.Load() == total {
				break
			}
		}
		for spin := 0; w.done.Load() < total; spin++ {
			pause(spin)
		}
		if p.after != nil && worker == 0 {
			p.after(i)
		}
	}
}

// claim runs what is left of one worker's shares of a wave, as the given
// worker, and returns the number of tasks it ran. Others take the last tasks
// first: those are likely the ones that they took in the run before.
func (p *Program) claim(w *wave, of, worker int) int32 {
	ran := int32(0)
	for _, at := range w.instrs {
		for {
			i, ok := p.shares[of][at].take(of != worker)
			if !ok {
				break
			}
			p.task(at, i, worker)
			ran++
		}
	}
	return ran
}
