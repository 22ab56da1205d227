package rewrite

import (
	"slices"

	"descent/graph"
)

// A group depends on those that compute what its tensors read, be it through
// views and broadcasts. A level is a number that no group on which it depends
// exceeds, so that a walk from group to group in search of one need not go
// below that one's level: in a deep network it ends after a few steps.

// below returns the highest level of the groups that g depends on, other than
// itself and but.
func (f *fuser) below(g, but *Group) int {
	level := 0
	var look func(graph.Tensor)
	look = func(x graph.Tensor) {
		for _, in := range x.Inputs() {
			switch h := f.Of[in.ID()]; {
			case h == nil:
				look(in)
			case h != g && h != but:
				level = max(level, h.level)
			}
		}
	}
	for x := range g.tensors() {
		look(x)
	}
	return level
}

// lift gives g a level, and those that depend on it at least the same.
func (f *fuser) lift(g *Group, level int) {
	g.level = level
	var lift func(graph.Tensor)
	lift = func(x graph.Tensor) {
		for _, user := range f.uses[x.ID()] {
			switch h := f.Of[user.ID()]; {
			case !f.placed[user.ID()]: // and nor is what reads it
			case h == nil:
				lift(user)
			case h.level < level:
				f.lift(h, level)
			}
		}
	}
	for x := range g.tensors() {
		lift(x)
	}
}

// detour reports whether something outside of a and b depends on one of them
// and is needed by the other, or reads their results by another way than as
// an operand, as through a view.
func (f *fuser) detour(a, b *Group) bool {
	f.walks++
	lowest := min(a.level, b.level)
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
