package nn

import "descent/graph"

// Dropout sets each element to zero with probability Rate in training and
// divides the others by the probability 1-Rate to be kept, so that the mean
// stays:
//
//	y = x·[u ≥ Rate]/(1-Rate), u uniform on [0, 1)
//
// At evaluation y = x. Shapes: x, y any, equal. The rate may follow the updates, see
// [Context.Follow].
//
// Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural
// Networks from Overfitting", JMLR 15, 2014; inverted as in section 10, so
// that evaluation needs no scaling.
type Dropout struct {
	Rate float64 // probability of zero, in [0, 1)
}

// Forward implements [Layer].
func (d Dropout) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if err := checkRate(d.Rate); err != nil {
		return c.fail("Dropout", err, x.Type())
	}
	if !c.Training() || d.Rate == 0 {
		return x
	}
	kept, factor := c.kept(d.Rate, x.Type().Dims()...)
	return x.Mul(kept).Mul(factor)
}
