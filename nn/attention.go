package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// MultiHeadAttention mixes the positions of a sequence: each head looks, from every
// position, at those whose keys are like its query, and takes a mean of their values.
//
//	q = xWq + bq    k = xWk + bk    v = xWv + bv    y = attention(q, k, v)·Wo + bo
//
//	x [n, t, in] → y [n, t, in], d = in/Heads
//	params: query.weight [in, in], key.weight and value.weight [in, Groups·d],
//	out.weight [in, in], each with a bias; query_norm.scale and key_norm.scale [d]
//
// The mean is that of [graph.Tensor.Attention]. Rotary positions turn q and k by
// their position, pair i of a head being its elements i and i + d/2 (the form of
// GPT-NeoX); QKNorm normalizes q and k of each head by [RMSNorm] before that.
//
// Weights start by Xavier unless Init says otherwise, biases at zero.
//
// Sources: Vaswani et al., "Attention Is All You Need", NeurIPS 2017,
// arXiv:1706.03762; Ainslie et al., "GQA", EMNLP 2023, arXiv:2305.13245; Su et al.,
// "RoFormer", 2021, arXiv:2104.09864; Henry et al., "Query-Key Normalization for
// Transformers", EMNLP Findings 2020, arXiv:2010.04245.
type MultiHeadAttention struct {
	Heads   int     // must divide the numbers of a position
	Groups  int     // heads of keys and values, which must divide Heads; 0 means Heads
	Causal  bool    // no position sees one after it
	Rotary  float64 // the base of rotary positions, such as 10,000; 0: none
	QKNorm  bool
	NoBias  bool
	Dropout float64             // rate, of the weights of the mean; follows as that of [Dropout]
	Lengths string              // input field that says how many positions of a sample count; "": all
	Init    initial.Initializer // of the weights
	OutInit initial.Initializer // of out.weight; nil: Init
}

// Forward implements [Layer].
func (m MultiHeadAttention) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if err := m.check(t); err != nil {
		return c.fail("MultiHeadAttention", err, t)
	}
	n, length, in := t.Dim(0), t.Dim(1), t.Dim(2)
	groups, d := m.Groups, in/m.Heads
	if groups == 0 {
		groups = m.Heads
	}
	project := func(name string, heads int) graph.Tensor {
		y := c.Call(name, Dense{Units: heads * d, NoBias: m.NoBias, Init: m.Init}, x)
		if c.graph.Err() != nil {
			return c.none()
		}
		return y.Reshape(n, length, heads, d)
	}
	q, k, v := project("query", m.Heads), project("key", groups), project("value", groups)
	if m.QKNorm {
		q, k = c.Call("query_norm", RMSNorm{}, q), c.Call("key_norm", RMSNorm{}, k)
	}
	if c.graph.Err() != nil {
		return c.none()
	}
	if m.Rotary > 0 {
		p := c.Positions(x)
		q, k = rotate(q, p, m.Rotary), rotate(k, p, m.Rotary)
	}
	how := graph.Attention{Causal: m.Causal}
	if m.Lengths != "" {
		how.Lengths = c.Input(m.Lengths).Reshape(n)
	}
	if c.training && m.Dropout > 0 {
		how.Dropout, _ = c.rate(m.Dropout)
		how.Draw = c.draw("attention")
	}
	if past := c.Continues(); past != nil && !past.First {
		how = graph.Attention{Lengths: past.At.AddScalar(1).BroadcastTo(graph.Shape(n))}
	}
	y := q.Attention(c.Past("keys", k), c.Past("values", v), how)
	out := Dense{Units: in, NoBias: m.NoBias, Init: m.OutInit}
	if out.Init == nil {
		out.Init = m.Init
	}
	return c.Call("out", out, y.Reshape(n, length, in))
}

func (m MultiHeadAttention) check(t graph.Type) error {
	if err := sequences(t); err != nil {
		return err
	}
	in := t.Dim(2)
	switch {
	case m.Heads < 1 || in%m.Heads != 0:
		return fmt.Errorf("%d heads do not share %d numbers evenly", m.Heads, in)
	case m.Groups < 0 || m.Groups > 0 && m.Heads%m.Groups != 0:
		return fmt.Errorf("%d heads cannot share %d groups evenly", m.Heads, m.Groups)
	case m.Lengths != "" && m.Causal:
		return errors.New("with Causal, Lengths change nothing, as padding comes after what counts; leave them out")
	}
	if err := checkRate(m.Dropout); err != nil {
		return err
	}
	return checkRotary(m.Rotary, in/m.Heads)
}
