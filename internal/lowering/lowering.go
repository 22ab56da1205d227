// Package lowering says what there is between an operation of package graph and
// the kernels: besides [graph.Op] an operation has exactly one of these, or is a
// leaf or a composite.
package lowering

import (
	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/kernel/program"
)

// A Mapper computes each element from the same element of its operands: an
// instruction of a fused program.
type Mapper interface {
	graph.Op
	Lower(b *program.Builder, x ...program.Reg) program.Reg
}

// A Reducer folds axes of its operand to size 1.
type Reducer interface {
	graph.Op
	Axes() graph.Axes
	// Over returns the same reduction over other axes.
	Over(graph.Axes) graph.Op
	// Sinks reports whether LowerSink exists.
	Sinks() bool
	// LowerRows folds each row of a fused program.
	LowerRows(b *program.Builder, x program.Reg) program.Reg
	// LowerSink folds all elements, or each column, as a sink of a fused program.
	LowerSink(b *program.Builder, x program.Reg, columns bool)
}

// A Producer has a kernel of its own, such as a matrix product.
type Producer interface {
	graph.Op
	Kernel(out graph.Type, in ...graph.Type) kernel.Kernel
}

// A Joint is a [Producer] whose kernel makes the results of several operations over
// the same operands: one instruction computes them all.
type Joint interface {
	Producer
	// Results are those operations, in the order of the kernel's outputs, this
	// one among them.
	Results() []graph.Op
}

// A Product is a matrix product that can read its operands transposed.
type Product interface {
	Producer
	// SwapOperand returns the product that reads operand i the other way.
	SwapOperand(i int) graph.Op
	// Inner is the length of the sum for each element.
	Inner(in ...graph.Tensor) int
}

// A Transposer can read its operands as they were before their axes were turned.
type Transposer interface {
	Producer
	// Untransposed returns the operation that reads what operand i is the
	// transpose of, if it can.
	Untransposed(i int, operand graph.Tensor) (graph.Op, bool)
}

// A Narrower can read an operand as it is stored, in fewer bits than 32.
type Narrower interface {
	Producer
	// Narrow returns the operation that reads what operand i is widened from, if it
	// can.
	Narrow(i int, operand graph.Tensor) (graph.Op, bool)
}

// A Rower is a [Producer] whose kernel makes blocks of its result as a matrix
// whose rows end elsewhere than before the last axis.
type Rower interface {
	Producer
	// RowAxes is the number of leading axes that are rows.
	RowAxes() int
}

// A Unit is an operation that, with certain constants, returns an operand
// unchanged.
type Unit interface {
	graph.Op
	// Unit returns the number of the operand that equals the result.
	Unit(in ...graph.Tensor) (operand int, ok bool)
}

// A Viewer's result is the memory of its operand under another type.
type Viewer interface {
	graph.Op
	View()
}

// A Broadcaster repeats its operand along axes, which fused programs do
// while they read. Its kernel copies where no program can.
type Broadcaster interface {
	Producer
	Broadcasts()
}

// A Columns operation is the column number itself, which fused programs know.
type Columns interface {
	Mapper
	Columns()
}
