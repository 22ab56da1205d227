// Package jit makes machine code at run time from straight-line vector
// programs: one loop over rows and columns of float32 that keeps all values in
// vector registers.
//
// A [Loop] is written one instruction at a time, as one writes for a machine
// with any number of registers; [Loop.Assemble] finds registers and encodes it
// in AVX-512 or AVX2, and [Load] makes the result executable.
//
// The code makes no calls, uses no stack, touches no memory but the streams,
// numbers and spill of its [Args], and leaves alone the registers that Go
// keeps. Memory is writable or executable, never both.
package jit

import "descent/internal/formula"

// Step is how many elements one round of a loop works on: one vector of
// AVX-512, two of AVX2.
const Step = 16

var _ formula.Machine[Value] = (*Loop)(nil)

// A Value is a vector of a [Loop], or the outcome of a comparison.
type Value int32

// A Loop is the body of a loop over the elements of a row, Step at a time, in
// a loop over rows. The elements that a row has beyond a multiple of Step are
// done under a mask.
//
// Values are computed in the order they are written; stores are done when all
// loads of a round are, so a stream that is stored to may be the memory of one
// that is loaded from.
type Loop struct {
	wide       bool
	values     []value
	known      map[value]Value
	stores     []value
	reductions []reduction
	streams    int
}

// value is one instruction. It is comparable, so that equal ones merge.
type value struct {
	kind kind
	form form     // of kinds binary and unary
	args [3]Value // as many as the kind has
	imm  uint32   // stream, number, bits, predicate, count, or which accumulator
}

type kind uint8

const (
	kindConst     kind = iota // imm: bits of every lane
	kindNumber                // imm: which of Args.Numbers
	kindRowNumber             // imm: stream; one number a row
	kindLoad                  // imm: stream
	kindBinary
	kindUnary
	kindShift   // imm: count, and the field of the opcode above bit 8
	kindCompare // imm: predicate
	kindPick    // mask, x, y
	kindOnly    // mask, x
	kindFMA     // a·b + c
	kindFNMA    // c − a·b
	kindAcc     // imm: which half of which accumulator
	kindSwap    // imm: distance of the lanes that trade places
	kindStore   // imm: stream
	kindKeep    // args: the next value of an accumulator; imm: which
	kindResult  // imm: stream; lane 0 is the row's result
)

var kindArgs = [...]int{
	kindBinary: 2, kindUnary: 1, kindShift: 1, kindCompare: 2, kindPick: 3, kindOnly: 2,
	kindFMA: 3, kindFNMA: 3, kindSwap: 1, kindStore: 1, kindKeep: 1, kindResult: 1,
}

func (v *value) uses() []Value { return v.args[:kindArgs[v.kind]] }

// invariant says whether v is the same in all rounds of a row.
func (v *value) invariant() bool { return v.kind <= kindRowNumber }

// reduction is a value that is combined along a row.
type reduction struct {
	stream int
	start  uint32
	f      func(x, y Value) Value
	lanes  bool // start and result are the 16 lanes of the stream
}

// NewLoop returns an empty loop for AVX-512 where wide is set, and for AVX2
// otherwise.
func NewLoop(wide bool) *Loop { return &Loop{wide: wide, known: map[value]Value{}} }

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
func (l *Loop) Const(bits uint32) Value { return l.add(value{kind: kindConst, imm: bits}) }

// Number has element i of Args.Numbers in every lane.
func (l *Loop) Number(i int) Value { return l.add(value{kind: kindNumber, imm: uint32(i)}) }

// RowNumber has the stream's number for the row in every lane.
func (l *Loop) RowNumber(stream int) Value {
	return l.add(value{kind: kindRowNumber, imm: l.stream(stream)})
}

// Load is the stream's elements of the round.
func (l *Loop) Load(stream int) Value { return l.add(value{kind: kindLoad, imm: l.stream(stream)}) }

// Store writes x to the stream.
func (l *Loop) Store(stream int, x Value) {
	l.stores = append(l.stores, value{kind: kindStore, args: [3]Value{x}, imm: l.stream(stream)})
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
	l.values = append(l.values, value{kind: kindKeep, args: [3]Value{next}, imm: uint32(2 * n)})
}

