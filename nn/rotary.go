package nn

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/internal/canonical"
)

// rotate turns pairs of numbers of x [n, t, heads, d] by angles that grow with the
// position p [t]:
//
//	(xᵢ, xᵢ₊ₕ) ← (xᵢ cos pωᵢ - xᵢ₊ₕ sin pωᵢ, xᵢ₊ₕ cos pωᵢ + xᵢ sin pωᵢ), h = d/2, ωᵢ = base^(-2i/d)
//
// so that products of two such rows depend on the distance of their positions. A
// pair is elements i and i + d/2, as in GPT-NeoX and Llama's weights of Hugging
// Face, not neighbours as in the paper.
func rotate(x, p graph.Tensor, base float64) graph.Tensor {
	d := x.Dim(3)
	half := d / 2
	turned := make([]int, d)
	for i := range turned {
		turned[i] = (i + half) % d
	}
	column := x.Graph().Count(d)
	second := x.Const(float64(half)).LessEqual(column)
	pair := column.Sub(second.Scale(float64(half)))
	angle := p.Reshape(-1, 1).Mul(pair.Scale(-2 * canonical.Log(base) / float64(d)).Exp())
	at := func(y graph.Tensor) graph.Tensor { return y.Reshape(-1, 1, d) }
	return x.Mul(at(angle.Cos())).Add(x.Take(turned).Mul(at(angle.Sin().Mul(second.Affine(2, -1)))))
}

// checkRotary returns what is wrong with a base for heads of so many numbers.
func checkRotary(base float64, d int) error {
	switch {
	case !(base >= 0) || math.IsInf(base, 0) || base > 0 && base <= 1:
		return fmt.Errorf("rotary positions of base %v; want a number above 1, such as 10,000, or 0 for none", base)
	case base > 0 && d%2 != 0:
		return fmt.Errorf("rotary positions turn pairs, and a head has %d numbers", d)
	}
	return nil
}
