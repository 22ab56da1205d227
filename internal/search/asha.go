package search

// Job is a trial of a configuration, by its number, at a rung.
type Job struct{ Config, Rung int }

// Halving is asynchronous successive halving, ASHA, over configurations 0 to
// n-1: all run at rung 0, and of those that ended at a rung the best 1/Factor
// run at the next one, each as soon as it belongs to them, not when all others
// have ended. With one rung it is a list of n jobs.
//
// Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning",
// MLSys 2020, arXiv:1810.05934, algorithm 2, with a fixed number of
// configurations.
type Halving struct {
	n, factor int
	begun     int // configurations
	rungs     []rung
}

type rung struct {
	configs  []int // that ended here, in the order told
	costs    []Cost
	promoted map[int]bool
}

// NewHalving returns a search over n configurations with so many rungs.
func NewHalving(n, factor, rungs int) *Halving {
	h := &Halving{n: n, factor: factor, rungs: make([]rung, rungs)}
	for i := range h.rungs {
		h.rungs[i].promoted = map[int]bool{}
	}
	return h
}

// Next returns the job that the costs told so far call for, the highest rung
// first; false if there is none until more are told.
func (h *Halving) Next() (Job, bool) {
	for k := len(h.rungs) - 2; k >= 0; k-- {
		r := &h.rungs[k]
		for _, i := range Rank(r.costs)[:len(r.costs)/h.factor] {
			if c := r.configs[i]; !r.promoted[c] {
				r.promoted[c] = true
				return Job{c, k + 1}, true
			}
		}
	}
	if h.begun < h.n {
		h.begun++
		return Job{h.begun - 1, 0}, true
	}
	return Job{}, false
}

// Tell gives the cost of a job that Next returned.
func (h *Halving) Tell(j Job, c Cost) {
	r := &h.rungs[j.Rung]
	r.configs = append(r.configs, j.Config)
	r.costs = append(r.costs, c)
}
