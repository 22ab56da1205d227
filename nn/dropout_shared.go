package nn

import (
	"fmt"

	"descent/graph"
)

// SpatialDropout is [Dropout] of whole channels: all positions of a channel of
// a sample are set to zero together.
//
//	x [n, ..., c] → y like x; one draw for each [n, c]
//
// Source: Tompson et al., "Efficient Object Localization Using Convolutional
// Networks", CVPR 2015, arXiv:1411.4280. PyTorch's Dropout2d.
type SpatialDropout struct {
	Rate float64 // probability of zero, in [0, 1)
}

// DropPath is [Dropout] of whole samples: stochastic depth, where it is the
// last layer of a [Residual], whose input then passes alone.
//
//	x [n, ...] → y like x; one draw for each of n
//
// Source: Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016,
// arXiv:1603.09382; inverted, so that evaluation needs no scaling.
type DropPath struct {
	Rate float64 // probability of zero, in [0, 1)
}

// Forward implements [Layer].
func (d SpatialDropout) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return dropShared(c, "SpatialDropout", d.Rate, x, true)
}

// Forward implements [Layer].
func (d DropPath) Forward(c *Context, x graph.Tensor) graph.Tensor {
	return dropShared(c, "DropPath", d.Rate, x, false)
}

// dropShared drops with one draw a sample, or a channel of a sample.
func dropShared(c *Context, name string, rate float64, x graph.Tensor, channels bool) graph.Tensor {
	t := x.Type()
	if err := checkRate(rate); err != nil {
		return c.fail(name, err, t)
	}
	if t.Rank() < 2 {
		return c.fail(name, fmt.Errorf("takes [n, ..., channels]"), t)
	}
	if !c.Training() || rate == 0 {
		return x
	}
	dims := t.Dims()
	for i := 1; i < len(dims) && (i < len(dims)-1 || !channels); i++ {
		dims[i] = 1
	}
	kept, factor := c.kept(rate, dims...)
	return x.Mul(kept.Mul(factor))
}

// checkRate returns an error unless rate is a probability below 1.
func checkRate(rate float64) error {
	if !(rate >= 0 && rate < 1) {
		return fmt.Errorf("rate %v; want a probability in [0, 1), such as 0.2", rate)
	}
	return nil
}
