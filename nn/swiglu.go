package nn

import (
	"descent/graph"
	"descent/nn/initial"
)

// SwiGLU is a feed-forward network whose hidden units are gated:
//
//	y = (silu(xG + a) ∘ (xU + b))·D + c
//
//	x [n, ..., in] → y like x, of at most three axes
//	params: gate.weight and up.weight [in, Hidden], down.weight [Hidden, in], each with a bias
//
// Weights start by He (gate) and Xavier unless Init says otherwise.
//
// Source: Shazeer, "GLU Variants Improve Transformer", 2020, arXiv:2002.05202,
// equation 6, which has no biases.
type SwiGLU struct {
	Hidden   int // units, at least 1
	NoBias   bool
	Init     initial.Initializer // of the weights; nil: as those of [Dense]
	DownInit initial.Initializer // of down.weight; nil: Init
}

// Forward implements [Layer].
func (s SwiGLU) Forward(c *Context, x graph.Tensor) graph.Tensor {
	gate := c.Call("gate", Dense{Units: s.Hidden, Activation: SiLU, NoBias: s.NoBias, Init: s.Init}, x)
	up := c.Call("up", Dense{Units: s.Hidden, NoBias: s.NoBias, Init: s.Init}, x)
	down := Dense{Units: x.Dim(-1), NoBias: s.NoBias, Init: s.DownInit}
	if down.Init == nil {
		down.Init = s.Init
	}
	return c.Call("down", down, gate.Mul(up))
}
