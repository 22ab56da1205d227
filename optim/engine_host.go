package optim

import (
	"slices"
	"sync"
)

// Host is work on a rule's state between two updates that a graph is no good
// for, such as the eigenvectors of a slot.
type Host struct {
	Due   func(t int) bool        // whether it comes after update t = 1, 2, ...
	Slots []string                // the variables that it reads and writes
	Work  func(slots [][]float64) // the same bits everywhere: no fused multiply-adds, no functions but Sqrt
}

// After has the host work on slots of the parameter, in place and in float64,
// after each update t that is due.
func (p *Param) After(due func(t int) bool, work func(slots [][]float64), slots ...string) {
	h := Host{Due: due, Work: work}
	for _, name := range slots {
		h.Slots = append(h.Slots, p.Name+"/"+name)
	}
	p.hosts = append(p.hosts, h)
}

// RunHosts does the work that is due after update t. value returns the memory
// of a variable.
func RunHosts[T float32 | float64](hosts []Host, t int, value func(name string) []T) {
	if !slices.ContainsFunc(hosts, func(h Host) bool { return h.Due(t) }) {
		return
	}
	var all sync.WaitGroup
	for _, h := range hosts {
		if h.Due(t) {
			all.Go(func() { run(h, value) })
		}
	}
	all.Wait()
}

func run[T float32 | float64](h Host, value func(name string) []T) {
	slots := make([][]float64, len(h.Slots))
	for i, name := range h.Slots {
		for _, x := range value(name) {
			slots[i] = append(slots[i], float64(x))
		}
	}
	h.Work(slots)
	for i, name := range h.Slots {
		for j, x := range slots[i] {
			value(name)[j] = T(x)
		}
	}
}
