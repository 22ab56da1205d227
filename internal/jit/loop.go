// Package jit makes machine code at run time from straight-line vector
// programs: one loop over rows and columns of float32 that keeps all values in
// vector registers.
//
// A [Loop] is written one operation at a time, as one writes for a machine
// with any number of registers; [Loop.Assemble] finds registers and encodes it
// for a [Target], and [Load] makes the result executable.
//
// The code makes no calls, uses no stack, touches no memory but the streams,
// numbers and spill of its [Args], and leaves alone the registers that Go
// keeps. Memory is writable or executable, never both.
package jit

import "descent/internal/formula"

// Step is how many elements one round of a loop works on. A round is as many
// parts as it has vectors of the target.
const Step = 16

var _ formula.Machine[Value] = (*Loop)(nil)

// A Value is a vector of a [Loop], or the outcome of a comparison.
type Value int32

// A Loop is the body of a loop over the elements of a row, Step at a time, in
// a loop over rows. Of the elements that a row has beyond a multiple of Step,
// lanes behind the end are neither read nor written.
//
// Values are computed in the order they are written; stores are done when all
// loads of a part of a round are, so a stream that is stored to may be the
// memory of one that is loaded from.
type Loop struct {
	values     []value
	known      map[value]Value
	stores     []value
	reductions []reduction
	streams    int
}

// value is one instruction. It is comparable, so that equal ones merge.
type value struct {
	op   operation
	args [3]Value // as many as the operation has
	imm  uint32
}

func (v *value) uses() []Value { return v.args[:operands[v.op]] }

// invariant says whether v is the same in all rounds of a row.
func (v *value) invariant() bool { return v.op <= opRowNumber }

// reduction is a value that is combined along a row.
type reduction struct {
	stream int
	start  uint32
	f      func(x, y Value) Value
	lanes  bool // start and result are the 16 lanes of the stream
}

// NewLoop returns an empty loop.
func NewLoop() *Loop { return &Loop{known: map[value]Value{}} }

func (l *Loop) add(v value) Value {
	if r, ok := l.known[v]; ok {
		return r
	}
	r := Value(len(l.values))
	l.values = append(l.values, v)
	l.known[v] = r
	return r
}

// Const has the given 32 bits in every lane.
func (l *Loop) Const(bits uint32) Value { return l.add(value{op: opConst, imm: bits}) }

// Number has element i of Args.Numbers in every lane.
func (l *Loop) Number(i int) Value { return l.add(value{op: opNumber, imm: uint32(i)}) }

// RowNumber has the stream's number for the row in every lane.
func (l *Loop) RowNumber(stream int) Value {
	return l.add(value{op: opRowNumber, imm: l.stream(stream)})
}

// Load is the stream's elements of the round.
func (l *Loop) Load(stream int) Value { return l.add(value{op: opLoad, imm: l.stream(stream)}) }

// Store writes x to the stream.
func (l *Loop) Store(stream int, x Value) {
	l.stores = append(l.stores, value{op: opStore, args: [3]Value{x}, imm: l.stream(stream)})
}

// Reduce combines x along each row by f, starting from the bits given, and
// writes the result to the row's number of the stream. Element i of a row
// goes to lane i mod 16, in order; then lane i is combined with i+8, and with
// i+4, i+2 and i+1.
func (l *Loop) Reduce(stream int, start uint32, x Value, f func(x, y Value) Value) {
	l.reduce(reduction{int(l.stream(stream)), start, f, false}, x)
}

// Accumulate combines x along each row with the 16 lanes that the stream has
// for the row: element i goes to lane i mod 16, in order.
func (l *Loop) Accumulate(stream int, x Value, f func(x, y Value) Value) {
	l.reduce(reduction{int(l.stream(stream)), 0, f, true}, x)
}

func (l *Loop) reduce(r reduction, x Value) {
	n := len(l.reductions)
	l.reductions = append(l.reductions, r)
	next := r.f(l.accumulator(n, 0), x)
	l.values = append(l.values, value{op: opKeep, args: [3]Value{next}, imm: uint32(n * Step)})
}

func (l *Loop) accumulator(n, part int) Value {
	return l.add(value{op: opAcc, imm: uint32(n*Step + part)})
}

func (l *Loop) stream(i int) uint32 {
	l.streams = max(l.streams, i+1)
	return uint32(i)
}

func (l *Loop) unary(op operation, x Value) Value { return l.add(value{op: op, args: [3]Value{x}}) }

func (l *Loop) binary(op operation, x, y Value) Value {
	return l.add(value{op: op, args: [3]Value{x, y}})
}

func (l *Loop) shift(op operation, x Value, n int) Value {
	return l.add(value{op: op, args: [3]Value{x}, imm: uint32(n)})
}

// The operations of a [formula.Machine].

func (l *Loop) Add(x, y Value) Value { return l.binary(opAdd, x, y) }
func (l *Loop) Sub(x, y Value) Value { return l.binary(opSub, x, y) }
func (l *Loop) Mul(x, y Value) Value { return l.binary(opMul, x, y) }
func (l *Loop) Div(x, y Value) Value { return l.binary(opDiv, x, y) }
func (l *Loop) Min(x, y Value) Value { return l.binary(opMin, x, y) }
func (l *Loop) Max(x, y Value) Value { return l.binary(opMax, x, y) }
func (l *Loop) And(x, y Value) Value { return l.binary(opAnd, x, y) }
func (l *Loop) Or(x, y Value) Value  { return l.binary(opOr, x, y) }
func (l *Loop) Xor(x, y Value) Value { return l.binary(opXor, x, y) }

func (l *Loop) AddInt(x, y Value) Value { return l.binary(opAddInt, x, y) }
func (l *Loop) SubInt(x, y Value) Value { return l.binary(opSubInt, x, y) }
func (l *Loop) MaxInt(x, y Value) Value { return l.binary(opMaxInt, x, y) }

func (l *Loop) Sqrt(x Value) Value    { return l.unary(opSqrt, x) }
func (l *Loop) ToFloat(x Value) Value { return l.unary(opToFloat, x) }

func (l *Loop) Shl(x Value, n int) Value { return l.shift(opShl, x, n) }
func (l *Loop) Sar(x Value, n int) Value { return l.shift(opSar, x, n) }

func (l *Loop) FMA(a, b, c Value) Value {
	return l.add(value{op: opFMA, args: [3]Value{a, b, c}})
}

func (l *Loop) FNMA(a, b, c Value) Value {
	return l.add(value{op: opFNMA, args: [3]Value{a, b, c}})
}

// Compare is where the predicate holds, a mask.
func (l *Loop) Compare(p formula.Predicate, x, y Value) Value {
	if p == formula.IsNotEqual {
		if v := l.values[x]; v.op == opOnly { // what Only has made of a mask
			of, known := l.Bits(v.args[1])
			with, zero := l.Bits(y)
			if known && of<<1 != 0 && zero && with<<1 == 0 {
				return v.args[0]
			}
		}
	}
	return l.add(value{op: opCompare, args: [3]Value{x, y}, imm: uint32(p)})
}

// Bits is what a constant has in every lane.
func (l *Loop) Bits(x Value) (bits uint32, ok bool) {
	v := &l.values[x]
	return v.imm, v.op == opConst
}

// Pick is x where the mask holds, and y elsewhere.
func (l *Loop) Pick(mask, x, y Value) Value {
	return l.add(value{op: opPick, args: [3]Value{mask, x, y}})
}

// Only is x where the mask holds, and 0 elsewhere.
func (l *Loop) Only(mask, x Value) Value {
	return l.add(value{op: opOnly, args: [3]Value{mask, x}})
}
