package graph

import (
	"descent/internal/kernel"
	"descent/internal/kernel/program"
	"descent/internal/rng"
)

// Op is one operation: a small comparable struct whose fields are its
// attributes, so that its value is the key under which equal nodes merge.
//
// Besides the methods here an Op has exactly one way to the engine: it is a
// [Leaf], a [Mapper], a [Reducer], a [Producer], a [Viewer], a [Broadcaster]
// or a [Composite].
type Op interface {
	// Name is for people, such as "MatMul".
	Name() string

	// Infer returns the type of the result, or what is wrong with the operands.
	Infer(in ...Type) (Type, error)

	// Eval64 sets e.Out to the operation's plain meaning in float64.
	Eval64(e *Eval)

	// Grad returns the gradient with respect to each of x, given y = op(x)
	// and the gradient dy of y. A zero Tensor says that y does not depend on
	// that operand, or that the operation takes it as constant.
	Grad(y, dy Tensor, x ...Tensor) []Tensor
}

// Eval is what Eval64 sees.
type Eval struct {
	Out     []float64
	Type    Type
	In      [][]float64
	InTypes []Type

	Leaf func(op Op) []float64 // the value of a leaf
	Seed uint64                // of random streams
	Draw uint32                // the number of the forward pass
}

func (e *Eval) key(stream uint64) rng.Key {
	return rng.Key{Seed: e.Seed, Stream: stream, Draw: e.Draw}
}

// map1 sets Out[i] = f(In[0][i]).
func (e *Eval) map1(f func(x float64) float64) {
	for i, x := range e.In[0] {
		e.Out[i] = f(x)
	}
}

// map2 sets Out[i] = f(In[0][i], In[1][i]).
func (e *Eval) map2(f func(x, y float64) float64) {
	for i, x := range e.In[0] {
		e.Out[i] = f(x, e.In[1][i])
	}
}

// A Leaf has its value from outside: an input, a variable, a scalar, a constant.
type Leaf interface {
	Op
	leaf()
}

// A Mapper computes each element from the same element of its operands: an
// instruction of a fused program.
type Mapper interface {
	Op
	Lower(b *program.Builder, x ...program.Reg) program.Reg
}

// A Reducer folds axes of its operand to size 1.
type Reducer interface {
	Op
	Axes() Axes
	// Over returns the same reduction over other axes.
	Over(Axes) Op
	// Sinks reports whether LowerSink exists.
	Sinks() bool
	// LowerRows folds each row of a fused program.
	LowerRows(b *program.Builder, x program.Reg) program.Reg
	// LowerSink folds all elements, or each column, as a sink of a fused program.
	LowerSink(b *program.Builder, x program.Reg, columns bool)
}

// A Producer has a kernel of its own, such as a matrix product.
type Producer interface {
	Op
	Kernel(out Type, in ...Type) kernel.Kernel
}

// A Product is a matrix product that can read its operands transposed.
type Product interface {
	Producer
	// SwapOperand returns the product that reads operand i the other way.
	SwapOperand(i int) Op
	// Inner is the length of the sum for each element.
	Inner(in ...Tensor) int
}

// A Unit is an operation that, with certain constants, returns an operand
// unchanged.
type Unit interface {
	Op
	// Unit returns the number of the operand that equals the result.
	Unit(in ...Tensor) (operand int, ok bool)
}

// A Viewer's result is the memory of its operand under another type.
type Viewer interface {
	Op
	view()
}

// A Broadcaster repeats its operand along axes, which fused programs do
// while they read. Its kernel copies where no program can.
type Broadcaster interface {
	Producer
	broadcast()
}

// A Composite stays one node while gradients are taken, with a gradient of
// its own, and is then replaced by its expansion into other operations.
type Composite interface {
	Op
	Expand(x ...Tensor) Tensor
}

// A Columns operation is the column number itself, which fused programs know.
type Columns interface {
	Mapper
	Columns()
}
