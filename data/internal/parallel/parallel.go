// Package parallel does the same to many things on all cores.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls f with each number below n, on as many goroutines as there are cores;
// worker numbers them. It returns the error of the lowest number that has one, as if
// they had been called in order, though later ones may have been called, too. A panic
// is that of the caller.
func Each(n int, f func(worker, i int) error) error {
	workers := min(Workers(), n)
	if workers <= 1 {
		for i := range n {
			if err := f(0, i); err != nil {
				return err
			}
		}
		return nil
	}
	var (
		next   atomic.Int64
		group  sync.WaitGroup
		mutex  sync.Mutex
		first  error
		failed = int64(n)
		broken any
	)
	for worker := range workers {
		group.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					mutex.Lock()
					broken = p
					mutex.Unlock()
				}
			}()
			for {
				i := next.Add(1) - 1
				mutex.Lock()
				over := i >= failed
				mutex.Unlock()
				if over {
					return
				}
				if err := f(worker, int(i)); err != nil {
					mutex.Lock()
					if i < failed {
						first, failed = err, i
					}
					mutex.Unlock()
				}
			}
		})
	}
	group.Wait()
	if broken != nil {
		panic(broken)
	}
	return first
}

// Workers returns the most goroutines that Each uses.
func Workers() int { return runtime.GOMAXPROCS(0) }
