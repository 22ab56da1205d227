package rewrite

import (
	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/lowering"
)

// fit reports whether groups a and b can be one.
func (f *fuser) fit(a, b *Group) bool {
	if !sameShape(a.Domain, b.Domain) || a.Splits&b.Splits == 0 {
		return f.fitRows(a, b)
	}
	switch {
	case a.Producer.Valid() && b.Producer.Valid(),
		(a.Producer.Valid() || b.Producer.Valid()) && (a.folds || b.folds),
		a.Producer.Valid() && f.onlyFolded(b.Members[len(b.Members)-1]),
		a.Producer.Valid() && !a.follows,
		b.Producer.Valid() && !b.follows:
		return false
	}
	return !f.readsSink(a, b) && !f.readsSink(b, a) && !f.detour(a, b)
}

// fitRows reports whether b, a mapping of one value a row, can join a, whose
// rows those are.
func (f *fuser) fitRows(a, b *Group) bool {
	if a.Producer.Valid() || b.Producer.Valid() || b.folds && !a.folds {
		return false
	}
	rows := f.rowSplits(a.Domain, b.Domain) & a.Splits
	if rows == 0 {
		return false
	}
	for _, m := range b.Members { // its operands, too, must be one value a row or fewer
		if _, ok := m.Op().(lowering.Mapper); !ok || !sameShape(m.Type(), b.Domain) {
			return false
		}
		varies := false
		for _, in := range m.Inputs() {
			rows &= splitsToRead(a.Domain, b.Read(in))
			varies = varies || b.Read(in).Type().Size() > 1
		}
		if !varies { // one value for all rows is no value of a row
			return false
		}
	}
	if rows == 0 || f.readsSink(a, b) || f.readsSink(b, a) || f.detour(a, b) {
		return false
	}
	b.Splits = rows
	return true
}

// Read returns the tensor that the group's program reads for operand x: the
// source of a broadcast, unless the group reads a copy.
func (g *Group) Read(x graph.Tensor) graph.Tensor {
	if g.copied[x.ID()] {
		return x
	}
	return source(x)
}

// onlyFolded reports whether nothing but reductions reads x: then it is
// cheaper computed with them than written by a producer.
func (f *fuser) onlyFolded(x graph.Tensor) bool {
	for _, user := range f.uses[x.ID()] {
		if _, ok := user.Op().(lowering.Reducer); !ok {
			return false
		}
	}
	return len(f.uses[x.ID()]) > 0
}

func canFollow(producer graph.Tensor) bool {
	in := []graph.Type{}
	for _, x := range producer.Inputs() {
		in = append(in, x.Type())
	}
	_, ok := producer.Op().(lowering.Producer).Kernel(producer.Type(), in...).(kernel.Follower)
	return ok
}

// readsSink reports whether a reads a result of b that exists only when all
// of b has run.
func (f *fuser) readsSink(a, b *Group) bool {
	splits := a.Splits & b.Splits
	for _, m := range a.Members {
		for _, in := range m.Inputs() {
			x := a.Read(in)
			if op, ok := x.Op().(lowering.Reducer); ok && f.Of[x.ID()] == b {
				if rowFolds(op, b.Domain)&splits == 0 {
					return true
				}
			}
		}
	}
	return false
}
