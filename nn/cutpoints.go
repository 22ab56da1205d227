package nn

import (
	"fmt"

	"descent/graph"
	"descent/internal/canonical"
	"descent/nn/initial"
)

// Cutpoints turns one number into the logits of being above each of Classes classes
// that have an order, but the last:
//
//	y_k = x - θ_k,  θ_k = first + Σ_{j<k} softplus(gap_j)
//
//	x [n, 1] → y [n, Classes-1]    params: first [1], gaps [Classes-2]
//
// Cut points ascend whatever the parameters are. They start at equal distances from -2
// to 2, where few classes are about equally likely, and do not decay. See loss.Ordinal.
//
// Source: McCullagh, "Regression Models for Ordinal Data", JRSS B 42 (1980) 109.
type Cutpoints struct {
	Classes int // 2 to 1000
}

// Forward implements [Layer].
func (l Cutpoints) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case l.Classes < 2 || l.Classes > 1000:
		return c.fail("Cutpoints", fmt.Errorf("%d classes; want 2 to 1000", l.Classes), t)
	case t.Rank() != 2 || t.Dim(1) != 1:
		return c.fail("Cutpoints", fmt.Errorf("takes [n, 1]; put nn.Dense{Units: 1} before it"), t)
	}
	cuts := l.Classes - 1
	start, distance := -2.0, 4/float64(max(1, cuts-1))
	if cuts == 1 {
		start = 0
	}
	first := c.norm("first", initial.Constant{Value: start}, 1)
	if cuts == 1 {
		return x.Sub(first)
	}
	gaps := Softplus.Apply(c.norm("gaps", initial.Constant{Value: canonical.Log(canonical.Expm1(distance))}, cuts-1))
	sums := make([]float64, (cuts-1)*cuts) // row j adds gap j to what is behind it
	for j := range cuts - 1 {
		for k := j + 1; k < cuts; k++ {
			sums[j*cuts+k] = 1
		}
	}
	behind := gaps.Reshape(1, cuts-1).MatMul(c.graph.Vector(sums).Reshape(cuts-1, cuts))
	return x.Sub(behind.Reshape(cuts).Add(first))
}
