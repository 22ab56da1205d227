package nn

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
)

// SmoothClip centers and scales each column, and bends what lies far out towards
// ±Limit:
//
//	z = (x - Center)/Scale    y = z/√(1 + (z/Limit)²)
//
//	x [n, ..., d] → y like x
//
// Center and Scale have one number for each column, or one for all; usual are
// the median and the distance between quartiles of training rows. No finite x
// overflows, and neither does an infinite one: it gives ±Limit.
//
// Source: Holzmüller, Grinsztajn and Steinwart, "Better by Default: Strong
// Pre-Tuned MLPs and Boosted Trees on Tabular Data", NeurIPS 2024,
// arXiv:2407.04491, section 3.
type SmoothClip struct {
	Center []float64 // none: 0
	Scale  []float64 // above 0; none: 1
	Limit  float64   // above 0; 0 means 3
}

// farOut is how many limits z is bounded by before it is squared: y is that of an
// infinite z there.
const farOut = 1e9

// Forward implements [Layer].
func (s SmoothClip) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	limit := s.Limit
	if limit == 0 {
		limit = 3
	}
	switch {
	case t.Rank() < 2:
		return c.fail("SmoothClip", errors.New("takes [n, ..., columns]"), t)
	case !(limit > 1e-6 && limit < 1e6):
		return c.fail("SmoothClip", fmt.Errorf("limit %v; want a number above 0, such as 3", s.Limit), t)
	}
	z, err := standard(c, x, s.Center, s.Scale)
	if err != nil {
		return c.fail("SmoothClip", err, t)
	}
	z = z.Clamp(-farOut*limit, farOut*limit)
	return z.Div(z.Scale(1 / limit).Square().AddScalar(1).Sqrt())
}

// standard returns (x - center)/scale.
func standard(c *Context, x graph.Tensor, center, scale []float64) (graph.Tensor, error) {
	if len(center) > 0 {
		center, err := forColumns("Center", center, x.Type())
		if err != nil {
			return x, err
		}
		x = x.Sub(c.graph.Vector(center))
	}
	if len(scale) == 0 {
		return x, nil
	}
	scale, err := forColumns("Scale", scale, x.Type())
	if err != nil {
		return x, err
	}
	for i, v := range scale {
		if !(v > 0) || math.IsInf(1/float64(float32(v)), 0) {
			return x, fmt.Errorf("Scale of column %d is %v; want a number above 0", i, v)
		}
	}
	return x.Div(c.graph.Vector(scale)), nil
}
