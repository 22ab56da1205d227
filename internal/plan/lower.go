package plan

import (
	"fmt"
	"strings"

	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/kernel/program"
	"descent/internal/lowering"
	"descent/internal/rewrite"
)

// lowered is the instruction of a group before memory is known.
type lowered struct {
	kernel kernel.Kernel
	name   string
	stage  int
	in     []graph.Tensor // whose memory the kernel reads
	whole  []bool         // for each of in: read other than element by element
	out    []graph.Tensor // in the order of the kernel's outputs
	fixed  bool           // the kernel writes out[0] before it reads all of in
	spared []bool         // for each of out: nothing reads it, and the kernel does not make it; nil: it makes all
	at     int            // where in out[0] the result begins
	joins  []int          // the instructions that have written out[0], which nothing is left to do for
}

// lower turns g into a kernel. needed tells which tensors others read.
func lower(g *rewrite.Group, needed func(graph.Tensor) bool) lowered {
	l := lowered{stage: g.Stage}
	var names []string
	if g.Producer.Valid() {
		types := []graph.Type{}
		for _, x := range g.Producer.Inputs() {
			types = append(types, x.Type())
			l.in = append(l.in, rewrite.Memory(x))
			l.whole = append(l.whole, true)
		}
		l.kernel = g.Producer.Op().(lowering.Producer).Kernel(g.Producer.Type(), types...)
		if _, ok := l.kernel.(kernel.Overwriter); ok {
			l.whole[0] = false
		} else {
			l.fixed = true
		}
		names = append(names, g.Producer.Op().Name())
	}
	if len(g.Members) == 0 {
		if l.out = g.Joint; l.out == nil {
			l.out = []graph.Tensor{g.Producer}
		}
		if _, ok := l.kernel.(kernel.Sparer); ok {
			for _, x := range l.out {
				l.spared = append(l.spared, !needed(x))
			}
		}
		l.name = names[0] + g.Domain.String()
		return l
	}
	w := &writer{lowered: &l, group: g, b: program.NewBuilder(), regs: map[int]program.Reg{}, split: split(g)}
	if g.Producer.Valid() {
		w.regs[g.Producer.ID()] = w.b.Input(program.Full)
		if needed(g.Producer) {
			w.output(g.Producer)
		}
	}
	for _, x := range g.Members {
		names = append(names, x.Op().Name())
		w.member(x)
		if needed(x) {
			w.output(x)
		}
	}
	rows, cols := w.shape()
	program := w.b.Build()
	if g.Producer.Valid() {
		l.kernel = l.kernel.(kernel.Follower).Follow(program)
	} else {
		l.kernel = program.Kernel(rows, cols)
	}
	l.name = strings.Join(names, "·") + g.Domain.String()
	return l
}

// split chooses where the domain's rows end: before the last axis if it may.
func split(g *rewrite.Group) int {
	for s := g.Domain.Rank() - 1; s >= 0; s-- {
		if g.Splits.Has(s) {
			return s
		}
	}
	return g.Domain.Rank()
}

// writer writes the program of one group.
type writer struct {
	*lowered
	group *rewrite.Group
	b     *program.Builder
	regs  map[int]program.Reg // of members and of memory that has been read
	split int
}

func (w *writer) shape() (rows, cols int) {
	rows, cols = 1, 1
	for i, d := range w.group.Domain.Dims() {
		if i < w.split {
			rows *= d
		} else {
			cols *= d
		}
	}
	return rows, cols
}

// member computes x into a register; sinks become outputs at once.
func (w *writer) member(x graph.Tensor) {
	switch op := x.Op().(type) {
	case lowering.Reducer:
		in := x.Inputs()[0]
		r := w.read(in)
		switch {
		case w.folds(op, true):
			w.regs[x.ID()] = op.LowerRows(w.b, w.full(in, r))
		default:
			w.out = append(w.out, x)
			op.LowerSink(w.b, w.full(in, r), w.folds(op, false))
		}
	case lowering.Broadcaster: // one that must exist in memory
		w.regs[x.ID()] = w.b.Full(w.operand(x.Inputs()[0]))
	case lowering.Mapper:
		in := make([]program.Reg, len(x.Inputs()))
		for i, operand := range x.Inputs() {
			in[i] = w.read(operand)
		}
		w.regs[x.ID()] = op.Lower(w.b, in...)
	default: // a constant or scalar that must exist in memory
		w.regs[x.ID()] = w.operand(x)
	}
}

// output stores x, unless it is a sink, which is an output by itself.
func (w *writer) output(x graph.Tensor) {
	if r, ok := w.regs[x.ID()]; ok {
		w.b.Output(w.full(x, r))
		w.out = append(w.out, x)
	}
}

// full repeats r if x has a value for each element but r has not.
func (w *writer) full(x graph.Tensor, r program.Reg) program.Reg {
	if x.Type().Size() == w.group.Domain.Size() {
		return w.b.Full(r)
	}
	return r
}

// folds reports whether op folds the columns' axes, and not the rows', if
// rowwise; or the other way round.
func (w *writer) folds(op lowering.Reducer, rowwise bool) bool {
	t := w.group.Domain
	all := true
	for i := range t.Rank() {
		if t.Dim(i) > 1 {
			if op.Axes().Has(i) != (i >= w.split == rowwise) {
				return false
			}
			all = all && op.Axes().Has(i)
		}
	}
	return !(rowwise && all && op.Sinks() && t.Size() > rewrite.MaxSingleRow) && !(!rowwise && all)
}

// read returns the register of operand x.
func (w *writer) read(x graph.Tensor) program.Reg {
	return w.operand(w.group.Read(x))
}

// operand returns the register of x, which is a member, free to make, or
// memory that becomes an input.
func (w *writer) operand(x graph.Tensor) program.Reg {
	if r, ok := w.regs[x.ID()]; ok {
		return r
	}
	var r program.Reg
	switch op := x.Op().(type) {
	case graph.Const:
		r = w.b.Const(op.Value())
	case graph.ScalarEntry:
		r = w.b.Scalar(op.Slot)
	case lowering.Columns:
		r = w.b.ColIndex()
	default:
		class := w.class(x.Type())
		r = w.b.Input(class)
		w.in = append(w.in, rewrite.Memory(x))
		w.whole = append(w.whole, class != program.Full)
	}
	w.regs[x.ID()] = r
	return r
}

// class says how memory of type t is read over the domain.
func (w *writer) class(t graph.Type) program.Class {
	before, from := rewrite.Matches(w.group.Domain, t, w.split)
	switch {
	case before == rewrite.Equal && from == rewrite.Equal:
		return program.Full
	case t.Size() == 1:
		return program.One
	case before == rewrite.Equal && from == rewrite.Single:
		return program.Row
	case before == rewrite.Single && from == rewrite.Equal:
		return program.Col
	}
	panic(fmt.Sprintf("plan: %v cannot be read over %v split at %d", t, w.group.Domain, w.split))
}
