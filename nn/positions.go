package nn

import (
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// Positions adds a learned row to each position of a sequence, so that layers can
// tell positions apart:
//
//	y[n, i] = x[n, i] + w[i]
//
//	x [n, t, k] → y like x, t at most Length    params: weight [Length, k]
//
// weight starts as that of [Embedding] unless Init says otherwise.
type Positions struct {
	Length int // rows: the longest sequence
	Init   initial.Initializer
}

// Forward implements [Layer].
func (p Positions) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if err := sequences(t); err != nil {
		return c.fail("Positions", err, t)
	}
	if t.Dim(1) > p.Length {
		return c.fail("Positions", fmt.Errorf("a sequence of %d positions, and there are rows for %d", t.Dim(1), p.Length), t)
	}
	w := Embedding{Size: p.Length, Dim: t.Dim(2), Init: p.Init}.table(c)
	if past := c.Continues(); past != nil && !past.First {
		return x.Add(w.Gather(c.Positions(x)))
	}
	return x.Add(w.Slice(0, 0, t.Dim(1)))
}
