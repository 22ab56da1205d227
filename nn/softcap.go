package nn

import (
	"fmt"

	"descent/graph"
)

// SoftCap keeps numbers within ±Cap, and hardly changes small ones:
//
//	y = Cap·tanh(x/Cap)
//
// Shapes: x, y any, equal.
//
// Source: Gemma Team, "Gemma 2", 2024, arXiv:2408.00118, section 2.
type SoftCap struct {
	Cap float64 // above 0
}

// Forward implements [Layer].
func (s SoftCap) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if !(s.Cap > 0) {
		return c.fail("SoftCap", fmt.Errorf("a cap of %v; want a number above 0", s.Cap), x.Type())
	}
	return x.Scale(1 / s.Cap).Tanh().Scale(s.Cap)
}
