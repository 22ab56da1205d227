package graph

import (
	"math"

	"descent/internal/kernel/program"
)

// Sqrt returns the square root of x. Its gradient at 0 is infinite.
func (x Tensor) Sqrt() Tensor { return x.apply(sqrt{}) }

type sqrt struct{ elementwise }

func (sqrt) Name() string                                           { return "Sqrt" }
func (sqrt) Eval64(e *Eval)                                         { e.map1(math.Sqrt) }
func (sqrt) Lower(b *program.Builder, x ...program.Reg) program.Reg { return b.Sqrt(x[0]) }
func (sqrt) Grad(y, dy Tensor, _ ...Tensor) []Tensor                { return []Tensor{dy.Div(y).Scale(0.5)} }
