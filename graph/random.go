package graph

import (
	"math"

	"descent/internal/kernel/program"
	"descent/internal/rng"
)

// Uniform returns a tensor drawn anew in each forward pass, uniform on [0, 1)
// with 24 bits. name tells draws of one layer apart; the layer's path is part
// of the stream, so two layers never draw the same.
func (g *Graph) Uniform(name string, dims ...int) Tensor {
	return g.apply(uniform{rng.Stream(g.Path() + "/" + name), Shape(dims...)})
}

// Normal returns a tensor drawn anew in each forward pass, standard normal, by
// the transform of Box and Muller from two uniform tensors, 1-u in (0, 1] and v:
//
//	z = √(-2·log(1-u))·cos(2πv)
//
// |z| is at most √(48·log 2) = 5.77, as u has 24 bits. name tells draws apart
// as for [Graph.Uniform].
func (g *Graph) Normal(name string, dims ...int) Tensor {
	u, v := g.Uniform(name+" radius", dims...), g.Uniform(name+" angle", dims...)
	// cos(2πv) = sin(2πy), y = |v-½| - ¼ in [-¼, ¼], where the series of sin is
	// cut after 13 factors: 6e-10 of error, less than rounding.
	y := v.AddScalar(-0.5).Abs().AddScalar(-0.25)
	x := y.Scale(2 * math.Pi)
	x2 := x.Square()
	sine := x2.Const(0)
	for i := 13.0; i > 1; i -= 2 {
		sine = sine.AddScalar(1).Mul(x2).Scale(-1 / (i * (i - 1)))
	}
	return u.Neg().Log1p().Scale(-2).Sqrt().Mul(sine.AddScalar(1).Mul(x))
}

// Random reports whether x is drawn anew in each forward pass.
func Random(x Tensor) bool {
	_, ok := x.Op().(uniform)
	return ok
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

func (u uniform) Lower(b *program.Builder, _ ...program.Reg) program.Reg { return b.Uniform(u.stream) }
