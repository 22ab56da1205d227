package graph

import "descent/internal/kernel/program"

// Count returns 0, 1, ..., n-1: numbers of positions or columns.
func (g *Graph) Count(n int) Tensor { return g.apply(count{n}) }

// count is 0, 1, ..., n-1.
type count struct{ n int }

func (count) Name() string                           { return "Count" }
func (c count) Infer(...Type) (Type, error)          { return Shape(c.n), nil }
func (count) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return nil }
func (count) Eval64(e *Eval) {
	for i := range e.Out {
		e.Out[i] = float64(i)
	}
}

// Columns marks count as the column number of a fused program.
func (count) Columns() {}

func (count) Lower(b *program.Builder, _ ...program.Reg) program.Reg { return b.ColIndex() }
