package rewrite

import (
	"descent/graph"
	"descent/internal/lowering"
)

// A Group is a set of tensors that one instruction computes: perhaps the
// result of a producer, and a fused program over it.
type Group struct {
	Stage    int            // the stage of the step in which it runs
	Domain   graph.Type     // of the program: every Full value has this shape
	Splits   graph.Axes     // bit s is set if rows may be axes before s and columns those from s on
	Producer graph.Tensor   // the result of a product or another kernel, or none
	Members  []graph.Tensor // in order; without the producer
	folds    bool           // has a member that folds rows, columns or everything
	copied   map[int]bool   // the broadcasts that it reads from memory, by ID
}

// Partition is what Fuse returns.
type Partition struct {
	Groups []*Group
	Of     map[int]*Group // the group that computes a tensor, by its ID
}

// Stage lists what a part of a step has to compute.
type Stage []graph.Tensor

// Fuse shares the work of the stages out to groups. Each tensor is computed
// in the first stage that needs it.
//
// Leaves, views, broadcasts and constants belong to no group: they are read
// in place. One that must exist in memory as such, because a kernel reads it
// or it is an output, gets a group of its own.
func Fuse(stages ...Stage) Partition {
	f := fuser{Partition: Partition{Of: map[int]*Group{}}, uses: map[int][]graph.Tensor{}}
	var all []graph.Tensor
	for _, stage := range stages {
		all = append(all, stage...)
	}
	for _, x := range graph.Sorted(all...) {
		for _, in := range x.Inputs() {
			f.uses[in.ID()] = append(f.uses[in.ID()], x)
		}
	}
	done := map[int]bool{}
	for i, stage := range stages {
		f.stage = i
		for _, x := range graph.Sorted(stage...) {
			if !done[x.ID()] {
				done[x.ID()] = true
				f.place(x)
			}
		}
		for _, x := range stage {
			f.materialize(x)
		}
	}
	return f.Partition
}

type fuser struct {
	Partition
	stage int
	uses  map[int][]graph.Tensor
}

// Memory returns the tensor whose memory x is read from: x without views.
func Memory(x graph.Tensor) graph.Tensor {
	for {
		if _, ok := x.Op().(lowering.Viewer); !ok {
			return x
		}
		x = x.Inputs()[0]
	}
}

// free reports whether x costs a program nothing to read: it needs no memory.
func free(x graph.Tensor) bool {
	switch x.Op().(type) {
	case graph.Const, graph.ScalarEntry, lowering.Broadcaster, lowering.Columns:
		return true
	}
	return false
}

// materialize makes sure that the memory of x exists.
func (f *fuser) materialize(x graph.Tensor) {
	m := Memory(x)
	if f.Of[m.ID()] != nil || !free(m) {
		return
	}
	if _, ok := m.Op().(lowering.Broadcaster); ok {
		f.materializeBase(m.Inputs()[0])
	}
	g := &Group{Stage: f.stage, Domain: m.Type(), Splits: splits(m.Type(), m), Members: []graph.Tensor{m}}
	if g.Splits == 0 { // repeats along axes that no split serves: a kernel copies it
		g = &Group{Stage: f.stage, Domain: m.Type(), Splits: splits(m.Type()), Producer: m}
	}
	f.add(g)
}

// materializeBase makes the memory exist that a program reads x from.
func (f *fuser) materializeBase(x graph.Tensor) {
	if free(x) {
		return
	}
	if m := Memory(x); m != x {
		f.materialize(m)
	}
}

// copy makes group g read x from memory, though it is a broadcast.
func (f *fuser) copy(g *Group, x graph.Tensor) {
	if _, ok := x.Op().(lowering.Broadcaster); !ok {
		return
	}
	f.materialize(x)
	if g.copied == nil {
		g.copied = map[int]bool{}
	}
	g.copied[x.ID()] = true
}

func (f *fuser) add(g *Group) *Group {
	f.Groups = append(f.Groups, g)
	for _, x := range g.Members {
		f.Of[x.ID()] = g
	}
	if g.Producer.Valid() {
		f.Of[g.Producer.ID()] = g
	}
	return g
}

