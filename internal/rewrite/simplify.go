// Package rewrite turns a graph into one that is cheaper to run: first by
// algebra, as a table of rules, then by fusion into groups that run as one
// instruction each.
package rewrite

import (
	"math/bits"

	"descent/graph"
	"descent/internal/lowering"
)

// rules are tried in order on each tensor whose operands are simple already.
// A rule returns what replaces x, or false. No rule changes the bits of a
// result but by evaluating it in another, equally exact order.
var rules = []struct {
	name  string
	apply func(x graph.Tensor) (graph.Tensor, bool)
}{
	{"expand a composite", expand},
	{"drop an operation that changes nothing", identity},
	{"join two views or broadcasts", join},
	{"repeat a scalar instead of viewing it", viewScalar},
	{"read a product's operand transposed", foldTranspose},
	{"read the operand of products in batches as it was before its axes were turned", foldTurn},
	{"read narrow weights as they are stored", foldNarrow},
	{"make a product of inner length one elementwise", outerProduct},
	{"bring the axes to reduce to the end", trailingAxes},
}

// Simplify returns what the given tensors are rewritten to.
func Simplify(outputs ...graph.Tensor) []graph.Tensor {
	s := simplifier{}
	simple := make([]graph.Tensor, len(outputs))
	for i, x := range outputs {
		simple[i] = s.simplify(x)
	}
	return simple
}

type simplifier map[int]graph.Tensor

func (s simplifier) simplify(x graph.Tensor) graph.Tensor {
	if y, ok := s[x.ID()]; ok {
		return y
	}
	in := make([]graph.Tensor, len(x.Inputs()))
	for i, operand := range x.Inputs() {
		in[i] = s.simplify(operand)
	}
	y := x.Graph().Apply(x.Op(), in...)
	for _, rule := range rules {
		if z, ok := rule.apply(y); ok {
			y = s.simplify(z)
			break
		}
	}
	s[x.ID()] = y
	return y
}

func expand(x graph.Tensor) (graph.Tensor, bool) {
	op, ok := x.Op().(graph.Composite)
	if !ok {
		return x, false
	}
	return op.Expand(x.Inputs()...), true
}

func identity(x graph.Tensor) (graph.Tensor, bool) {
	switch op := x.Op().(type) {
	case lowering.Viewer:
		in := x.Inputs()[0]
		return in, in.Type() == x.Type()
	case lowering.Reducer:
		in := x.Inputs()[0]
		return in, in.Type() == x.Type() // all reduced axes have size 1
	case lowering.Unit:
		if i, ok := op.Unit(x.Inputs()...); ok && x.Inputs()[i].Type() == x.Type() {
			return x.Inputs()[i], true
		}
	}
	return x, false
}

func join(x graph.Tensor) (graph.Tensor, bool) {
	if len(x.Inputs()) != 1 {
		return x, false
	}
	in := x.Inputs()[0]
	_, views := x.Op().(lowering.Viewer)
	_, viewed := in.Op().(lowering.Viewer)
	_, repeats := x.Op().(lowering.Broadcaster)
	_, repeated := in.Op().(lowering.Broadcaster)
	if views && viewed || repeats && repeated {
		return x.Graph().Apply(x.Op(), in.Inputs()[0]), true
	}
	return x, false
}

// viewScalar turns a view of a constant or another scalar, or of a broadcast
// of one, into a broadcast of it, which needs no memory.
func viewScalar(x graph.Tensor) (graph.Tensor, bool) {
	if _, ok := x.Op().(lowering.Viewer); !ok || x.Type().DType != graph.Float32 {
		return x, false
	}
	from := source(x.Inputs()[0])
	if from.Type().Rank() != 0 {
		return x, false
	}
	return from.BroadcastTo(x.Type()), true
}

// foldTranspose turns MatMul(Transpose(a), b) into a product that reads a
// transposed.
func foldTranspose(x graph.Tensor) (graph.Tensor, bool) {
	product, ok := x.Op().(lowering.Product)
	if !ok {
		return x, false
	}
	for i, operand := range x.Inputs() {
		if graph.Transposes(operand) {
			in := append([]graph.Tensor(nil), x.Inputs()...)
			in[i] = operand.Inputs()[0]
			return x.Graph().Apply(product.SwapOperand(i), in...), true
		}
	}
	return x, false
}

// foldTurn is foldTranspose where axes number products.
func foldTurn(x graph.Tensor) (graph.Tensor, bool) {
	op, ok := x.Op().(lowering.Transposer)
	if !ok {
		return x, false
	}
	for i, operand := range x.Inputs() {
		if other, ok := op.Untransposed(i, operand); ok {
			in := append([]graph.Tensor(nil), x.Inputs()...)
			in[i] = operand.Inputs()[0]
			return x.Graph().Apply(other, in...), true
		}
	}
	return x, false
}

// foldNarrow is foldTranspose for weights that are widened.
func foldNarrow(x graph.Tensor) (graph.Tensor, bool) {
	op, ok := x.Op().(lowering.Narrower)
	if !ok {
		return x, false
	}
	for i, operand := range x.Inputs() {
		if other, ok := op.Narrow(i, operand); ok {
			in := append([]graph.Tensor(nil), x.Inputs()...)
			in[i] = operand.Inputs()[0]
			return x.Graph().Apply(other, in...), true
		}
	}
	return x, false
}

// outerProduct turns a product over an inner length of one into a column
// times a row, which fuses into what follows: the gradient of one sample is
// then never written to memory.
func outerProduct(x graph.Tensor) (graph.Tensor, bool) {
	product, ok := x.Op().(lowering.Product)
	if !ok || product.Inner(x.Inputs()...) != 1 {
		return x, false
	}
	rows, cols := x.Dim(0), x.Dim(1)
	return x.Inputs()[0].Reshape(rows, 1).Mul(x.Inputs()[1].Reshape(1, cols)), true
}

// trailingAxes rewrites a reduction over axes that are neither the last ones,
// nor all, nor the first ones, to one over the last, after a transpose; and
// one that has no sink form to one over rows.
func trailingAxes(x graph.Tensor) (graph.Tensor, bool) {
	op, ok := x.Op().(lowering.Reducer)
	if !ok {
		return x, false
	}
	in := x.Inputs()[0]
	t := in.Type()
	var kept, gone []int
	long := graph.Axes(0) // axes that are reduced and longer than 1
	all := graph.Axes(0)
	for i := range t.Rank() {
		if t.Dim(i) > 1 {
			all |= 1 << i
		}
		if op.Axes().Has(i) && t.Dim(i) > 1 {
			gone = append(gone, i)
			long |= 1 << i
		} else {
			kept = append(kept, i)
		}
	}
	last := bits.Len8(uint8(all &^ long)) // kept long axes are below this
	trailing := long>>last<<last == long
	sinks := op.Sinks() && (long == all || all>>bits.Len8(uint8(long))<<bits.Len8(uint8(long)) == all&^long)
	if trailing && (long != all || op.Sinks()) || sinks {
		return x, false
	}
	if long == all { // no sink: one long row
		if t.Rank() == 2 && t.Dim(0) == 1 {
			return x, false
		}
		return x.Graph().Apply(op.Over(1<<1), in.Reshape(1, t.Size())).Reshape(x.Type().Dims()...), true
	}
	moved := in.Transpose(append(kept, gone...)...)
	axes := graph.Axes(0)
	for i := len(kept); i < t.Rank(); i++ {
		axes |= 1 << i
	}
	return x.Graph().Apply(op.Over(axes), moved).Reshape(x.Type().Dims()...), true
}
