package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// AttentionBag makes one vector of a bag, as of the n-grams of a text: the mean of
// learned vectors, of which it attends to some more than to others:
//
//	eⱼ = weight[iⱼ]    sⱼ = tanh(eⱼ·Wa + ba)·wq    aⱼ = vⱼ·exp(sⱼ)/Σₖ vₖ·exp(sₖ)    y = Σⱼ aⱼ·eⱼ
//
//	x [n, 2k]: k numbers i in [0, Size), and k values v, at least 0 → y [n, Dim]
//	params: weight [Size, Dim], attend.weight [Dim, Dim], attend.bias [Dim], query.weight [Dim, 1]
//
// A number whose value is 0, like padding with -1, counts for nothing; where there is no
// other, y is 0. weight starts normally with a deviation of 0.1 unless Init says
// otherwise. In training each number is left out with probability Dropout.
//
// Source: Yang et al., "Hierarchical Attention Networks for Document Classification",
// NAACL 2016, equations 8 to 10, over embeddings instead of states, and with values.
type AttentionBag struct {
	Size    int // rows of the table, at least 1
	Dim     int // numbers a row, at least 1
	Init    initial.Initializer
	Dropout float64 // in [0, 1)
}

// faint is a score that says that a number does not count.
const faint = -1e9

// Forward implements [Layer].
func (a AttentionBag) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if a.Size < 1 || a.Dim < 1 {
		return c.fail("AttentionBag", fmt.Errorf("a table of %d rows of %d; want at least 1 of both", a.Size, a.Dim), t)
	}
	if t.Rank() != 2 || t.Dim(1)%2 != 0 {
		return c.fail("AttentionBag", errors.New("takes [n, 2k], as many numbers as values"), t)
	}
	if err := checkRate(a.Dropout); err != nil {
		return c.fail("AttentionBag", err, t)
	}
	init := a.Init
	if init == nil {
		init = initial.Normal{Std: 0.1}
	}
	n, k := t.Dim(0), t.Dim(1)/2
	index, value := x.Slice(-1, 0, k), x.Slice(-1, k, 2*k)
	if c.Training() && a.Dropout > 0 {
		kept, _ := c.kept(a.Dropout, n, k)
		value = value.Mul(kept)
	}
	table := c.Declare(Param{Name: "weight", Init: init, Role: Table}, a.Size, a.Dim)
	seen := c.Call("attend", Dense{Units: a.Dim, Activation: Tanh}, table.Gather(index).Reshape(n*k, a.Dim))
	scores := c.Call("query", Dense{Units: 1, NoBias: true}, seen)
	if c.graph.Err() != nil {
		return c.none()
	}
	counts := value.Const(0).Less(value)
	logs := scores.Reshape(n, k).Add(counts.Select(value, value.Const(1)).Log())
	return table.GatherSum(index, counts.Select(logs, value.Const(faint)).Softmax().Mul(counts))
}
