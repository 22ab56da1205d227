package program

// fuser rewrites chains of maps into the macros of the instruction set. A
// macro rounds where its parts round, so bits do not change. A part that
// something else reads stays as it is.
//
// Macros serve the interpreter, as machine code keeps values in registers
// anyway: without them a step of one row with Adam takes 2.0 times as long in
// assembly, and 3.5 in plain Go.
type fuser struct {
	nodes []node
	uses  []int
	one   Reg // the constant 1
}

func (f *fuser) run() {
	for r := range f.nodes {
		n := &f.nodes[r]
		if n.class != Full || f.uses[r] == 0 {
			continue
		}
		switch n.op {
		case opAdd:
			f.add(n)
		case opSub:
			f.sub(n)
		case opDiv:
			f.div(n)
		}
	}
}

// add is x·s + y·t, x²·s + y·t, √(x·s) + t or x·s + y.
func (f *fuser) add(n *node) {
	a, b := n.args[0], n.args[1]
	if f.sum(n, a, b) || f.sum(n, b, a) {
		return
	}
	if !f.sqrtScaleAdd(n, a, b) {
		f.sqrtScaleAdd(n, b, a)
	}
}

// sum fuses a scaled a with b, preferring the forms that swallow most: the
// caller tries both orders, so x² is looked for first.
func (f *fuser) sum(n *node, a, b Reg) bool {
	x, s, ok := f.scaled(a)
	if !ok || a == b || f.nodes[b].class != Full {
		return false
	}
	y, t, both := f.scaled(b)
	switch {
	case both && f.isSquare(x):
		f.replace(n, opSquareAxpby, f.swallow(x), s, y, t)
	case both && f.isSquare(y):
		f.replace(n, opSquareAxpby, f.swallow(y), t, x, s)
	case both:
		f.replace(n, opAxpby, x, s, y, t)
	default:
		f.axpy(n, x, s, b)
		f.uses[a]--
		return true
	}
	f.uses[a]--
	f.uses[b]--
	return true
}

// sqrtScaleAdd fuses √(x·s) + t, and √x + t with s = 1.
func (f *fuser) sqrtScaleAdd(n *node, a, t Reg) bool {
	if f.nodes[a].op != opSqrt || f.uses[a] != 1 || f.nodes[t].class != One {
		return false
	}
	x, s := f.scaledOrWhole(f.nodes[a].args[0])
	f.uses[a]--
	f.replace(n, opSqrtScaleAdd, x, s, t)
	return true
}

// sub is y − x·s or x·s − y·t: sums with the last scalar negated.
func (f *fuser) sub(n *node) {
	a, b := n.args[0], n.args[1]
	y, t, ok := f.scaled(b)
	if !ok || a == b || f.nodes[a].class != Full {
		return
	}
	if x, s, ok := f.scaled(a); ok {
		f.replace(n, opAxpby, x, s, y, t)
		f.uses[a]--
	} else {
		f.axpy(n, y, t, a)
	}
	n.neg = true
	f.uses[b]--
}

// div is (x·s) / (√(y·t) + u), with s = 1 for x / (√(y·t) + u), or
// (x·s) / y.
func (f *fuser) div(n *node) {
	a, b := n.args[0], n.args[1]
	if a == b || f.nodes[a].class != Full || f.nodes[b].class != Full {
		return
	}
	if d := &f.nodes[b]; d.op == opSqrtScaleAdd && f.uses[b] == 1 {
		f.uses[b]--
		x, s := f.scaledOrWhole(a)
		f.replace(n, opRatio, x, s, d.args[0], d.args[1], d.args[2])
	} else if x, s, ok := f.scaled(a); ok {
		f.uses[a]--
		f.replace(n, opScaleDiv, x, s, b)
	}
}

// axpy makes n x·s + y, and where x is a ratio of one use, all of it.
func (f *fuser) axpy(n *node, x, s, y Reg) {
	q := f.nodes[x]
	if q.op != opRatio || f.uses[x] != 1 || x == y {
		f.replace(n, opAxpy, x, s, y)
		return
	}
	f.uses[x]--
	f.replace(n, opRatioStep, q.args[0], q.args[1], q.args[2], q.args[3], q.args[4], y, s)
}

// scaled says whether r is x·s with x Full, s One and no other reader.
func (f *fuser) scaled(r Reg) (x, s Reg, ok bool) {
	n := &f.nodes[r]
	if n.op != opMul || n.class != Full || f.uses[r] != 1 {
		return 0, 0, false
	}
	x, s = n.args[0], n.args[1]
	if f.nodes[x].class == One {
		x, s = s, x
	}
	return x, s, f.nodes[x].class == Full && f.nodes[s].class == One
}

// scaledOrWhole takes r apart as x·s and takes its reader away, or returns r
// and 1.
func (f *fuser) scaledOrWhole(r Reg) (x, s Reg) {
	if x, s, ok := f.scaled(r); ok {
		f.uses[r]--
		return x, s
	}
	return r, f.one
}

func (f *fuser) isSquare(r Reg) bool { return f.nodes[r].op == opSquare && f.uses[r] == 1 }

// swallow returns the operand of the square r, which loses its reader.
func (f *fuser) swallow(r Reg) Reg {
	f.uses[r]--
	return f.nodes[r].args[0]
}

func (f *fuser) replace(n *node, op opcode, args ...Reg) {
	n.op, n.args = op, [maxArgs]Reg{}
	copy(n.args[:], args)
}
