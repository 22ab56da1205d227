package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// EmbeddingBag sums rows of its table, as of the n-grams of a text, by weights:
//
//	y = Σⱼ vⱼ·s[iⱼ]·weight[iⱼ] + bias
//
//	x [n, 2k]: k numbers i in [0, Size), and k values v → y [n, Dim]
//	params: weight [Size, Dim], bias [Dim]    buffer: strength s [Size, 1], if Weighed
//
// A number outside adds nothing, like padding with -1. weight starts at zero unless Init
// says otherwise. The strength of a row is not trained; where weight starts at zero it
// is how fast the row learns. In training each term is left out with probability
// Dropout, and the others are divided by 1-Dropout.
//
// Source: Joulin et al., "Bag of Tricks for Efficient Text Classification", EACL 2017,
// arXiv:1607.01759; strengths that are those of classes: Wang and Manning, "Baselines
// and Bigrams", ACL 2012.
type EmbeddingBag struct {
	Size     int // rows of the table, at least 1
	Dim      int // numbers a row, at least 1
	Init     initial.Initializer
	Weighed  bool                // rows have strengths
	Strength initial.Initializer // of rows; nil: ones
	Dropout  float64             // in [0, 1)
	NoBias   bool
	Exempt   bool // penalties and decay leave weight alone
}

// Forward implements [Layer].
func (e EmbeddingBag) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if e.Size < 1 || e.Dim < 1 {
		return c.fail("EmbeddingBag", fmt.Errorf("a table of %d rows of %d; want at least 1 of both", e.Size, e.Dim), t)
	}
	if t.Rank() != 2 || t.Dim(1)%2 != 0 {
		return c.fail("EmbeddingBag", errors.New("takes [n, 2k], as many numbers as values"), t)
	}
	if err := checkRate(e.Dropout); err != nil {
		return c.fail("EmbeddingBag", err, t)
	}
	init, strength := e.Init, e.Strength
	if init == nil {
		init = initial.Zeros{}
	}
	if strength == nil {
		strength = initial.Ones{}
	}
	k := t.Dim(1) / 2
	index, value := x.Slice(-1, 0, k), x.Slice(-1, k, 2*k)
	if e.Weighed {
		s := c.Buffer("strength", strength, e.Size, 1).Gather(index)
		value = value.Mul(s.Reshape(t.Dim(0), k))
	}
	if c.Training() && e.Dropout > 0 {
		kept, factor := c.kept(e.Dropout, t.Dim(0), k)
		value = value.Mul(kept).Mul(factor)
	}
	role := Table
	if e.Exempt {
		role = Bias
	}
	y := c.Declare(Param{Name: "weight", Init: init, Role: role}, e.Size, e.Dim).GatherSum(index, value)
	if e.NoBias {
		return y
	}
	return y.Add(c.Bias("bias", e.Dim))
}
