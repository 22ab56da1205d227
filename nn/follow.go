package nn

import (
	"fmt"
	"math"

	"descent/graph"
)

// DropoutRate is the name by which [Context.Follow] knows the rates of [Dropout],
// [SpatialDropout] and [DropPath].
const DropoutRate = "dropout"

// Follow makes a number of the layers that are called from now on follow the
// updates: it is multiplied by factor(t) at update t = 1, 2, ... Layers of one's own
// take part by [Context.Following].
func (c *Context) Follow(name string, factor func(t int) float64) {
	if c.factors == nil {
		c.factors = map[string]func(int) float64{}
	}
	c.factors[name] = factor
}

// Following returns the factor that [Context.Follow] was given under that name, nil
// if there is none, and notes that a layer has asked for it.
func (c *Context) Following(name string) (factor func(t int) float64) {
	if factor = c.factors[name]; factor != nil {
		c.followed = append(c.followed, name)
	}
	return factor
}

// Followed returns the names for which [Context.Following] found a factor.
func (c *Context) Followed() []string { return c.followed }

// kept returns, for a tensor of shape dims, 1 with probability 1 - rate and 0
// otherwise, and the factor 1/(1 - rate) that keeps the mean of what is kept.
//
// Where the rate follows the updates, both are by entries of the scalar table,
// computed in float64, which the host sets before each update.
func (c *Context) kept(rate float64, dims ...int) (kept, factor graph.Tensor) {
	u := c.Uniform(dims...)
	now, at := c.rate(rate)
	if at == nil {
		return now.LessEqual(u), c.graph.Const(1 / (1 - rate))
	}
	return now.LessEqual(u), c.graph.Scalar(dropoutScalar(rate)+" kept", func(t int) float64 { return 1 / (1 - at(t)) })
}

// rate returns a rate of dropout as a number of the graph, and its value at update t
// if it follows the updates, nil if not. Such a rate is at most 1 - 2⁻¹⁰.
func (c *Context) rate(rate float64) (now graph.Tensor, at func(t int) float64) {
	follow := c.Following(DropoutRate)
	if follow == nil {
		return c.graph.Const(rate), nil
	}
	at = func(t int) float64 { return math.Min(rate*follow(t), 1-1.0/(1<<10)) }
	return c.graph.Scalar(dropoutScalar(rate), at), at
}

func dropoutScalar(rate float64) string { return fmt.Sprintf("dropout %v", rate) }
