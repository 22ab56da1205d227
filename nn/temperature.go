package nn

import (
	"fmt"
	"math"

	"descent/graph"
)

// Temperature divides what comes in, logits in front of a softmax or a sigmoid:
//
//	x [n, ...] → y = x/T
//
// T above 1 makes probabilities less sure and T below 1 surer. Which class is the
// likeliest stays. It stands behind the last layer of a network that has been
// trained, with the T that makes the loss of other rows least; see
// model.Model.Calibrate.
//
// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017,
// arXiv:1706.04599, §4.2.
type Temperature struct {
	T float64 // above 0
}

// Forward implements [Layer].
func (l Temperature) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if !(l.T > 0) || math.IsInf(l.T, 0) {
		return c.fail("Temperature", fmt.Errorf("T is %v; want a finite number above 0", l.T), x.Type())
	}
	return x.Scale(1 / l.T)
}
