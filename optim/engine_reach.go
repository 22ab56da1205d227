package optim

import (
	"slices"

	"descent/graph"
	"descent/internal/lowering"
)

// Reach says what the update of a parameter takes, besides numbers that are the
// same for all.
type Reach uint8

const (
	Elementwise Reach = iota // each element that of the same place in the parameter, its gradient and state
	Whole                    // all of the parameter, as norms, products of matrices and noise do
	Joint                    // other parameters, too
)

// Reach returns what the update of parameter i takes, as its graph says. Gradients must
// be variables or inputs of the graph.
func (s *Traced) Reach(i int) Reach {
	one := s.Singles[i]
	own := map[graph.Tensor]bool{}
	for _, u := range one.Updates {
		own[u.Variable] = true
	}
	others := map[graph.Tensor]bool{}
	for j, other := range s.Singles {
		if j != i {
			for _, u := range other.Updates {
				others[u.Variable] = true
			}
			for _, x := range graph.Sorted(other.Square) { // its gradient
				others[x] = others[x] || isLeaf(x)
			}
		}
	}
	var values []graph.Tensor
	for _, u := range slices.Concat(one.Updates, s.Common) {
		values = append(values, u.Value)
	}
	for _, x := range graph.Sorted(values...) {
		if others[x] && !own[x] {
			return Joint
		}
	}
	for _, u := range s.Common { // which would be made of a part only
		for _, x := range graph.Sorted(u.Value) {
			if own[x] {
				return Joint
			}
		}
	}
	if len(one.Hosts) > 0 {
		return Whole
	}
	typ := one.Updates[len(one.Updates)-1].Variable.Type()
	for _, u := range one.Updates {
		if u.Variable.Type() != typ || !placewise(u.Value, typ) {
			return Whole
		}
	}
	return Elementwise
}

// isLeaf reports whether x is a variable or an input.
func isLeaf(x graph.Tensor) bool {
	switch x.Op().(type) {
	case graph.Variable, graph.Input:
		return true
	}
	return false
}

// placewise reports whether each element of x is made of those of the same place.
func placewise(x graph.Tensor, whole graph.Type) bool {
	p := &excerpt{n: whole.Size(), made: map[graph.Tensor]graph.Tensor{}, leaf: func(x graph.Tensor) (graph.Tensor, bool) {
		return x.Reshape(-1), isLeaf(x) && x.Type() == whole
	}}
	_, ok := p.of(x)
	return ok
}

// Part returns n elements of x, which are of a parameter whose reach is [Elementwise],
// as a tensor of shape [n]. leaf says whether it knows those of a tensor, such as a
// variable, and which they are.
func Part(x graph.Tensor, n int, leaf func(x graph.Tensor) (graph.Tensor, bool)) graph.Tensor {
	y, _ := (&excerpt{n: n, made: map[graph.Tensor]graph.Tensor{}, leaf: leaf}).of(x)
	return y
}

// excerpt makes tensors anew, of n elements.
type excerpt struct {
	n    int
	made map[graph.Tensor]graph.Tensor // not valid: cannot be
	leaf func(x graph.Tensor) (graph.Tensor, bool)
}

// of returns x made anew, and false where other elements are needed for it. A number is
// as it is.
func (p *excerpt) of(x graph.Tensor) (graph.Tensor, bool) {
	y, ok := p.made[x]
	if !ok {
		if y, ok = p.make(x); !ok {
			y = graph.Tensor{}
		}
		p.made[x] = y
	}
	return y, y.Valid()
}

func (p *excerpt) make(x graph.Tensor) (graph.Tensor, bool) {
	if y, ok := p.leaf(x); ok {
		return y, true
	}
	if len(x.Inputs()) == 0 {
		return x, x.Type().Rank() == 0 // and nothing random, nor of the place
	}
	if op, ok := x.Op().(graph.Composite); ok {
		return p.of(op.Expand(x.Inputs()...))
	}
	in := make([]graph.Tensor, len(x.Inputs()))
	for i, operand := range x.Inputs() {
		var ok bool
		if in[i], ok = p.of(operand); !ok {
			return x, false
		}
	}
	switch x.Op().(type) {
	case lowering.Columns:
		return x, false
	case lowering.Mapper:
		return x.Graph().Apply(x.Op(), in...), true
	case lowering.Viewer:
		return in[0], true
	case lowering.Broadcaster:
		if in[0].Type().Rank() == 0 {
			return in[0].BroadcastTo(graph.Shape(p.n)), true
		}
	}
	return x, false
}
