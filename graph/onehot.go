package graph

import "descent/internal/kernel/program"

// OneHot returns, for labels x [n] in [0, classes), the tensor [n, classes]
// that is 1 at the label and 0 elsewhere. A label outside gives a row of zeros.
func (x Tensor) OneHot(classes int) Tensor {
	if !x.Valid() {
		return x
	}
	labels := x.Reshape(append(x.Type().Dims(), 1)...)
	return labels.Equal(x.n.graph.apply(count{classes}))
}

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
