package nn

import (
	"errors"
	"fmt"
	"strings"

	"descent/graph"
)

// Row describes one layer of a network. Its numbers are without those of
// layers inside it, which have rows of their own.
type Row struct {
	Path         string // as in "1.dense"; "" for the network itself
	Kind         string // the layer's type, as in "dense"
	Output       []int  // shape of its result for one row of a batch
	Params       int    // numbers in the weights that it declares, without buffers
	MultiplyAdds int    // of its matrix products and convolutions, for one row of a batch
}

// Field is an input field of the samples, as [Context.Input] returns it.
type Field struct {
	Name  string
	Shape []int // of one row
}

// Summary lists the layers of l for rows of the given shape, in the order in
// which they are called, a layer before those inside it. A [Sequential] has
// no row for itself at the top; another layer has one, with Path "". Fields are
// what layers read beside.
func Summary(l Layer, input []int, fields ...Field) ([]Row, error) {
	if l == nil {
		return nil, errors.New("nn: the network is nil")
	}
	g := graph.New()
	c := NewContext(g, false)
	x := g.Input("x", graph.Shape(append([]int{1}, input...)...))
	if err := g.Err(); err != nil {
		return nil, fmt.Errorf("nn: input shape %v: %w", input, err)
	}
	c.ProvideFields(1, fields...)
	y := l.Forward(c, x)
	if err := g.Err(); err != nil {
		return nil, err
	}
	if !y.Valid() {
		return nil, fmt.Errorf("nn: the network, a %s, returned no tensor", kind(l))
	}
	c.rows[0].Kind, c.rows[0].Output = kind(l), sample(y.Type())
	c.countMultiplyAdds(y)
	if _, ok := l.(Sequential); ok {
		return c.rows[1:], nil
	}
	return c.rows, nil
}

// countMultiplyAdds gives each product that y needs to the innermost layer that made it,
// which a node of an ONNX file is not: of several calls under one path, to the first.
func (c *Context) countMultiplyAdds(y graph.Tensor) {
	row := map[string]int{}
	for i := len(c.rows) - 1; i >= 0; i-- {
		row[c.rows[i].Path] = i
	}
	for _, x := range graph.Sorted(y) {
		path := x.Path()
		i, ok := row[path]
		for !ok { // ends at "", which the network itself has
			path = path[:max(0, strings.LastIndexByte(path, '.'))]
			i, ok = row[path]
		}
		c.rows[i].MultiplyAdds += multiplyAdds(x)
	}
}

// multiplyAdds is how many multiplications and additions the product x takes.
func multiplyAdds(x graph.Tensor) int {
	op, ok := x.Op().(interface {
		MultiplyAdds(y graph.Type, x ...graph.Type) int
	})
	if !ok {
		return 0
	}
	var in []graph.Type
	for _, operand := range x.Inputs() {
		in = append(in, operand.Type())
	}
	return op.MultiplyAdds(x.Type(), in...)
}
