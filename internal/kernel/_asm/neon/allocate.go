package neon

import (
	"fmt"
	"strings"
)

// A life is the part of a function in which a vector is of use.
type life struct{ from, to int }

// lives returns the life of each vector: from its first to its last line. What
// begins before a loop and is used in it is used until the loop ends.
func (f *Func) lives() []life {
	all := make([]life, f.vecs)
	for v := range all {
		all[v] = life{-1, -1}
	}
	labels := map[string]int{}
	type loop struct{ from, to int }
	var loops []loop
	for at, it := range f.items {
		for _, v := range it.vecs {
			if all[v].from < 0 {
				all[v].from = at
			}
			all[v].to = at
		}
		if name, ok := strings.CutSuffix(it.text, ":"); ok {
			labels[name] = at
			continue
		}
		if words := strings.Fields(it.text); len(words) > 0 {
			if from, ok := labels[words[len(words)-1]]; ok {
				loops = append(loops, loop{from, at})
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, l := range loops {
			for v := range all {
				if all[v].from < l.from && all[v].to >= l.from && all[v].to < l.to {
					all[v].to, changed = l.to, true
				}
			}
		}
	}
	return all
}

// allocate gives each vector a register, the one that has been free for longest,
// and fails where 32 are too few. The result of a copy takes the register of
// what is read no more.
func (f *Func) allocate() ([]int, error) {
	lives := f.lives()
	register := make([]int, f.vecs)
	var free []int
	for r := range 32 {
		free = append(free, r)
	}
	held := make([]bool, f.vecs)
	for at, it := range f.items {
		if it.copies {
			d, x := it.vecs[0], it.vecs[1]
			if !held[d] && lives[d].from == at && lives[x].to == at {
				register[d], held[d], held[x] = register[x], true, false
				continue
			}
		}
		// what ends as an operand may be the place of the result
		for i := len(it.vecs) - 1; i >= 0; i-- {
			if v := it.vecs[i]; held[v] && lives[v].to == at {
				free, held[v] = append(free, register[v]), false
			}
		}
		for _, v := range it.vecs {
			if lives[v].from != at || held[v] {
				continue
			}
			if len(free) == 0 {
				return nil, fmt.Errorf("%s: no register is left at line %d", f.name, at)
			}
			register[v], held[v], free = free[0], true, free[1:]
			if lives[v].to == at { // never read
				free, held[v] = append(free, register[v]), false
			}
		}
	}
	return register, nil
}

// Fits reports whether registers are enough.
func (f *Func) Fits() bool {
	_, err := f.allocate()
	return err == nil
}
