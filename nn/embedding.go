package nn

import (
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// Embedding looks up a row of its table for each number:
//
//	x [n, ...] whole numbers in [0, Size) → y [n, ..., Dim]    params: weight [Size, Dim]
//
// A number outside gives zeros and trains nothing, like padding with -1.
// weight starts uniformly on ±0.05, as in Keras, unless Init says otherwise;
// PyTorch's starts with the standard normal distribution.
type Embedding struct {
	Size int // rows of the table, at least 1
	Dim  int // numbers a row, at least 1
	Init initial.Initializer
}

// Forward implements [Layer].
func (e Embedding) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if err := e.check(x.Type()); err != nil {
		return c.fail("Embedding", err, x.Type())
	}
	return e.table(c).Gather(x)
}

func (e Embedding) check(t graph.Type) error {
	switch {
	case e.Size < 1 || e.Dim < 1:
		return fmt.Errorf("a table of %d rows of %d; want at least 1 of both", e.Size, e.Dim)
	case t.Rank() == graph.MaxRank:
		return fmt.Errorf("takes at most %d axes", graph.MaxRank-1)
	}
	return nil
}

// table declares the weight.
func (e Embedding) table(c *Context) graph.Tensor {
	init := e.Init
	if init == nil {
		init = initial.Uniform{Bound: 0.05}
	}
	return c.Declare(Param{Name: "weight", Init: init, Role: Table}, e.Size, e.Dim)
}
