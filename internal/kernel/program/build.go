package program

import "math"

// Build returns the finished program: what no output needs is dropped,
// chains become macros, values get places. The builder stays usable.
func (b *Builder) Build() *Program {
	nodes := append([]node(nil), b.nodes...)
	one := Reg(len(nodes)) // for macros that scale by nothing
	nodes = append(nodes, node{op: opConst, imm: uint64(math.Float32bits(1))})
	outs := directOutputs(nodes, b.outputs)
	f := fuser{nodes, countUses(nodes, outs), one}
	f.run()

	p := &Program{inputs: append([]Class(nil), b.inputs...)}
	a := allocator{p: p, nodes: nodes, uses: countUses(nodes, outs), places: make([]place, len(nodes))}
	a.run(outs)
	return p
}

// directOutputs drops the copy before an output where the value itself can
// serve: it is computed, not read, and serves no other output.
func directOutputs(nodes []node, outputs []output) []output {
	outs := append([]output(nil), outputs...)
	taken := map[Reg]bool{}
	for j, o := range outs {
		if o.kind != outValue {
			continue
		}
		if src := nodes[o.reg].args[0]; nodes[src].op != opInput && !taken[src] {
			outs[j].reg, taken[src] = src, true
		}
	}
	return outs
}

// countUses counts the readers of each value that some output needs.
func countUses(nodes []node, outs []output) []int {
	uses := make([]int, len(nodes))
	for _, o := range outs {
		uses[o.reg]++
	}
	for r := len(nodes) - 1; r >= 0; r-- {
		if uses[r] == 0 {
			continue
		}
		for _, x := range nodes[r].uses() {
			uses[x]++
		}
	}
	return uses
}

// allocator gives each value a place. Temporaries of a tile are reused as
// soon as their value is dead, so that few are live and all stay in L1.
type allocator struct {
	p      *Program
	nodes  []node
	uses   []int
	places []place
	free   []int32 // temporaries of class Full
}

func (a *allocator) run(outs []output) {
	last := a.lastReads(outs)
	outOf := map[Reg]int{}
	for j, o := range outs {
		if o.kind == outValue {
			outOf[o.reg] = j
		}
	}
	for r := range a.nodes {
		if n := &a.nodes[r]; a.uses[r] > 0 && n.class == One { // first, as they run first
			a.places[r] = a.place(n, -1)
			a.emit(Reg(r))
		}
	}
	for r := range a.nodes {
		reg, n := Reg(r), &a.nodes[r]
		if a.uses[r] == 0 || n.class == One {
			continue
		}
		for i, x := range n.uses() { // operands that die here may hold the result
			if pl := a.places[x]; last[x] == r && pl.class == Full && !pl.input && !repeats(n.uses()[:i], x) {
				a.free = append(a.free, pl.at)
			}
		}
		out := int32(-1)
		if j, ok := outOf[reg]; ok && n.class == Full {
			out = int32(j)
		}
		a.places[r] = a.place(n, out)
		a.emit(reg)
	}
	for _, o := range outs {
		a.output(o, last)
	}
	for _, sinks := range []bool{true, false} {
		for j, o := range outs {
			if sinks == (o.kind != outValue) {
				a.p.finish = append(a.p.finish, j)
			}
		}
	}
}

// lastReads returns the last reader of each value; len(nodes) for values
// that are read when the tile is done.
func (a *allocator) lastReads(outs []output) []int {
	last := make([]int, len(a.nodes))
	for r := range a.nodes {
		if a.uses[r] > 0 {
			for _, x := range a.nodes[r].uses() {
				last[x] = r
			}
		}
	}
	for _, o := range outs {
		last[o.reg] = len(a.nodes)
	}
	return last
}

func repeats(regs []Reg, x Reg) bool {
	for _, r := range regs {
		if r == x {
			return true
		}
	}
	return false
}

func (a *allocator) place(n *node, out int32) place {
	if n.op == opInput && n.class != One {
		return place{class: n.class, input: true, at: int32(n.imm), out: -1}
	}
	next := func(count *int) place {
		*count++
		return place{class: n.class, at: int32(*count - 1), out: out}
	}
	switch n.class {
	case One:
		return next(&a.p.ones)
	case Row:
		return next(&a.p.rowTemps)
	case Col:
		return next(&a.p.colTemps)
	}
	if k := len(a.free); k > 0 {
		at := a.free[k-1]
		a.free = a.free[:k-1]
		return place{class: Full, at: at, out: out}
	}
	return next(&a.p.tileTemps)
}

func (a *allocator) emit(r Reg) {
	p, n := a.p, &a.nodes[r]
	p.class = p.class.join(n.class)
	p.rowWise = p.rowWise || n.op == opRowSum || n.op == opRowMax
	p.columns = p.columns || n.class == Row || n.class == Col
	if a.places[r].input {
		return
	}
	in := instr{op: n.op, neg: n.neg, dst: a.places[r], imm: n.imm}
	for i, x := range n.uses() {
		in.args[i] = a.places[x]
		if n.class == Full && in.args[i].class == Col {
			in.args[i].wide = a.wide(in.args[i])
		}
	}
	switch n.class {
	case One:
		p.head = append(p.head, in)
	case Col:
		p.cols = append(p.cols, in)
	default:
		p.body = append(p.body, in)
	}
}

// wide returns the number of a Col among those that may be spread over a tile.
func (a *allocator) wide(col place) int32 {
	for i, w := range a.p.wides {
		if w == col {
			return int32(i)
		}
	}
	a.p.wides = append(a.p.wides, col)
	return int32(len(a.p.wides) - 1)
}

func (a *allocator) output(o output, last []int) {
	op := outputPlace{kind: o.kind, src: a.places[o.reg]}
	switch o.kind {
	case outSumAll:
		op.sum = a.p.sums
		a.p.sums++
	case outColSum:
		a.p.hasColSum, a.p.columns = true, true
	}
	for r := range a.nodes {
		if n := &a.nodes[r]; n.op == opInput && n.class == Full && a.uses[r] > 0 && last[r] > int(o.reg) {
			op.late = append(op.late, int32(n.imm))
		}
	}
	a.p.outputs = append(a.p.outputs, op)
}
