// Package nn describes networks: a layer is a plain value that holds sizes
// and choices, never weights. Its Forward method declares the weights that it
// needs and writes its computation as a graph.
//
//	net := nn.Sequential{
//		nn.Flatten{},
//		nn.Dense{Units: 128, Activation: nn.ReLU},
//		nn.Dropout{Rate: 0.2},
//		nn.Dense{Units: 10},
//	}
//
// Images are [n, height, width, channels], sequences [n, length, channels], rows
// of tables [n, columns], texts [n, length] numbers of tokens. [LeNet], [CNN], [ResNet],
// [GPT] and [TabM] return whole networks to read or to start from. Numbers of tables are encoded by [SmoothClip],
// [PiecewiseLinear], [Periodic] and [QuantileMap], with [Select] and [Concat] for
// some columns each; [Ensemble] averages networks that were trained apart.
//
// Any type with the method of [Layer] is a layer, so that a network of one's
// own is a struct and a few lines. After [Register] model files hold it by name.
// How weights start is in package [descent/nn/initial].
package nn

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"descent/graph"
)

// Layer maps a batch x to its result; axis 0 counts the rows of the batch. A
// layer that cannot take x records why with c.Graph().Fail.
type Layer interface {
	Forward(c *Context, x graph.Tensor) graph.Tensor
}

// Func makes a layer without weights of a function.
//
//	nn.Func(func(x graph.Tensor) graph.Tensor { return x.Square() })
type Func func(x graph.Tensor) graph.Tensor

// Forward implements [Layer].
func (f Func) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if f == nil {
		return c.fail("Func", errors.New("the function is nil"))
	}
	return f(x)
}

// Flatten makes one axis of all but the first:
//
//	x [n, ...] → y [n, size]
type Flatten struct{}

// Forward implements [Layer].
func (Flatten) Forward(_ *Context, x graph.Tensor) graph.Tensor { return x.Flatten() }

// Identity returns its input: y = x. It is a Shortcut of [Residual] that says so,
// and keeps the numbers of other layers where one is left out.
type Identity struct{}

// Forward implements [Layer].
func (Identity) Forward(_ *Context, x graph.Tensor) graph.Tensor { return x }

// kind is the name of a layer's type in paths and summaries, as in "dense".
func kind(l Layer) string {
	if a, ok := l.(Activation); ok {
		return a.String()
	}
	return kindOf(reflect.TypeOf(l))
}

func kindOf(t reflect.Type) string {
	name, _, _ := strings.Cut(fmt.Sprint(t), "[") // type arguments
	return strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
}
