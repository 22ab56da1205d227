package attention

import (
	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// block is some queries of one head of a sample.
type block struct {
	*Shape
	c       *kernel.Call
	v       *vec.Table
	n, h    int
	r0, r1  int // the queries
	count   int // keys of the sample that count
	keys    int // keys that the last query sees, and others at most
	keep    float32
	dropped float32 // the rate of dropout
}

// newBlock returns the block of queries from r0 on of head h.
func (s *Shape) newBlock(c *kernel.Call, n, h, r0, end int) block {
	b := block{Shape: s, c: c, v: vec.Current(), n: n, h: h, r0: r0, r1: min(r0+blockRows, end), count: s.count(c, n)}
	b.keys = s.seen(b.r1-1, b.count)
	if s.Dropout {
		at := 3
		if s.Lengths {
			at++
		}
		b.dropped = c.In[at][0]
		b.keep = 1 / (1 - b.dropped)
	}
	return b
}

func (b *block) rows() int { return b.r1 - b.r0 }

// softmax turns scores into weights: of each row those of the keys that the query
// sees, and zeros behind them.
func (b *block) softmax(scores []float32) {
	for i := b.r0; i < b.r1; i++ {
		row := scores[(i-b.r0)*b.row():][:b.keys]
		seen := b.seen(i, b.count)
		clear(row[seen:])
		if row = row[:seen]; seen == 0 {
			continue
		}
		var fold [1]float32
		b.v.VS[formula.Mul](row, row, b.Scale)
		b.v.RowMax(fold[:], row, seen)
		b.v.VS[formula.Sub](row, row, fold[0])
		b.v.Unary[formula.Exp](row, row)
		b.v.RowSum(fold[:], row, seen)
		b.v.VS[formula.Div](row, row, fold[0])
	}
}

// drop sets weights from[i] to zero with the probability of dropout, and divides the
// others by that to be kept.
func (b *block) drop(to, from, draws []float32) {
	for i := b.r0; i < b.r1; i++ {
		at := (i - b.r0) * b.row()
		seen := b.seen(i, b.count)
		out, in := to[at:][:b.keys], from[at:][:seen]
		clear(out[seen:])
		out, draws = out[:seen], draws[:seen]
		b.v.Uniform(b.c.Key(b.Stream), draws, ((b.n*b.Heads+b.h)*b.T+i)*b.S)
		b.v.SV[formula.LessEqual](draws, draws, b.dropped)
		b.v.VV[formula.Mul](out, in, draws)
		b.v.VS[formula.Mul](out, out, b.keep)
	}
}

// differentiate turns dp, the gradient of weights p, into that of scores before
// their scale: p·(dp - Σ p·dp)·Scale.
func (b *block) differentiate(dp, p, products []float32) {
	for i := b.r0; i < b.r1; i++ {
		at := (i - b.r0) * b.row()
		seen := b.seen(i, b.count)
		row := dp[at:][:b.keys]
		clear(row[seen:])
		row, p, products := row[:seen], p[at:][:seen], products[:seen]
		var sum [1]float32
		b.v.VV[formula.Mul](products, p, row)
		b.v.RowSum(sum[:], products, seen)
		b.v.VS[formula.Sub](row, row, sum[0])
		b.v.VV[formula.Mul](row, p, row)
		b.v.VS[formula.Mul](row, row, b.Scale)
	}
}
