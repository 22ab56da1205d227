package formula

import "strings"

// A Unary is a function of one value: a row of [Unaries].
type Unary uint8

const (
	Neg Unary = iota
	Abs
	Sign
	Square
	Sqrt
	Exp
	Expm1
	Log
	Log1p
	Tanh
	Erf
	Sigmoid
	Sin
	Cos
	Round
	Floor

	UnaryCount
)

// A Binary is a function of two values: a row of [Binaries].
type Binary uint8

const (
	Add Binary = iota
	Sub
	Mul
	Div
	Max
	Min
	Less
	LessEqual
	Equal

	BinaryCount
)

// A UnaryRow is all that the engine has to know of a function of one value.
// Programs, their interpreter, machine code and the committed assembly are made
// of it, and tests hold them to it.
type UnaryRow[V any] struct {
	Name       string                   // of the constant, which lists show in small letters
	Doc        string                   // the function of x
	Operations int                      // that it counts as: about the length of the formula
	Plain      func(x float32) float32  // the specification
	Formula    func(w Writer[V], x V) V // the same steps on a vector machine
}

// Unaries are the functions of one value, for machines whose vectors are V.
func Unaries[V any]() [UnaryCount]UnaryRow[V] {
	return [...]UnaryRow[V]{
		Neg:     {"Neg", "−x", 1, neg32, Writer[V].Neg},
		Abs:     {"Abs", "|x|", 1, Abs32, Writer[V].Abs},
		Sign:    {"Sign", "±1, or x where x is ±0 or NaN", 1, sign32, Writer[V].Sign},
		Square:  {"Square", "x²", 1, square32, Writer[V].Square},
		Sqrt:    {"Sqrt", "√x", 1, Sqrt32, Writer[V].Sqrt},
		Exp:     {"Exp", "eˣ", 24, exp32, Writer[V].Exp},
		Expm1:   {"Expm1", "eˣ − 1", 24, expm1f32, Writer[V].Expm1},
		Log:     {"Log", "ln x", 28, log32, Writer[V].Log},
		Log1p:   {"Log1p", "ln(1 + x)", 28, log1p32, Writer[V].Log1p},
		Tanh:    {"Tanh", "tanh x", 28, tanh32, Writer[V].Tanh},
		Erf:     {"Erf", "the error function of x", 56, erf32, Writer[V].Erf},
		Sigmoid: {"Sigmoid", "1/(1 + e⁻ˣ)", 28, sigmoid32, Writer[V].Sigmoid},
		Sin:     {"Sin", "sin x", 32, sin32, Writer[V].Sin},
		Cos:     {"Cos", "cos x", 32, cos32, Writer[V].Cos},
		Round:   {"Round", "the whole number next to x, the even one of two", 6, round32, Writer[V].Round},
		Floor:   {"Floor", "the largest whole number that is at most x", 8, floor32, Writer[V].Floor},
	}
}

// A BinaryRow is the same for a function of two values.
type BinaryRow[V any] struct {
	Name       string // of the constant, which lists show in small letters
	Doc        string // the sign between x and y
	Operations int
	Commutes   bool // x and y may change places without changing a bit
	Plain      func(x, y float32) float32
	Formula    func(w Writer[V], x, y V) V
}

// Binaries are the functions of two values, for machines whose vectors are V.
func Binaries[V any]() [BinaryCount]BinaryRow[V] {
	return [...]BinaryRow[V]{
		Add:       {"Add", "+", 1, true, add32, Writer[V].Add},
		Sub:       {"Sub", "−", 1, false, sub32, Writer[V].Sub},
		Mul:       {"Mul", "·", 1, true, mul32, Writer[V].Mul},
		Div:       {"Div", "/", 1, false, div32, Writer[V].Div},
		Max:       {"Max", "max", 1, true, Max32, Writer[V].Maximum},
		Min:       {"Min", "min", 1, true, min32, Writer[V].Minimum},
		Less:      {"Less", "<", 1, false, less32, Writer[V].Less},
		LessEqual: {"LessEqual", "≤", 1, false, lessEqual32, Writer[V].LessEqual},
		Equal:     {"Equal", "=", 1, true, equal32, Writer[V].Equal},
	}
}

// The tables for those who ask for no formula.
var (
	unaries  = Unaries[float32]()
	binaries = Binaries[float32]()
)

// String returns the name of the function in small letters.
func (f Unary) String() string { return strings.ToLower(unaries[f].Name) }

// Plain returns the function's specification.
func (f Unary) Plain() func(x float32) float32 { return unaries[f].Plain }

// Operations is how many operations on float32 the function counts as.
func (f Unary) Operations() int { return unaries[f].Operations }

// String returns the name of the function in small letters.
func (f Binary) String() string { return strings.ToLower(binaries[f].Name) }

// Plain returns the function's specification.
func (f Binary) Plain() func(x, y float32) float32 { return binaries[f].Plain }

// Operations is how many operations on float32 the function counts as.
func (f Binary) Operations() int { return binaries[f].Operations }

// Commutes reports whether x and y may change places without changing a bit.
func (f Binary) Commutes() bool { return binaries[f].Commutes }
