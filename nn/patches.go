package nn

import (
	"errors"
	"fmt"

	"descent/graph"
)

// EachColumn applies Layers to each column of a series by itself, with the same weights,
// as if it were a series of its own:
//
//	x [n, t, c] → y [n, h, c], where Layers give [n·c, h] of [n·c, t]
//
// Source: Nie et al., "A Time Series is Worth 64 Words", ICLR 2023, arXiv:2211.14730,
// channel independence.
type EachColumn struct{ Layers Sequential }

// Patches cuts a series into pieces that overlap where Length is more than Stride; its
// last value is repeated behind it, so that the last piece ends beyond it:
//
//	y[p, i] = x[min(p·Stride + i, t - 1)], p from 0 to ⌊(t - Length)/Stride⌋ + 1
//
//	x [n, t] → y [n, p, Length]
//
// Source: as of [EachColumn].
type Patches struct {
	Length int // of a piece, from 1 to t
	Stride int // from the beginning of one to that of the next, from 1 to Length
}

// Forward implements [Layer].
func (e EachColumn) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if t.Rank() != 3 {
		return c.fail("EachColumn", errors.New("takes a series [n, time, columns]"), t)
	}
	n, steps, columns := t.Dim(0), t.Dim(1), t.Dim(2)
	y := e.Layers.Forward(c, x.Transpose(0, 2, 1).Reshape(n*columns, steps))
	if c.graph.Err() != nil {
		return c.none()
	}
	if y.Type().Rank() != 2 || y.Dim(0) != n*columns {
		return c.fail("EachColumn", fmt.Errorf("its layers give %v; want [%d, steps]", y.Type(), n*columns), t)
	}
	return y.Reshape(n, columns, y.Dim(1)).Transpose(0, 2, 1)
}

// Forward implements [Layer].
func (p Patches) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case t.Rank() != 2:
		return c.fail("Patches", errors.New("takes [n, time], as nn.EachColumn gives it"), t)
	case p.Length < 1 || p.Length > t.Dim(1) || p.Stride < 1 || p.Stride > p.Length:
		return c.fail("Patches", fmt.Errorf("pieces of %d steps, %d apart; want a length of 1 to %d and a stride of 1 to the length", p.Length, p.Stride, t.Dim(1)), t)
	}
	n, steps, pieces := t.Dim(0), t.Dim(1), p.Count(t.Dim(1))
	blocks := (p.Length + p.Stride - 1) / p.Stride // of which a piece consists
	more := (pieces-1+blocks)*p.Stride - steps
	last := x.Slice(1, steps-1, steps).BroadcastTo(graph.Shape(n, more))
	x = x.Concat(1, last)
	parts := make([]graph.Tensor, blocks)
	for i := range parts {
		from := i * p.Stride
		parts[i] = x.Slice(1, from, from+pieces*p.Stride).Reshape(n, pieces, p.Stride).Slice(2, 0, min(p.Stride, p.Length-from))
	}
	if blocks == 1 {
		return parts[0]
	}
	return parts[0].Concat(2, parts[1:]...)
}

// Count returns how many pieces there are of so many steps.
func (p Patches) Count(steps int) int { return (steps-p.Length)/p.Stride + 2 }
