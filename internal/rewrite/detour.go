package rewrite

import (
	"iter"
	"math"
	"slices"

	"descent/graph"
)

// A group needs those that compute what its tensors read, be it through views
// and broadcasts. None that it needs has a higher level than its own, so that a
// walk down, from group to group in search of one, ends at the level of those
// that need that one: in a deep network after a few steps.

// needed are the groups that compute what g reads, some of them more than once.
func (f *fuser) needed(g *Group) iter.Seq[*Group] {
	return func(yield func(*Group) bool) {
		var look func(graph.Tensor) bool
		look = func(x graph.Tensor) bool {
			for _, in := range x.Inputs() {
				h := f.Of[in.ID()]
				if h == nil && !look(in) || h != nil && h != g && !yield(h) {
					return false
				}
			}
			return true
		}
		for x := range g.tensors() {
			if !look(x) {
				return
			}
		}
	}
}

// needing are the groups so far that read what g computes, some of them more
// than once.
func (f *fuser) needing(g *Group) iter.Seq[*Group] {
	return func(yield func(*Group) bool) {
		var look func(graph.Tensor) bool
		look = func(x graph.Tensor) bool {
			for _, user := range f.uses[x.ID()] {
				if !f.placed[user.ID()] { // and nor is what reads it
					continue
				}
				h := f.Of[user.ID()]
				if h == nil && !look(user) || h != nil && h != g && !yield(h) {
					return false
				}
			}
			return true
		}
		for x := range g.tensors() {
			if !look(x) {
				return
			}
		}
	}
}

// lift raises the level of g, and of those that need it, to level at least.
func (f *fuser) lift(g *Group, level int) {
	g.level = max(g.level, level)
	for h := range f.needing(g) {
		if h.level < g.level {
			f.lift(h, g.level)
		}
	}
}

// detour reports whether something outside of a and b depends on one of them
// and is needed by the other, or reads their results by another way than as
// an operand, as through a view.
func (f *fuser) detour(a, b *Group) bool {
	f.walks++
	lowest := math.MaxInt // level of those outside that need a or b
	for _, g := range []*Group{a, b} {
		for h := range f.needing(g) {
			if h != a && h != b {
				lowest = min(lowest, h.level)
			}
		}
	}
	var reaches func(x graph.Tensor) bool
	reaches = func(x graph.Tensor) bool {
		g := f.Of[x.ID()]
		switch {
		case g == a || g == b:
			return true
		case g == nil:
			return slices.ContainsFunc(x.Inputs(), reaches)
		case g.seen == f.walks || g.level < lowest:
			return false
		}
		g.seen = f.walks
		for m := range g.tensors() { // a group runs as one
			for _, in := range m.Inputs() {
				if f.Of[in.ID()] != g && reaches(in) {
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
