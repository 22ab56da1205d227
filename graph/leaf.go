package graph

import (
	"fmt"
	"math"
)

// Scalar is an entry of the scalar table: a hyperparameter that host code
// fills before each update. Changing one never recompiles.
type Scalar struct {
	Name string
	At   func(t int) float64 // its value at update t = 1, 2, ...; nil: set by the owner of the loop
}

// Input returns the tensor that is fed under name before each run. A name has
// one shape.
func (g *Graph) Input(name string, t Type) Tensor { return g.named(Input{name, t}, t) }

// Variable returns the tensor that lives under name from run to run: a
// parameter or a piece of optimizer state. A name has one shape.
func (g *Graph) Variable(name string, t Type) Tensor {
	if n, ok := g.narrow[name]; ok && t.Valid() == nil {
		words := n.Words(t)
		return g.named(Variable{name, words}, words).Widen(n, t)
	}
	return g.named(Variable{name, t}, t)
}

// named returns a leaf whose name must not stand for two shapes.
func (g *Graph) named(op Op, t Type) Tensor {
	if old, ok := g.types[op.Name()]; ok && old.dims != t.dims {
		g.Fail(op.Name(), fmt.Errorf("the name stands for %v already", old), t)
	}
	x := g.apply(op)
	if x.Valid() {
		g.types[op.Name()] = t
	}
	return x
}

// Const returns the scalar v, rounded to float32.
func (g *Graph) Const(v float64) Tensor {
	return g.apply(Const{math.Float32bits(float32(v))})
}

// Scalar returns the entry of the scalar table under name, of shape [], and
// adds it if it is new. at gives its value at update t = 1, 2, ...; it is nil
// for one that the owner of the loop sets.
func (g *Graph) Scalar(name string, at func(t int) float64) Tensor {
	for i, s := range g.scalars {
		if s.Name == name {
			return g.apply(ScalarEntry{i})
		}
	}
	g.scalars = append(g.scalars, Scalar{name, at})
	return g.apply(ScalarEntry{len(g.scalars) - 1})
}

// Scalars returns the scalar table.
func (g *Graph) Scalars() []Scalar { return g.scalars }

// Input is the leaf made by [Graph.Input].
type Input struct {
	Key string
	Typ Type
}

// Variable is the leaf made by [Graph.Variable].
type Variable struct {
	Key string
	Typ Type
}

// Const is the leaf made by [Graph.Const]: float32 bits.
type Const struct{ Bits uint32 }

// ScalarEntry is the leaf made by [Graph.Scalar].
type ScalarEntry struct{ Slot int }

// Value returns the constant.
func (c Const) Value() float32 { return math.Float32frombits(c.Bits) }

func (c Const) Name() string       { return fmt.Sprint(c.Value()) }
func (x Input) Name() string       { return "Input " + x.Key }
func (x Variable) Name() string    { return "Variable " + x.Key }
func (x ScalarEntry) Name() string { return fmt.Sprintf("Scalar %d", x.Slot) }

func (c Const) Infer(...Type) (Type, error)       { return Shape(), nil }
func (x ScalarEntry) Infer(...Type) (Type, error) { return Shape(), nil }
func (x Input) Infer(...Type) (Type, error)       { return x.Typ, nil }
func (x Variable) Infer(...Type) (Type, error)    { return x.Typ, nil }

func (c Const) Eval64(e *Eval)       { e.Out[0] = float64(c.Value()) }
func (x ScalarEntry) Eval64(e *Eval) { copy(e.Out, e.Leaf(x)) }
func (x Input) Eval64(e *Eval)       { copy(e.Out, e.Leaf(x)) }
func (x Variable) Eval64(e *Eval)    { copy(e.Out, e.Leaf(x)) }

func (c Const) Grad(_, _ Tensor, _ ...Tensor) []Tensor       { return nil }
func (x ScalarEntry) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return nil }
func (x Input) Grad(_, _ Tensor, _ ...Tensor) []Tensor       { return nil }
func (x Variable) Grad(_, _ Tensor, _ ...Tensor) []Tensor    { return nil }

func (Const) leaf()       {}
func (ScalarEntry) leaf() {}
func (Input) leaf()       {}
func (Variable) leaf()    {}

// Update says that a variable takes a new value at the end of a step.
type Update struct {
	Variable Tensor // from [Graph.Variable]
	Value    Tensor // of the variable's shape
}
