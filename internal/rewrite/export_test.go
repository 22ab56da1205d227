package rewrite

import (
	"fmt"

	"descent/graph"
)

// CheckDetours fuses stages and compares, each time a tensor has been placed,
// what detour says of every two groups with what a walk through all of the
// graph says. It returns how often something lay between two.
func CheckDetours(stages ...Stage) (found int, err error) {
	f := newFuser(stages)
	for i, stage := range stages {
		f.stage = i
		for _, x := range graph.Sorted(stage...) {
			if f.placed[x.ID()] {
				continue
			}
			f.placed[x.ID()] = true
			f.place(x)
			for _, a := range f.Groups {
				for _, b := range f.Groups {
					if a == nil || b == nil || a == b {
						continue
					}
					got, want := f.detour(a, b), f.plainDetour(a, b)
					if got != want {
						return found, fmt.Errorf("%v and %v, when %v has been placed: %v, want %v", a.Members, b.Members, x, got, want)
					}
					if got {
						found++
					}
				}
			}
		}
		for _, x := range stage {
			f.materialize(x)
		}
	}
	return found, nil
}

// plainDetour is detour by its meaning.
func (f *fuser) plainDetour(a, b *Group) bool {
	seen := map[int]bool{}
	var reaches func(x graph.Tensor) bool
	reaches = func(x graph.Tensor) bool {
		g := f.Of[x.ID()]
		if g == a || g == b {
			return true
		}
		if seen[x.ID()] {
			return false
		}
		seen[x.ID()] = true
		for _, in := range x.Inputs() {
			if (g == nil || f.Of[in.ID()] != g) && reaches(in) {
				return true
			}
		}
		if g != nil { // a group runs as one
			for m := range g.tensors() {
				if reaches(m) {
					return true
				}
			}
		}
		return false
	}
	for _, g := range []*Group{a, b} {
		for m := range g.tensors() {
			for _, in := range m.Inputs() {
				x := g.Read(in)
				if h := f.Of[x.ID()]; h == a || h == b {
					if m == g.Producer {
						return true // a kernel reads it whole
					}
					continue
				}
				if reaches(x) {
					return true
				}
			}
		}
	}
	return false
}
