package graph

import "fmt"

// Tensor is a symbolic value: the output of one operation. It is a small
// value, copied freely. The zero Tensor stands for "none".
type Tensor struct{ n *node }

// Valid reports whether x is the result of a call that succeeded.
func (x Tensor) Valid() bool { return x.n != nil && x.n.op != nil }

// Type returns the element type and shape of x.
func (x Tensor) Type() Type {
	if x.n == nil {
		return Type{}
	}
	return x.n.typ
}

// Dim returns the size of axis i of x; -1 is the last axis. An axis that does
// not exist is an error of the graph, and 1.
func (x Tensor) Dim(i int) int {
	t := x.Type()
	if i < -t.Rank() || i >= t.Rank() {
		if x.n != nil {
			x.n.graph.Fail("Dim", fmt.Errorf("there is no axis %d", i), t)
		}
		return 1
	}
	return t.Dim(i)
}

// Op returns the operation that x is the result of, nil if x is not valid.
func (x Tensor) Op() Op { return x.node().op }

// Inputs returns the operands of x's operation.
func (x Tensor) Inputs() []Tensor { return x.node().in }

// ID numbers the tensors of a graph; operands have smaller numbers.
func (x Tensor) ID() int { return x.node().id }

// Graph returns the graph that x belongs to, nil for the zero Tensor.
func (x Tensor) Graph() *Graph { return x.node().graph }

// Path names the layer in which x was made.
func (x Tensor) Path() string { return x.node().path }

// node returns what x stands for, an empty node for the zero Tensor.
func (x Tensor) node() *node {
	if x.n == nil {
		return &node{id: -1}
	}
	return x.n
}

// String returns the operation and shape, as in "Tanh[32 128]".
func (x Tensor) String() string {
	if !x.Valid() {
		return "none"
	}
	return x.n.op.Name() + x.n.typ.String()
}

// Apply returns op(in...), an error of the graph if the types do not fit. The
// methods of Tensor are the usual way to write it.
func (g *Graph) Apply(op Op, in ...Tensor) Tensor { return g.apply(op, in...) }

// apply returns op(x, more...) in the graph of the first operand that has one.
func (x Tensor) apply(op Op, more ...Tensor) Tensor {
	in := append([]Tensor{x}, more...)
	for _, operand := range in {
		if operand.n != nil {
			return operand.n.graph.apply(op, in...)
		}
	}
	return Tensor{} // there is no graph to keep the error
}

// Sorted returns every tensor that the given ones need, themselves included,
// operands before results.
func Sorted(outputs ...Tensor) []Tensor {
	seen := map[*node]bool{}
	var order []Tensor
	var visit func(Tensor)
	visit = func(x Tensor) {
		if !x.Valid() || seen[x.n] {
			return
		}
		seen[x.n] = true
		for _, in := range x.n.in {
			visit(in)
		}
		order = append(order, x)
	}
	for _, x := range outputs {
		visit(x)
	}
	return order
}
