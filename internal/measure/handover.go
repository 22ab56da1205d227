package measure

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// HandOver returns how long a line of cache takes to another core and back,
// the median of trips in about the given time: some 0.1 µs between cores that
// share a cache, several times as much between those that do not.
func HandOver(atMost time.Duration) time.Duration {
	const trips = 100
	var line struct {
		_    [64]byte
		ball atomic.Int32 // 1: with the other core; 2: the game is over
		_    [60]byte
	}
	var other sync.WaitGroup
	other.Go(func() {
		for spin := 0; ; spin++ {
			switch line.ball.Load() {
			case 1:
				line.ball.Store(0)
				spin = 0
			case 2:
				return
			}
			yield(spin)
		}
	})
	var times []time.Duration
	for begin := time.Now(); len(times) == 0 || time.Since(begin) < atMost; {
		start := time.Now()
		for range trips {
			line.ball.Store(1)
			for spin := 0; line.ball.Load() != 0; spin++ {
				yield(spin)
			}
		}
		times = append(times, time.Since(start)/trips)
	}
	line.ball.Store(2)
	other.Wait()
	slices.Sort(times)
	return times[len(times)/2]
}

// yield lets others run in a long wait: there may be one core only.
func yield(spin int) {
	if spin > 1000 {
		runtime.Gosched()
	}
}
