package graph

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
	attend "descent/internal/kernel/attention"
	"descent/internal/rng"
)

// Attention says how [Tensor.Attention] weighs keys.
type Attention struct {
	Causal  bool    // a query sees no key behind its own position; the queries are the last of the positions
	Scale   float64 // of scores; 0 means 1/√d
	Lengths Tensor  // [n], how many keys of a sample count, the rest being padding; none: all do
	Dropout Tensor  // [], the probability in [0, 1) that a weight becomes zero; none: none does
	Draw    string  // tells draws of one layer apart, as the name of [Graph.Uniform]
}

// Attention returns, for each query, a mean of values that weighs those most whose
// keys are most like it:
//
//	y[n, i, h] = Σⱼ pᵢⱼ·v[n, j, g]    pᵢ = softmax over j of Scale·q[n, i, h]·k[n, j, g]
//
//	q [n, t, heads, d]    k [n, s, groups, d]    v [n, s, groups, e]    y [n, t, heads, e]
//
// heads is a multiple of groups; heads in a row share one: g = h/(heads/groups).
// Keys that count are those before the sample's length and, if Causal, up to position
// i + s-t. A query that sees no key gets zeros. With Dropout p is divided by the
// probability to be kept, as nn.Dropout does.
//
// Gradient: with dp = dy·vᵀ and ds = p·(dp - Σ p·dp), dq = Scale·ds·k,
// dk = Scale·dsᵀ·q and dv = pᵀ·dy; Lengths and Dropout are constant.
//
// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017,
// arXiv:1706.03762, section 3.2.1; groups as in Ainslie et al., "GQA", EMNLP 2023,
// arXiv:2305.13245.
func (q Tensor) Attention(k, v Tensor, a Attention) Tensor {
	op := attention{causal: a.Causal, scale: math.Float32bits(float32(a.Scale))}
	if a.Scale == 0 && q.Type().Rank() > 0 {
		op.scale = math.Float32bits(float32(1 / math.Sqrt(float64(q.Dim(-1)))))
	}
	in := []Tensor{k, v}
	if op.lengths = a.Lengths.n != nil; op.lengths {
		in = append(in, a.Lengths)
	}
	if op.dropout = a.Dropout.n != nil; op.dropout {
		in = append(in, a.Dropout)
		if q.n != nil {
			op.stream = rng.Stream(q.n.graph.Path() + "/attention " + a.Draw)
		}
	}
	return q.apply(op, in...)
}

// attention has the operands q, k, v, then lengths and the rate of dropout if it
// says so.
type attention struct {
	causal, lengths, dropout bool
	scale                    uint32 // the bits of a float32
	stream                   uint64 // of dropout
}

func (attention) Name() string { return "Attention" }

func (a attention) Infer(in ...Type) (Type, error) {
	q, k, v := in[0], in[1], in[2]
	if q.Rank() != 4 || k.Rank() != 4 || v.Rank() != 4 {
		return Type{}, errors.New("takes [n, t, heads, d], [n, s, groups, d] and [n, s, groups, e]")
	}
	n, t, heads, d := q.Dim(0), q.Dim(1), q.Dim(2), q.Dim(3)
	s, groups := k.Dim(1), k.Dim(2)
	switch {
	case k.Dim(0) != n || v.Dim(0) != n:
		return Type{}, fmt.Errorf("%d samples of queries, %d of keys, %d of values; they must be equal", n, k.Dim(0), v.Dim(0))
	case v.Dim(1) != s:
		return Type{}, fmt.Errorf("%d keys, but %d values; they must be as many", s, v.Dim(1))
	case k.Dim(3) != d:
		return Type{}, fmt.Errorf("queries of length %d, keys of %d; they must be equal", d, k.Dim(3))
	case v.Dim(2) != groups:
		return Type{}, fmt.Errorf("%d groups of keys, %d of values; they must be equal", groups, v.Dim(2))
	case heads%groups != 0:
		return Type{}, fmt.Errorf("%d heads cannot share %d groups evenly", heads, groups)
	case a.causal && t > s:
		return Type{}, fmt.Errorf("%d queries at the end of %d positions; there must be as many positions", t, s)
	}
	rest := in[3:]
	if a.lengths {
		if rest[0].Rank() != 1 || rest[0].Dim(0) != n {
			return Type{}, fmt.Errorf("lengths %v; want one for each of %d samples", rest[0], n)
		}
		rest = rest[1:]
	}
	if a.dropout && rest[0].Rank() != 0 {
		return Type{}, fmt.Errorf("a rate of dropout %v; want one number", rest[0])
	}
	return Shape(n, t, heads, v.Dim(3)), nil
}

// shape is that of the kernels.
func (a attention) shape(in []Type) attend.Shape {
	q, k, v := in[0], in[1], in[2]
	return attend.Shape{
		N: q.Dim(0), T: q.Dim(1), S: k.Dim(1), Heads: q.Dim(2), Groups: k.Dim(2), Key: q.Dim(3), Value: v.Dim(3),
		Causal: a.causal, Lengths: a.lengths, Dropout: a.dropout, Scale: Const{a.scale}.Value(), Stream: a.stream,
	}
}

// MultiplyAdds is a score and a weighted value for each key that a query may see.
func (a attention) MultiplyAdds(_ Type, in ...Type) int {
	s := a.shape(in)
	return s.Heads * (s.Key + s.Value) * a.pairs(s)
}

// pairs is how many queries and keys there are that may see one another, lengths aside.
func (a attention) pairs(s attend.Shape) int {
	pairs := s.T * s.S
	if a.causal {
		pairs = 0
		for t := range s.T {
			pairs += max(0, t+1+s.S-s.T)
		}
	}
	return s.N * pairs
}

// Kernel implements lowering.Producer.
func (a attention) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &attend.Forward{Shape: a.shape(in)}
}
