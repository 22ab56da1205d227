// Package attention has the kernels of attention, forward and backward, which keep
// the scores of a block of queries at a time, never those of all.
package attention

import (
	"descent/internal/kernel"
	"descent/internal/kernel/product"
	"descent/internal/kernel/tile"
)

// Shape is what attention is computed over, see graph's Attention:
//
//	In[0] q [N, T, Heads, Key]    In[1] k [N, S, Groups, Key]    In[2] v [N, S, Groups, Value]
//
// In[3:] are the lengths [N] of samples and the rate of dropout, if there are.
//
// Scores, softmax and products are those of the operations that attention is
// written out in, in their order: a score is one chain over Key, times the scale; a
// row's sum has 16 lanes by key; a result is one chain over the keys for each 512.
// So keys that do not count change no bit, however many there are.
type Shape struct {
	N, T, S          int
	Heads, Groups    int
	Key, Value       int
	Causal           bool
	Lengths, Dropout bool
	Scale            float32
	Stream           uint64 // of dropout
}

// blockRows is how many queries a block has. It is part of what the gradients of
// keys and values mean, which are added up block by block: results change with it.
// More rows make better products; fewer leave out more of what causal attention
// does not see.
const blockRows = 32

// row is how far apart rows of scores are: whole vectors, and such that rows of a
// tile do not compete for the same lines of the cache.
func (s *Shape) row() int { return (s.S+tile.Line-1)/tile.Line*tile.Line + tile.Line }

// heads is how many of them share a group.
func (s *Shape) heads() int { return s.Heads / s.Groups }

// queryRow and the like are how far apart positions are in memory.
func (s *Shape) queryRow() int  { return s.Heads * s.Key }
func (s *Shape) keyRow() int    { return s.Groups * s.Key }
func (s *Shape) valueRow() int  { return s.Groups * s.Value }
func (s *Shape) resultRow() int { return s.Heads * s.Value }

// seen is how many of count keys query i sees.
func (s *Shape) seen(i, count int) int {
	if s.Causal {
		return min(count, i+1+s.S-s.T)
	}
	return count
}

// count is how many keys of sample n count.
func (s *Shape) count(c *kernel.Call, n int) int {
	if !s.Lengths {
		return s.S
	}
	return int(max(0, min(float32(s.S), c.In[3][n])))
}

// pairs is how many queries there are for each key that they see, of all heads.
func (s *Shape) pairs() int {
	n := s.T * s.S
	if s.Causal {
		n -= s.T * (s.T - 1) / 2
	}
	return s.N * s.Heads * n
}

// scores is the product that makes scores of a block, or the gradient of weights:
// queries or rows of dy by keys or values that were turned.
func (s *Shape) scores(rows, keys, width, queryRow int) product.Gemm {
	return product.Gemm{M: rows, N: keys, K: width, RowA: queryRow, RowB: s.row(), RowC: s.row()}
}

// mix is the product of a block's weights by rows of values or keys.
func (s *Shape) mix(rows, keys, width, row, resultRow int) product.Gemm {
	return product.Gemm{M: rows, N: width, K: keys, RowA: s.row(), RowB: row, RowC: resultRow}
}

// spread is the product of a block's weights, turned, by rows of queries or of dy,
// which is added to the gradient of values or keys.
func (s *Shape) spread(rows, keys, width, row, resultRow int) product.Gemm {
	return product.Gemm{M: keys, N: width, K: rows, TransA: true, RowA: s.row(), RowB: row, RowC: resultRow, Add: true}
}

// turn writes count rows of width numbers as width rows.
func (s *Shape) turn(to, from []float32, width, fromRow, count int) {
	if count > 0 {
		tile.CurrentUnit().Transpose(width, from, fromRow, count, to, s.row())
	}
}
