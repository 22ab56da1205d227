package rewrite

import (
	"slices"

	"descent/graph"
	"descent/internal/lowering"
)

// merge joins g, which is new and has one member, with the groups that
// compute its operands, and a reduction also with others that read the same
// memory, where one program can hold them all.
func (f *fuser) merge(g *Group) {
	x := g.Members[0]
	for i := len(x.Inputs()) - 1; i >= 0; i-- {
		other := f.Of[g.Read(x.Inputs()[i]).ID()]
		if other != nil && other != g && other.Stage == g.Stage && f.fit(other, g) {
			g = f.join(other, g)
		}
	}
	if _, ok := x.Op().(lowering.Reducer); ok {
		for _, other := range f.readers(g) {
			if f.fit(other, g) {
				g = f.join(other, g)
				break
			}
		}
	}
	slices.SortFunc(g.Members, func(a, b graph.Tensor) int { return a.ID() - b.ID() })
}

// join makes one of two groups and returns it. The older one takes the newer
// in. The order of groups means nothing; the plan sorts them.
func (f *fuser) join(old, g *Group) *Group {
	level := old.level
	for h := range f.needed(g) {
		if h != old {
			level = max(level, h.level)
		}
	}
	old.Members = append(old.Members, g.Members...)
	old.Splits &= g.Splits
	old.folds = old.folds || g.folds
	for id := range g.copied {
		if old.copied == nil {
			old.copied = map[int]bool{}
		}
		old.copied[id] = true
	}
	if g.Producer.Valid() {
		old.Producer, old.follows = g.Producer, g.follows
	}
	f.Groups[g.number] = nil
	for x := range g.tensors() {
		f.Of[x.ID()] = old
	}
	f.lift(old, level)
	return old
}

// readers returns the groups of g's stage that fold and read memory that g
// reads, over the same domain, in the order of their making.
func (f *fuser) readers(g *Group) []*Group {
	var list []*Group
	f.walks++
	g.seen = f.walks
	for _, x := range g.Reads(f.Partition) {
		if !sameShape(x.Type(), g.Domain) {
			continue
		}
		for _, user := range f.uses[x.ID()] {
			other := f.Of[user.ID()]
			if other != nil && other.seen != f.walks && other.folds && other.Stage == g.Stage && sameShape(other.Domain, g.Domain) &&
				slices.Contains(other.Reads(f.Partition), x) {
				other.seen = f.walks
				list = append(list, other)
			}
		}
	}
	slices.SortFunc(list, func(a, b *Group) int { return a.number - b.number })
	return list
}
