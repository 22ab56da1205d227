package nn

import (
	"fmt"

	"descent/graph"
)

// Residual adds its input to what its layers make of it:
//
//	y = activation(layers(x) + shortcut(x))
//
//	x [n, ...] → y like layers(x)
//
// Where the shapes differ, Shortcut brings x into that of the result, such as a
// [Conv2D] with a kernel of 1 and the same stride. For stochastic depth, make a
// [DropPath] the last of Layers.
//
// Source: He et al., "Deep Residual Learning for Image Recognition", CVPR
// 2016, arXiv:1512.03385.
type Residual struct {
	Layers     Sequential
	Shortcut   Layer // nil: x itself, as with [Identity]
	Activation Activation
}

// Forward implements [Layer].
func (r Residual) Forward(c *Context, x graph.Tensor) graph.Tensor {
	y := r.Layers.Forward(c, x)
	if r.Shortcut != nil {
		x = c.Call("shortcut."+kind(r.Shortcut), r.Shortcut, x)
	}
	if c.graph.Err() == nil && x.Type().String() != y.Type().String() {
		return c.fail("Residual", fmt.Errorf("the layers give %v, which the shortcut's %v does not fit; give a Shortcut such as nn.Conv2D with a kernel of 1", y.Type(), x.Type()), x.Type())
	}
	return r.Activation.Apply(y.Add(x))
}

// Concat joins what its branches make of one input along the last axis:
//
//	x [n, ...] → y [n, ..., c₁ + c₂ + ...], where branch i gives [n, ..., cᵢ]
type Concat []Layer

// Forward implements [Layer].
func (b Concat) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if len(b) == 0 {
		return c.fail("Concat", fmt.Errorf("has no branches"), x.Type())
	}
	ys := make([]graph.Tensor, len(b))
	for i, l := range b {
		ys[i] = c.Call(numbered(i, l), l, x)
	}
	if c.graph.Err() != nil {
		return c.none()
	}
	for i, y := range ys {
		a, b := ys[0].Type().Dims(), y.Type().Dims()
		if len(a) != len(b) || len(a) < 2 || fmt.Sprint(a[:len(a)-1]) != fmt.Sprint(b[:len(b)-1]) {
			return c.fail("Concat", fmt.Errorf("branch 0 gives %v and branch %d %v; all sizes but the last must be equal", ys[0].Type(), i, y.Type()), x.Type())
		}
	}
	return ys[0].Concat(-1, ys[1:]...)
}
