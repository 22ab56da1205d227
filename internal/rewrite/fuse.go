package rewrite

import (
	"iter"
	"slices"

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
	Joint    []graph.Tensor // all results of the producer's kernel, if it makes several, in their order
	Members  []graph.Tensor // in order; without the producer
	folds    bool           // has a member that folds rows, columns or everything
	follows  bool           // its producer can run a program over its blocks
	copied   map[int]bool   // the broadcasts that it reads from memory, by ID
	number   int            // among all groups, in the order of their making
	level    int            // no group that it depends on has a higher one
	seen     int            // the last walk that came by
}

// Partition is what Fuse returns.
type Partition struct {
	Groups []*Group
	Of     []*Group // the group that computes a tensor, by the tensor's ID; nil if none does
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
	f := newFuser(stages)
	for i, stage := range stages {
		f.stage = i
		for _, x := range graph.Sorted(stage...) {
			if !f.placed[x.ID()] {
				f.placed[x.ID()] = true
				f.place(x)
			}
		}
		for _, x := range stage {
			f.materialize(x)
		}
	}
	f.Groups = slices.DeleteFunc(f.Groups, func(g *Group) bool { return g == nil })
	return f.Partition
}

// fuser holds a partition while it is made. Groups that others took in have
// left nil in Groups. Slices go by the IDs of tensors.
type fuser struct {
	Partition
	stage  int
	placed []bool
	uses   [][]graph.Tensor // who reads a tensor, in any stage
	walks  int
}

func newFuser(stages []Stage) *fuser {
	var all []graph.Tensor
	for _, stage := range stages {
		all = append(all, stage...)
	}
	for _, x := range graph.Sorted(all...) {
		all = append(all, results(x)...)
	}
	all = graph.Sorted(all...)
	n := 0
	for _, x := range all {
		n = max(n, x.ID()+1)
	}
	f := &fuser{Partition: Partition{Of: make([]*Group, n)}, placed: make([]bool, n), uses: make([][]graph.Tensor, n)}
	for _, x := range all {
		for _, in := range x.Inputs() {
			f.uses[in.ID()] = append(f.uses[in.ID()], x)
		}
	}
	return f
}

// results returns what one kernel makes along with x, x included; none if that is all
// it makes.
func results(x graph.Tensor) (all []graph.Tensor) {
	if op, ok := x.Op().(lowering.Joint); ok {
		for _, other := range op.Results() {
			all = append(all, x.Graph().Apply(other, x.Inputs()...))
		}
	}
	return all
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
	g.number = len(f.Groups)
	f.Groups = append(f.Groups, g)
	for x := range g.tensors() {
		f.Of[x.ID()] = g
	}
	for h := range f.needed(g) {
		g.level = max(g.level, h.level+1)
	}
	f.lift(g, g.level)
	return g
}

// tensors are those that the group computes.
func (g *Group) tensors() iter.Seq[graph.Tensor] {
	return func(yield func(graph.Tensor) bool) {
		for _, x := range g.Members {
			if !yield(x) {
				return
			}
		}
		for _, x := range g.Joint {
			if !yield(x) {
				return
			}
		}
		if g.Producer.Valid() && g.Joint == nil {
			yield(g.Producer)
		}
	}
}

// place puts x into a group, if it needs one.
func (f *fuser) place(x graph.Tensor) {
	switch op := x.Op().(type) {
	case graph.Leaf, lowering.Columns:
	case lowering.Broadcaster:
	case lowering.Viewer:
		f.materialize(x.Inputs()[0])
	case lowering.Producer:
		if f.Of[x.ID()] != nil { // made along with another
			return
		}
		for _, in := range x.Inputs() {
			f.materialize(in)
		}
		g := &Group{Stage: f.stage, Domain: x.Type(), Splits: splits(x.Type()), Producer: x, Joint: results(x), follows: canFollow(x)}
		if g.follows { // its blocks are rows of the last axis, or of more
			rows := x.Type().Rank() - 1
			if r, ok := op.(lowering.Rower); ok {
				rows = r.RowAxes()
			}
			g.Splits = 1 << rows
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
