// Package formula holds the elementwise functions of the engine, from |x| to
// erf. Each is written twice, side by side: in plain Go, which is the
// specification, one sequence of IEEE operations; and as the same sequence over
// the instructions of a vector machine, any [Machine]. Package jit makes machine
// code of the second at run time, and the generator in internal/kernel/_asm the
// committed assembly.
//
// In plain Go a product that enters a sum is either fused by package fma or
// rounded first.
//
// [Unaries] and [Binaries] list the functions; whatever handles functions one by
// one goes through these tables. So a new one takes a file like trig.go, its
// constant and row in table.go, and what go generate makes of them.
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
// false for NaN but IsUnordered, IsNotEqual and IsNotLess.
type Predicate uint8

const (
	IsEqual             Predicate = 0x00
	IsUnordered         Predicate = 0x03
	IsNotEqual          Predicate = 0x04
	IsOrderedAndUnequal Predicate = 0x0C
	IsLess              Predicate = 0x11
	IsLessEqual         Predicate = 0x12
	IsNotLess           Predicate = 0x15
)

// A Writer writes formulas as instructions of its machine.
type Writer[V any] struct{ Machine[V] }

func (w Writer[V]) num(v float32) V { return w.Const(math.Float32bits(v)) }
