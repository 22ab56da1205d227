package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// DenseEach is a [Dense] of its own for each index of the axis before the last:
// for each column's embedding, or for each member of a [BatchEnsemble].
//
//	y[i] = activation(x[i]·W[i] + b[i])
//
//	x [n, k, in] → y [n, k, Units]    params: weight [k, in, Units], bias [k, Units]
//
// Weights start as those of k layers of their own, biases at zero.
type DenseEach struct {
	Units      int // outputs of each, at least 1
	Activation Activation
	Init       initial.Initializer // of each weight; nil: chosen by Activation and Scaling
	NoBias     bool
	Scaling    Scaling
}

// Forward implements [Layer].
func (d DenseEach) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case d.Units < 1:
		return c.fail("DenseEach", fmt.Errorf("%d units; want at least 1", d.Units), t)
	case t.Rank() != 3:
		return c.fail("DenseEach", errors.New("takes [n, k, features]"), t)
	}
	init, factor, err := d.Scaling.start(d.Init, d.Activation, t.Dim(2))
	if err != nil {
		return c.fail("DenseEach", err, t)
	}
	w := c.Param("weight", eachFirst{init}, t.Dim(1), t.Dim(2), d.Units)
	y := x.Einsum("nki,kiu->nku", w)
	if d.Scaling != Standard {
		y = y.Scale(factor)
	}
	if !d.NoBias {
		y = y.Add(c.Bias("bias", t.Dim(1), d.Units))
	}
	return d.Activation.Apply(y)
}

// eachFirst starts what stands at each index of the first axis as a weight of its
// own, with draws of its own.
type eachFirst struct{ initial.Initializer }

// Fill implements [initial.Initializer].
func (e eachFirst) Fill(dst []float32, dims []int, k initial.Key) {
	size := len(dst) / dims[0]
	for i := range dims[0] {
		one := k
		one.Draw += uint32(i)
		e.Initializer.Fill(dst[i*size:(i+1)*size], dims[1:], one)
	}
}

// Fits returns what is wrong with the shape of each weight.
func (e eachFirst) Fits(dims []int) error {
	if m, ok := e.Initializer.(interface{ Fits(dims []int) error }); ok {
		return m.Fits(dims[1:])
	}
	return nil
}
