package nn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"descent/graph"
)

// Provide lets layers read x by [Context.Input] under the given name. Who
// traces a network provides the fields of its samples.
func (c *Context) Provide(name string, x graph.Tensor) {
	if c.inputs == nil {
		c.inputs = map[string]graph.Tensor{}
	}
	c.inputs[name] = x
}

// ProvideFields provides inputs of the graph for so many rows of fields.
func (c *Context) ProvideFields(rows int, fields ...Field) {
	for _, f := range fields {
		c.Provide(f.Name, c.graph.Input(f.Name, graph.Shape(append([]int{rows}, f.Shape...)...)))
	}
}

// Input returns the field of the samples of that name, [n, ...], which any layer
// may read beside what it is applied to: a mask, a row of numbers beside an
// image. A name that there is not is an error of the graph.
func (c *Context) Input(name string) graph.Tensor {
	x, ok := c.inputs[name]
	if !ok {
		known := "none"
		if len(c.inputs) > 0 {
			known = strings.Join(slices.Sorted(maps.Keys(c.inputs)), ", ")
		}
		return c.fail("Input", fmt.Errorf("the samples have no input field %q; they have %s", name, known))
	}
	return x
}

// Head hands out y under a name, beside the result of the network: a second
// output, with an objective of its own. It returns y.
func (c *Context) Head(name string, y graph.Tensor) graph.Tensor {
	switch _, twice := c.heads[name]; {
	case name == "":
		return c.fail("Head", errors.New("a head needs a name; what Forward returns is the one without"), y.Type())
	case c.graph.Err() == nil && !y.Valid():
		return c.fail("Head", fmt.Errorf("head %q is the zero Tensor", name))
	case twice:
		return c.fail("Head", fmt.Errorf("there are two heads %q", name), y.Type())
	case c.heads == nil:
		c.heads = map[string]graph.Tensor{}
	}
	c.heads[name] = y
	return y
}

// Heads returns what was handed out by [Context.Head].
func (c *Context) Heads() map[string]graph.Tensor { return c.heads }

// Join applies the network Layers to an input field of the samples, and joins
// the result to what it is applied to along the last axis: numbers beside an
// image, behind the layers that look at it.
//
//	x [n, ..., c] → y [n, ..., c + k], where Layers give [n, ..., k]
type Join struct {
	Field  string     // name of the field
	Layers Sequential // of it; none: the field itself
}

// Forward implements [Layer].
func (j Join) Forward(c *Context, x graph.Tensor) graph.Tensor {
	y := j.Layers.Forward(c, c.Input(j.Field))
	if c.graph.Err() != nil {
		return c.none()
	}
	a, b := x.Type().Dims(), y.Type().Dims()
	if len(a) != len(b) || len(a) < 2 || !slices.Equal(a[:len(a)-1], b[:len(b)-1]) {
		return c.fail("Join", fmt.Errorf("field %q gives %v; all sizes but the last must be equal", j.Field, y.Type()), x.Type())
	}
	return x.Concat(-1, y)
}
