package graph

import (
	"descent/internal/rng"
)

// Op is one operation: a small comparable struct whose fields are its
// attributes, so that its value is the key under which equal nodes merge.
//
// Besides the methods here an Op has exactly one way to the engine. Those of this
// package are leaves, or lowered to kernels, by methods that
// internal/lowering describes; an op of one's own is a [Composite] of others.
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

// A Composite stays one node while gradients are taken, with a gradient of
// its own, and is then replaced by its expansion into other operations.
type Composite interface {
	Op
	Expand(x ...Tensor) Tensor
}
