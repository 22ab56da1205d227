package nn

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
)

// PiecewiseLinear makes of each column as many features as it has bins: how far
// x has come through each of them.
//
//	bin j of edges e: clamp((x - eⱼ)/(eⱼ₊₁ - eⱼ), 0, 1)
//
//	x [n, d] → y [n, Σ bins], those of column 0 first, or [n, d, most bins] if Apart
//
// The first bin of a column has no lower bound and the last no upper one, so
// that values outside the edges differ still. A linear map of the features is a
// piecewise linear function of x with its knots at the edges: what a network
// needs for numbers whose values mean different things, such as one that is zero
// in most rows. Usual edges are quantiles of training rows, without repetitions.
//
// Source: Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features
// in Tabular Deep Learning", NeurIPS 2022, arXiv:2203.05556, section 3.2.
type PiecewiseLinear struct {
	Edges [][]float64 // of each column, at least 2, rising also as float32

	// Apart keeps the columns on an axis of their own, for a [DenseEach] that
	// embeds each. What a column has less bins than another is zeros.
	Apart bool
}

// bins are the features of a [PiecewiseLinear] or a [QuantileMap], one number
// for each: clamp((x[column] - edge)·slope, low, high).
type bins struct {
	columns                []int
	edge, slope, low, high []float64
}

// noSlope is that of a bin that is 0 wherever x is: 0 times an infinite x would be
// NaN.
const noSlope = 1e-30

// Forward implements [Layer].
func (p PiecewiseLinear) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if err := fitsEdges(p.Edges, t); err != nil {
		return c.fail("PiecewiseLinear", err, t)
	}
	var b bins
	most := 0
	for _, edges := range p.Edges {
		most = max(most, len(edges)-1)
	}
	for i, edges := range p.Edges {
		for j := range len(edges) - 1 {
			width := float64(float32(edges[j+1])) - float64(float32(edges[j]))
			if !(width > 0) || finite(1/width) != nil {
				return c.fail("PiecewiseLinear", fmt.Errorf("edges %d and %d of column %d are %v and %v; want rising ones, apart also as float32", j, j+1, i, edges[j], edges[j+1]), t)
			}
			low, high := 0.0, 1.0
			if j == 0 {
				low = math.Inf(-1)
			}
			if j == len(edges)-2 {
				high = math.Inf(1)
			}
			b.add(i, edges[j], 1/width, low, high)
		}
		for range most - len(edges) + 1 {
			if p.Apart {
				b.add(i, edges[0], noSlope, 0, 0)
			}
		}
	}
	y := b.apply(c, x)
	if p.Apart {
		return y.Reshape(t.Dim(0), t.Dim(1), most)
	}
	return y
}

func (b *bins) add(column int, edge, slope, low, high float64) {
	b.columns = append(b.columns, column)
	b.edge, b.slope = append(b.edge, edge), append(b.slope, slope)
	b.low, b.high = append(b.low, low), append(b.high, high)
}

// apply returns the features of x [n, d]: one copy of columns, and one program.
func (b *bins) apply(c *Context, x graph.Tensor) graph.Tensor {
	g := c.graph
	z := x.Take(b.columns).Sub(g.Vector(b.edge)).Mul(g.Vector(b.slope))
	return z.Max(g.Vector(b.low)).Min(g.Vector(b.high))
}

// fitsEdges returns what is wrong with the edges of the columns of t, but for
// their order.
func fitsEdges(edges [][]float64, t graph.Type) error {
	switch {
	case t.Rank() != 2:
		return errors.New("takes [n, columns]")
	case len(edges) != t.Dim(1):
		return fmt.Errorf("edges of %d columns; there are %d", len(edges), t.Dim(1))
	}
	for i, list := range edges {
		if len(list) < 2 {
			return fmt.Errorf("column %d has %d edges; want at least 2", i, len(list))
		}
		for j, e := range list {
			if err := finite(e); err != nil {
				return fmt.Errorf("edge %d of column %d: %w", j, i, err)
			}
		}
	}
	return nil
}
