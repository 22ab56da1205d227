package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// Dense is the affine map y = activation(xW + b), of each position of a sequence by
// itself.
//
//	x [n, in] → y [n, Units]    params: weight [in, Units], bias [Units]
//	x [n, t, in] → y [n, t, Units]
//
// The bias starts at zero, weight by [Activation.Initializer] unless Init
// or Scaling says otherwise. An x with more axes is an error, as images are meant to
// be made flat far more often than not: put [Flatten] before.
type Dense struct {
	Units      int // outputs, at least 1
	Activation Activation
	Init       initial.Initializer // of weight; nil: chosen by Activation
	NoBias     bool
	L1, L2     float64 // penalty on weight, added to the network's
	Scaling    Scaling // of the weight; the zero value leaves it as it is
}

// Forward implements [Layer].
func (d Dense) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case d.Units < 1:
		return c.fail("Dense", fmt.Errorf("%d units; want at least 1", d.Units), t)
	case t.Rank() == 1:
		return c.fail("Dense", errors.New("takes a batch [rows, features]"), t)
	case t.Rank() != 2 && t.Rank() != 3:
		return c.fail("Dense", errors.New("takes [rows, features], or [rows, positions, features]; put nn.Flatten{} before it"), t)
	}
	in := t.Dim(-1)
	init, factor, err := d.Scaling.start(d.Init, d.Activation, in)
	if err != nil {
		return c.fail("Dense", err, t)
	}
	w := c.Declare(Param{Name: "weight", Init: init, L1: d.L1, L2: d.L2}, in, d.Units)
	y := x.Reshape(-1, in).MatMul(w)
	if d.Scaling != Standard {
		y = y.Scale(factor)
	}
	if !d.NoBias {
		y = y.Add(c.Bias("bias", d.Units))
	}
	return d.Activation.Apply(y).Reshape(append(t.Dims()[:t.Rank()-1], d.Units)...)
}
