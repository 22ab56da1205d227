// Package formula holds the formulas of elementwise functions, from |x| to
// erf, as instructions of a vector machine. They are written once, over any
// [Machine]: package jit makes machine code of them at run time, and the
// generator in internal/kernel/_asm/vector the assembly of package kernel.
//
// Package kernel's math.go and vec_plain.go are the specification: the same
// steps in plain Go, name by name, which say what each step is for.
package formula

import "math"

// A Machine has instructions on vectors of 32-bit lanes. V is a vector, or a
// mask, the outcome of a comparison.
type Machine[V any] interface {
	Const(bits uint32) V             // the given bits in every lane
	Bits(x V) (bits uint32, ok bool) // those of x, if it is known to be a constant

	Add(x, y V) V
	Sub(x, y V) V
	Mul(x, y V) V
	Div(x, y V) V
	Max(x, y V) V // y where either is NaN or both are 0
	Min(x, y V) V // y where either is NaN or both are 0
	Sqrt(x V) V
	And(x, y V) V
	Or(x, y V) V
	Xor(x, y V) V

	// FMA is a·b + c and FNMA c − a·b, rounded once. The result may take the
	// place of a, which must not be read again.
	FMA(a, b, c V) V
	FNMA(a, b, c V) V

	// Lanes that are integers.
	AddInt(x, y V) V
	SubInt(x, y V) V
	MaxInt(x, y V) V
	Shl(x V, n int) V
	Sar(x V, n int) V // keeps the sign
	ToFloat(x V) V

	Compare(p Predicate, x, y V) V // a mask
	Pick(mask, x, y V) V           // x where the mask holds, and y elsewhere
	Only(mask, x V) V              // x where the mask holds, and 0 elsewhere
}

// A Predicate says when a comparison holds, in the numbers of AVX. All are
// false for NaN but Unordered, NotEqual and NotLess.
type Predicate uint8

const (
	Equal             Predicate = 0x00
	Unordered         Predicate = 0x03
	NotEqual          Predicate = 0x04
	OrderedAndUnequal Predicate = 0x0C
	Less              Predicate = 0x11
	LessEqual         Predicate = 0x12
	NotLess           Predicate = 0x15
)

// A Writer writes formulas as instructions of its machine.
type Writer[V any] struct{ Machine[V] }

func (w Writer[V]) num(v float32) V { return w.Const(math.Float32bits(v)) }
