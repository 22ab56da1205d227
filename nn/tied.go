package nn

import (
	"fmt"

	"descent/graph"
)

// Tied looks tokens up in a table, applies Layers, and gives each token a score by
// the same table:
//
//	y = layers(w[x])·wᵀ
//
//	x [n, t] whole numbers in [0, Size) → y [n, t, Size]    params: weight [Size, Dim]
//
// where Layers take and give [n, t, Dim]. A number outside is zeros, as for [Embedding].
//
// Source: Press and Wolf, "Using the Output Embedding to Improve Language Models",
// EACL 2017, arXiv:1608.05859.
type Tied struct {
	Embedding Embedding
	Layers    Sequential
}

// Forward implements [Layer].
func (t Tied) Forward(c *Context, x graph.Tensor) graph.Tensor {
	if err := t.Embedding.check(x.Type()); err != nil {
		return c.fail("Tied", err, x.Type())
	}
	w := t.Embedding.table(c)
	y := t.Layers.Forward(c, w.Gather(x))
	if c.graph.Err() != nil {
		return c.none()
	}
	dims := y.Type().Dims()
	if dims[len(dims)-1] != t.Embedding.Dim {
		return c.fail("Tied", fmt.Errorf("the layers give %v, which the table's rows of %d do not fit", y.Type(), t.Embedding.Dim), x.Type())
	}
	dims[len(dims)-1] = t.Embedding.Size
	return y.Reshape(-1, t.Embedding.Dim).MatMul(w.Transpose()).Reshape(dims...)
}
