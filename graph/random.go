package graph

import (
	"descent/internal/kernel"
	"descent/internal/rng"
)

// Uniform returns a tensor drawn anew in each forward pass, uniform on [0, 1)
// with 24 bits. name tells draws of one layer apart; the layer's path is part
// of the stream, so two layers never draw the same.
func (g *Graph) Uniform(name string, dims ...int) Tensor {
	return g.apply(uniform{rng.Stream(g.Path() + "/" + name), Shape(dims...)})
}

type uniform struct {
	stream uint64
	typ    Type
}

func (uniform) Name() string                           { return "Uniform" }
func (u uniform) Infer(...Type) (Type, error)          { return u.typ, nil }
func (uniform) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return nil }

// Eval64 draws the very float32 values that the engine draws.
func (u uniform) Eval64(e *Eval) {
	draws := make([]float32, len(e.Out))
	e.key(u.stream).Uniform(draws, 0)
	for i, v := range draws {
		e.Out[i] = float64(v)
	}
}

func (u uniform) Lower(b *kernel.Builder, _ ...kernel.Reg) kernel.Reg { return b.Uniform(u.stream) }
