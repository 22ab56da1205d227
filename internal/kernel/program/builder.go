package program

import (
	"math"

	"descent/internal/formula"
)

// A Reg names a value of the program that a [Builder] is building.
type Reg int32

// A Class says how a value varies over the domain of rows × cols.
type Class uint8

const (
	One  Class = iota // a single value
	Row               // one value per row
	Col               // one value per column
	Full              // one value per element
)

func (c Class) String() string { return [...]string{"One", "Row", "Col", "Full"}[c] }

// join is the class of a map over values of classes c and d.
func (c Class) join(d Class) Class {
	if c == Row && d == Col || c == Col && d == Row {
		return Full
	}
	return max(c, d)
}

// A node is one value: an opcode over earlier values. It is comparable, so
// that equal nodes merge.
type node struct {
	op    opcode
	class Class
	neg   bool // a macro's last scalar is negated: its sum is a difference
	args  [maxArgs]Reg
	imm   uint64
}

func (n *node) uses() []Reg { return n.args[:n.op.args()] }

// An output is what a program writes: a value, or the sum of one.
type output struct {
	kind outputKind
	reg  Reg
}

type outputKind uint8

const (
	outValue  outputKind = iota // the value itself, a buffer of its class
	outSumAll                   // one float: the sum over the value's class
	outColSum                   // cols floats: the sum over rows
)

// A Builder writes a fused elementwise program over a domain of rows × cols,
// one instruction per method. Equal instructions merge and instructions on
// constants are folded, in float32, so building is free to repeat itself.
type Builder struct {
	nodes   []node
	known   map[node]Reg
	inputs  []Class
	outputs []output
}

// NewBuilder returns an empty program.
func NewBuilder() *Builder { return &Builder{known: map[node]Reg{}} }

// Class returns how x varies.
func (b *Builder) Class(x Reg) Class { return b.nodes[x].class }

// Input is the next input buffer: 1, rows, cols or rows·cols float32.
func (b *Builder) Input(c Class) Reg {
	b.inputs = append(b.inputs, c)
	return b.add(node{op: opInput, class: c, imm: uint64(len(b.inputs) - 1)})
}

// Scalar is entry slot of the scalar table, read when the program runs.
func (b *Builder) Scalar(slot int) Reg { return b.add(node{op: opScalar, imm: uint64(slot)}) }

// Const is the number v.
func (b *Builder) Const(v float32) Reg {
	return b.add(node{op: opConst, imm: uint64(math.Float32bits(v))})
}

// Uniform is uniform on [0, 1): the element at row r and column c is element
// r·cols + c of the stream, whatever the partition into tasks.
func (b *Builder) Uniform(stream uint64) Reg {
	return b.add(node{op: opUniform, class: Full, imm: stream})
}

// ColIndex is the number of the column, 0, 1, 2, ...
func (b *Builder) ColIndex() Reg { return b.add(node{op: opColIndex, class: Col}) }

// Unary is f(x), of class x.
func (b *Builder) Unary(f formula.Unary, x Reg) Reg {
	return b.add(node{op: firstUnary + opcode(f), class: b.Class(x), args: [maxArgs]Reg{x}})
}

// Binary is f(x, y); its class is the join of theirs.
func (b *Builder) Binary(f formula.Binary, x, y Reg) Reg {
	if f == formula.Mul && x == y {
		return b.Square(x)
	}
	if f.Commutes() && x > y {
		x, y = y, x
	}
	return b.add(node{op: firstBinary + opcode(f), class: b.Class(x).join(b.Class(y)), args: [maxArgs]Reg{x, y}})
}

// Arithmetic, which most programs are written in, has names of its own.

func (b *Builder) Neg(x Reg) Reg    { return b.Unary(formula.Neg, x) }
func (b *Builder) Square(x Reg) Reg { return b.Unary(formula.Square, x) }
func (b *Builder) Sqrt(x Reg) Reg   { return b.Unary(formula.Sqrt, x) }
func (b *Builder) Add(x, y Reg) Reg { return b.Binary(formula.Add, x, y) }
func (b *Builder) Sub(x, y Reg) Reg { return b.Binary(formula.Sub, x, y) }
func (b *Builder) Mul(x, y Reg) Reg { return b.Binary(formula.Mul, x, y) }
func (b *Builder) Div(x, y Reg) Reg { return b.Binary(formula.Div, x, y) }

// Select is x where cond ≠ 0, which NaN is, and y elsewhere.
func (b *Builder) Select(cond, x, y Reg) Reg {
	class := b.Class(cond).join(b.Class(x)).join(b.Class(y))
	return b.add(node{op: opSelect, class: class, args: [maxArgs]Reg{cond, x, y}})
}

// RowSum is the sum of each row of x, for use by later instructions.
func (b *Builder) RowSum(x Reg) Reg {
	return b.add(node{op: opRowSum, class: Row, args: [maxArgs]Reg{b.Full(x)}})
}

// RowMax is the maximum of each row of x; NaN if the row has one.
func (b *Builder) RowMax(x Reg) Reg {
	return b.add(node{op: opRowMax, class: Row, args: [maxArgs]Reg{b.Full(x)}})
}

// Output writes x to the next output buffer, of the size of its class.
//
// The buffer may be the memory of an input of the same class, if that class
// is the widest of the program: the result is as if all inputs were read
// before any output is written.
func (b *Builder) Output(x Reg) {
	n := node{op: opCopy, class: b.Class(x), args: [maxArgs]Reg{x}, imm: uint64(len(b.outputs))}
	b.outputs = append(b.outputs, output{outValue, b.add(n)})
}

// SumAll writes the sum of x to the next output, one float. Each value
// counts once: a Row is summed over rows, a Full over all elements.
func (b *Builder) SumAll(x Reg) { b.outputs = append(b.outputs, output{outSumAll, x}) }

// ColSum writes the sum of each column of x to the next output, cols floats.
func (b *Builder) ColSum(x Reg) { b.outputs = append(b.outputs, output{outColSum, b.Full(x)}) }

// Full returns x repeated to one value for each element of the domain, as an
// output or a sum over elements takes it.
func (b *Builder) Full(x Reg) Reg {
	if b.Class(x) == Full {
		return x
	}
	return b.add(node{op: opExpand, class: Full, args: [maxArgs]Reg{x}})
}

// add appends n, unless an equal node exists or n is a constant.
func (b *Builder) add(n node) Reg {
	if v, ok := b.fold(&n); ok {
		return b.Const(v)
	}
	if r, ok := b.known[n]; ok {
		return r
	}
	r := Reg(len(b.nodes))
	b.nodes = append(b.nodes, n)
	b.known[n] = r
	return r
}

// fold returns the value of a map over constants.
func (b *Builder) fold(n *node) (float32, bool) {
	if !n.op.isUnary() && !n.op.isBinary() && n.op != opSelect {
		return 0, false
	}
	var v [3]float32
	for i, x := range n.uses() {
		if b.nodes[x].op != opConst {
			return 0, false
		}
		v[i] = math.Float32frombits(uint32(b.nodes[x].imm))
	}
	switch {
	case n.op.isUnary():
		return n.op.unary().Plain()(v[0]), true
	case n.op.isBinary():
		return n.op.binary().Plain()(v[0], v[1]), true
	}
	return formula.Select32(v[0], v[1], v[2]), true
}
