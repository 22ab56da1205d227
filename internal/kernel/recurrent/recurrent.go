// Package recurrent has the kernels of recurrent layers, forward and backward, which
// go through all positions of a sequence in one task.
package recurrent

import (
	"math"

	"descent/internal/kernel"
	"descent/internal/kernel/product"
	"descent/internal/kernel/tile"
)

// Cell says what makes a state of the one before.
type Cell uint8

const (
	GRU Cell = iota
	LSTM
)

// Gates is how many numbers of an input there are for each unit.
func (c Cell) Gates() int { return []int{GRU: 3, LSTM: 4}[c] }

// Kept is how many numbers of a position there are for each unit that the backward
// pass reads: the gates r, z and n and the product of n, or the gates i, f, g and o and
// the cell.
func (c Cell) Kept() int { return []int{GRU: 4, LSTM: 5}[c] }

// Shape is what a recurrence is computed over, see graph's GRU and LSTM.
//
// Every element has the bits of the operations that a position is written out in: a
// product is one chain over Units for each 512, gates are those of fused programs, and
// gradients are added up in the order in which those of the operations are. No sample
// reads what belongs to another.
type Shape struct {
	Cell
	N, T, Units int
	Lengths     bool // of samples, the last operand but what the backward pass adds
	Reverse     bool // from the last position to the first
}

// Samples of a task: as many as make good products, and few enough that there are some
// tasks. Bits do not depend on them.
const (
	fewSamples = 8
	someTasks  = 16
)

// samples is how many of them a task has at most.
func (s *Shape) samples() int {
	return min(s.N, max(fewSamples, (s.N+someTasks-1)/someTasks))
}

// tasks is the number of tasks.
func (s *Shape) tasks() int { return (s.N + s.samples() - 1) / s.samples() }

// run returns the samples of task i.
func (s *Shape) run(i int) (from, to int) { return i * s.N / s.tasks(), (i + 1) * s.N / s.tasks() }

// width is the numbers of an input.
func (s *Shape) width() int { return s.Gates() * s.Units }

// apart is how far apart rows of n numbers are in working memory: whole lines, and such
// that rows do not compete for the same lines of the cache.
func apart(n int) int { return (n+tile.Line-1)/tile.Line*tile.Line + tile.Line }

// position is the one that is the k-th in time.
func (s *Shape) position(k int) int {
	if s.Reverse {
		return s.T - 1 - k
	}
	return k
}

// counts reports whether position t of sample n counts, by lengths.
func (s *Shape) counts(lengths []float32, n, t int) bool {
	return !s.Lengths || float32(t) < lengths[n]
}

// forward is the product of states by the recurrent weight.
func (s *Shape) forward(rows int) product.Gemm {
	return product.Gemm{M: rows, N: s.width(), K: s.Units, RowA: apart(s.Units), RowB: s.width(), RowC: apart(s.width())}
}

// backward is the product of gradients of gates by that weight, turned.
func (s *Shape) backward(rows int) product.Gemm {
	return product.Gemm{M: rows, N: s.Units, K: s.width(), RowA: apart(s.width()), RowB: s.Units, RowC: apart(s.Units)}
}

// carver is working memory that is not in use yet.
type carver []float32

func (s *carver) take(n int) []float32 {
	out := (*s)[:n:n]
	*s = (*s)[n:]
	return out
}

// fetch reads a number of each line of x, so that lines far apart come at the same time
// and not one after the other. What it returns means nothing.
func fetch(x []float32) (bits uint32) {
	for i := 0; i < len(x); i += tile.Line {
		bits |= math.Float32bits(x[i])
	}
	return bits
}

// row returns a row of working memory that has one for each sample.
func row(x []float32, i, width int) []float32 { return x[i*apart(width):][:width] }

// load copies rows of the states before into working memory.
func (s *Shape) load(to, from []float32, n0, n1 int) {
	for n := n0; n < n1; n++ {
		copy(row(to, n-n0, s.Units), from[n*s.Units:])
	}
}

// part returns the numbers of gate i of a row, or those of state i.
func (s *Shape) part(row []float32, i int) []float32 { return row[i*s.Units:][:s.Units] }

// cost is that of one pass, whose gates take so many operations for each unit.
func (s *Shape) cost(words, gates int) kernel.Cost {
	c := kernel.Words(s.N*s.T*words*s.Units + s.Units*s.width())
	c.Operations = s.N * s.T * s.Units * (2*s.width() + gates)
	return c
}
