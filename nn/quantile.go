package nn

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/internal/canonical"
)

// QuantileMap maps each column to where it stands among values seen, from 0 to
// 1, linearly between quantiles; or to the number that stands there in the normal
// distribution:
//
//	u = share of the quantiles below x    y = u, or Φ⁻¹(u) if Normal
//
//	x [n, d] → y like x
//
// Quantiles of a column are those of equal distances in probability, smallest
// first, 0 and 1 included. Equal ones are a step: a value that has ten percent of
// the rows takes ten percent of [0, 1], and stands in the middle of them. u is 0 up
// to the first and 1 from the last on, Φ⁻¹ of which is ±5.2. Steps have no gradient.
//
// Equal to scikit-learn's QuantileTransformer, Φ⁻¹ within 2e-6 of it, relatively.
type QuantileMap struct {
	Quantiles [][]float64 // of each column, at least 2 and of all as many, not falling
	Normal    bool        // to the normal distribution, else to the uniform one
}

// Forward implements [Layer].
func (q QuantileMap) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if err := fitsEdges(q.Quantiles, t); err != nil {
		return c.fail("QuantileMap", err, t)
	}
	var b bins
	var above, from []float64 // for each bin: how much of a step counts above its edge, and from it on
	stepped := false
	count := len(q.Quantiles[0]) - 1
	for i, list := range q.Quantiles {
		if len(list) != count+1 {
			return c.fail("QuantileMap", fmt.Errorf("column %d has %d quantiles, and column 0 has %d; want as many of all", i, len(list), count+1), t)
		}
		for j := range count {
			width := float64(float32(list[j+1])) - float64(float32(list[j]))
			switch {
			case width < 0:
				return c.fail("QuantileMap", fmt.Errorf("quantiles %d and %d of column %d are %v and %v; they must not fall", j, j+1, i, list[j], list[j+1]), t)
			case width == 0 || finite(1/width) != nil:
				b.add(i, list[j], noSlope, 0, 0)
				a := stepAbove(list, j)
				above, from, stepped = append(above, a), append(from, 1-a), true
			default:
				b.add(i, list[j], 1/width, 0, 1)
				above, from = append(above, 0), append(from, 0)
			}
		}
	}
	u := b.apply(c, x)
	if stepped {
		at, edge := x.Take(b.columns), c.graph.Vector(b.edge)
		u = u.Add(edge.Less(at).Mul(c.graph.Vector(above))).Add(edge.LessEqual(at).Mul(c.graph.Vector(from)))
	}
	u = u.Reshape(t.Dim(0), t.Dim(1), count).Mean(-1)
	if !q.Normal {
		return u
	}
	return normalQuantile(u)
}

// stepAbove is how much of the step at quantile j counts above it alone: half of
// it, so that its value stands in its middle, but all of it at the lower end,
// and nothing at the upper.
func stepAbove(quantiles []float64, j int) float64 {
	switch e := float32(quantiles[j]); {
	case e == float32(quantiles[0]):
		return 1
	case e == float32(quantiles[len(quantiles)-1]):
		return 0
	}
	return 0.5
}

// The quantiles of the normal distribution are those of q = min(u, 1-u), which
// keeps its digits on both sides. With w = -log 4q(1-q) the quotient of Φ⁻¹ by
// 1-2q is smooth in √(w+4), a polynomial of which is within 1e-6 of it.
// testdata/normal.py finds its coefficients, of a variable that runs from -1 to 1.
const (
	normalLeast = 1e-7 // of q
	normalShift = 4
)

var (
	normalLow, normalHigh = 2.0, math.Sqrt(normalShift - canonical.Log(4*normalLeast*(1-normalLeast)))
	normalCoefficients    = []float64{
		0.0101312764919, -0.00913534906422, -0.0353878324426, 0.0521358496224, 0.0202667172587, -0.107205941504,
		0.121762706446, -0.041804980557, -0.127040620872, 2.07901998565, 3.23659264621,
	}
)

// normalQuantile returns Φ⁻¹(u), of which u outside [1e-7, 1 - 1e-7] is bounded.
func normalQuantile(u graph.Tensor) graph.Tensor {
	q := u.Min(u.Affine(-1, 1)).Max(u.Const(normalLeast))
	w := q.Mul(q.Affine(-4, 4)).Log().Neg()
	v := w.AddScalar(normalShift).Sqrt().Affine(2/(normalHigh-normalLow), -(normalHigh+normalLow)/(normalHigh-normalLow))
	p := u.Const(normalCoefficients[0])
	for _, a := range normalCoefficients[1:] {
		p = p.Mul(v).AddScalar(a)
	}
	y := p.Mul(q.Affine(-2, 1))
	return u.Less(u.Const(0.5)).Select(y.Neg(), y)
}
