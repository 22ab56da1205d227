package graph

import (
	"errors"
	"fmt"
	"math"

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

// rate is the probability to drop a weight, of the operands' values.
func (a attention) rate(in [][]float64) float64 {
	if !a.dropout {
		return 0
	}
	return in[len(in)-1][0]
}

// keys is how many keys query i of sample n sees, of the operands' values.
func (a attention) keys(in [][]float64, n, i, t, s int) int {
	count := s
	if a.lengths {
		count = max(0, min(s, int(in[3][n])))
	}
	if a.causal {
		count = min(count, i+1+s-t)
	}
	return count
}

// Eval64 goes query by query.
func (a attention) Eval64(e *Eval) {
	clear(e.Out)
	a.each64(e, func(r row64) {
		for j, p := range r.kept {
			for c, v := range r.value(j) {
				r.of(e.Out)[c] += p * v
			}
		}
	})
}

// row64 is one query with the keys that it sees.
type row64 struct {
	at, width, distance int // where its result lies, its length, how far apart those of keys are
	p, kept             []float64
	keys, values        []float64
	query               []float64
	keyWidth, keyRow    int
}

func (r row64) of(out []float64) []float64 { return out[r.at:][:r.width] }
func (r row64) value(j int) []float64      { return r.values[j*r.distance:][:r.width] }
func (r row64) key(j int) []float64        { return r.keys[j*r.keyRow:][:r.keyWidth] }

// each64 calls f for every query of every head: p are its weights, kept those after
// dropout.
func (a attention) each64(e *Eval, f func(row64)) {
	q, k, v := e.InTypes[0], e.InTypes[1], e.InTypes[2]
	t, heads, d := q.Dim(1), q.Dim(2), q.Dim(3)
	s, groups, width := k.Dim(1), k.Dim(2), v.Dim(3)
	scale, rate := Const{a.scale}.value64(), a.rate(e.In)
	draws := make([]float32, s)
	for i := range q.Dim(0) * t * heads {
		n, row, h := i/heads/t, i/heads%t, i%heads
		g := h / (heads / groups)
		r := row64{
			at: i * width, width: width, distance: groups * width, keyWidth: d, keyRow: groups * d,
			query: e.In[0][i*d:][:d], keys: e.In[1][(n*s*groups+g)*d:], values: e.In[2][(n*s*groups+g)*width:],
		}
		for j := range a.keys(e.In, n, row, t, s) {
			score := 0.0
			for c, x := range r.key(j) {
				score += x * r.query[c]
			}
			r.p = append(r.p, scale*score)
		}
		l := logSum64(r.p)
		if a.dropout {
			e.key(a.stream).Uniform(draws, ((n*heads+h)*t+row)*s)
		}
		for j := range r.p {
			r.p[j] = math.Exp(r.p[j] - l)
			r.kept = append(r.kept, r.p[j])
			if a.dropout {
				r.kept[j] *= truth(rate <= float64(draws[j])) / (1 - rate)
			}
		}
		f(r)
	}
}