// place puts x into a group, if it needs one.
func (f *fuser) place(x graph.Tensor) {
	switch op := x.Op().(type) {
	case graph.Leaf, lowering.Columns:
	case lowering.Broadcaster:
	case lowering.Viewer:
		f.materialize(x.Inputs()[0])
	case lowering.Producer:
		for _, in := range x.Inputs() {
			f.materialize(in)
		}
		g := &Group{Stage: f.stage, Domain: x.Type(), Splits: splits(x.Type()), Producer: x}
		if canFollow(x) { // its blocks are rows of the last axis
			g.Splits = 1 << (x.Type().Rank() - 1)
		}
		f.add(g)
	case lowering.Reducer:
		in := x.Inputs()[0]
		f.materializeBase(source(in))
		g := &Group{Stage: f.stage, Domain: in.Type(), Members: []graph.Tensor{x}, folds: true}
		g.Splits = splits(in.Type(), in) & foldSplits(op, in.Type())
		if g.Splits == 0 { // read through a broadcast that does not fit: copy it first
			f.copy(g, in)
			g.Splits = foldSplits(op, in.Type())
		}
		f.merge(f.add(g))
	case lowering.Mapper:
		g := &Group{Stage: f.stage, Domain: x.Type(), Members: []graph.Tensor{x}}
		for _, in := range x.Inputs() {
			f.materializeBase(source(in))
		}
		g.Splits = splits(x.Type())
		for _, in := range x.Inputs() {
			if set := g.Splits & splits(x.Type(), in); set != 0 {
				g.Splits = set
			} else { // it repeats along axes that no split serves with the others
				f.copy(g, in)
			}
		}
		f.merge(f.add(g))
	}
}

// source returns what x repeats, or x.
func source(x graph.Tensor) graph.Tensor {
	if _, ok := x.Op().(lowering.Broadcaster); ok {
		return x.Inputs()[0]
	}
	return x
}

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
		for _, other := range f.Groups {
			if other != g && other.folds && other.Stage == g.Stage && f.sharesMemory(other, g) && f.fit(other, g) {
				g = f.join(other, g)
				break
			}
		}
	}
	sortByID(g.Members)
}

// join makes one of two groups and returns it. The older one takes the newer
// in. The order of groups means nothing; the plan sorts them.
func (f *fuser) join(old, g *Group) *Group {
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
		old.Producer = g.Producer
	}
	for i, h := range f.Groups {
		if h == g {
			f.Groups = append(f.Groups[:i], f.Groups[i+1:]...)
			break
		}
	}
	for _, m := range append(g.Members, g.Producer) {
		if m.Valid() {
			f.Of[m.ID()] = old
		}
	}
	return old
}

// sharesMemory reports whether two groups over one domain read a tensor that
// fills it.
func (f *fuser) sharesMemory(a, b *Group) bool {
	if !sameShape(a.Domain, b.Domain) {
		return false
	}
	read := map[int]bool{}
	for _, x := range a.Reads(f.Partition) {
		read[x.ID()] = sameShape(x.Type(), a.Domain)
	}
	for _, x := range b.Reads(f.Partition) {
		if read[x.ID()] {
			return true
		}
	}
	return false
}

func sortByID(xs []graph.Tensor) {
	for i := range xs {
		for j := i; j > 0 && xs[j].ID() < xs[j-1].ID(); j-- {
			xs[j], xs[j-1] = xs[j-1], xs[j]
		}
	}
}

// Reads returns the tensors that the group reads from memory.
func (g *Group) Reads(p Partition) []graph.Tensor {
	var out []graph.Tensor
	if g.Producer.Valid() {
		out = append(out, g.Producer.Inputs()...)
	}
	for _, m := range g.Members {
		for _, in := range m.Inputs() {
			if x := g.Read(in); p.Of[x.ID()] != g && (g.copied[x.ID()] || !free(x)) {
				out = append(out, x)
			}
		}
	}
	return out
}