func (l *Loop) accumulator(n, half int) Value {
	return l.add(value{kind: kindAcc, imm: uint32(2*n + half)})
}

func (l *Loop) stream(i int) uint32 {
	l.streams = max(l.streams, i+1)
	return uint32(i)
}

func (l *Loop) binary(prefix, table, opcode byte, x, y Value) Value {
	return l.add(value{kind: kindBinary, form: form{prefix, table, opcode, 0}, args: [3]Value{x, y}})
}

func (l *Loop) Add(x, y Value) Value { return l.binary(0, 1, 0x58, x, y) }
func (l *Loop) Mul(x, y Value) Value { return l.binary(0, 1, 0x59, x, y) }
func (l *Loop) Sub(x, y Value) Value { return l.binary(0, 1, 0x5C, x, y) }
func (l *Loop) Div(x, y Value) Value { return l.binary(0, 1, 0x5E, x, y) }
func (l *Loop) Min(x, y Value) Value { return l.binary(0, 1, 0x5D, x, y) } // y where either is NaN or both are 0
func (l *Loop) Max(x, y Value) Value { return l.binary(0, 1, 0x5F, x, y) } // y where either is NaN or both are 0
func (l *Loop) And(x, y Value) Value { return l.binary(0, 1, 0x54, x, y) }
func (l *Loop) Or(x, y Value) Value  { return l.binary(0, 1, 0x56, x, y) }
func (l *Loop) Xor(x, y Value) Value { return l.binary(0, 1, 0x57, x, y) }

// Integer lanes of 32 bits.

func (l *Loop) AddInt(x, y Value) Value { return l.binary(1, 1, 0xFE, x, y) }
func (l *Loop) SubInt(x, y Value) Value { return l.binary(1, 1, 0xFA, x, y) }
func (l *Loop) MaxInt(x, y Value) Value { return l.binary(1, 2, 0x3D, x, y) }

// Shl and Sar shift by n bits, the latter keeping the sign.

func (l *Loop) Shl(x Value, n int) Value { return l.shift(x, n, 6) }
func (l *Loop) Sar(x Value, n int) Value { return l.shift(x, n, 4) }

func (l *Loop) shift(x Value, n, field int) Value {
	return l.add(value{kind: kindShift, args: [3]Value{x}, imm: uint32(field<<8 | n)})
}

func (l *Loop) unary(opcode byte, x Value) Value {
	return l.add(value{kind: kindUnary, form: form{0, 1, opcode, 0}, args: [3]Value{x}})
}

func (l *Loop) Sqrt(x Value) Value    { return l.unary(0x51, x) }
func (l *Loop) ToFloat(x Value) Value { return l.unary(0x5B, x) } // of an integer

// FMA is a·b + c and FNMA c − a·b, rounded once.

func (l *Loop) FMA(a, b, c Value) Value {
	return l.add(value{kind: kindFMA, args: [3]Value{a, b, c}})
}

func (l *Loop) FNMA(a, b, c Value) Value {
	return l.add(value{kind: kindFNMA, args: [3]Value{a, b, c}})
}

// Compare is where the predicate holds, a mask.
func (l *Loop) Compare(p formula.Predicate, x, y Value) Value {
	if p == formula.IsNotEqual {
		if v := l.values[x]; v.kind == kindOnly { // what Only has made of a mask
			of, known := l.Bits(v.args[1])
			with, zero := l.Bits(y)
			if known && of<<1 != 0 && zero && with<<1 == 0 {
				return v.args[0]
			}
		}
	}
	return l.add(value{kind: kindCompare, args: [3]Value{x, y}, imm: uint32(p)})
}

// Bits is what a constant has in every lane.
func (l *Loop) Bits(x Value) (bits uint32, ok bool) {
	v := &l.values[x]
	return v.imm, v.kind == kindConst
}

// Pick is x where the mask holds, and y elsewhere.
func (l *Loop) Pick(mask, x, y Value) Value {
	return l.add(value{kind: kindPick, args: [3]Value{mask, x, y}})
}

// Only is x where the mask holds, and 0 elsewhere.
func (l *Loop) Only(mask, x Value) Value {
	return l.add(value{kind: kindOnly, args: [3]Value{mask, x}})
}
