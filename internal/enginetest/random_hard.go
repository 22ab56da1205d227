package enginetest

import (
	"fmt"

	"descent/graph"
)

// The upper half of a seed says what values are like: in ways in which rounding shows.
const (
	usual  = iota
	close  // to 1 and to one another: differences cancel
	apart  // of very different sizes
	sparse // mostly 0
	alike  // all equal: errors of a sum have one direction
	characters
)

// like makes a value one of its character, behind those before.
func (b *maker) like(v float32, before []float32) float32 {
	switch b.character {
	case close:
		return 1 + v/(1<<20)
	case apart:
		return v * [...]float32{1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4}[b.IntN(9)]
	case sparse:
		if len(before)%7 != 0 {
			return 0
		}
	case alike:
		if len(before) > 0 {
			return before[0]
		}
	}
	return v
}

// hard applies an operation that rounds in steps of its own, or has others that do as its
// gradient, to operands with which terms cancel or sums have one large term.
func (b *maker) hard(x graph.Tensor) graph.Tensor {
	if x.Type().Rank() == 0 {
		return graph.Tensor{}
	}
	large := [...]float64{1, 10, 100, 1000}[b.IntN(4)]
	switch b.IntN(8) {
	case 0: // a softmax that is nearly one-hot
		return x.Tanh().Scale(large).Softmax()
	case 1:
		return x.Tanh().Scale(large).CrossEntropy(x.Tanh().Scale(large).Softmax()).Scale(1 / large)
	case 2: // what is added is taken away again
		return x.Tanh().AddScalar(large).Sub(x.Scale(0.5).Tanh().AddScalar(large))
	case 3:
		return x.Tanh().Scale(large).AddScalar(large).Standardize(1e-5)
	case 4:
		return b.lookup(x)
	case 5:
		return b.heads(x, large)
	case 6:
		return b.cells(x)
	}
	return x.Tanh().Scale(large).Erf().Sub(x.Sign())
}

// rows returns x as a matrix of a few rows, or the zero Tensor.
func (b *maker) rows(x graph.Tensor, most int) graph.Tensor {
	rows := x.Reshape(-1, x.Dim(-1))
	if rows.Dim(0) > most || rows.Dim(1) > most {
		return graph.Tensor{}
	}
	return rows
}

// numbers returns an input of whole numbers from -1 to n.
func (b *maker) numbers(n int, dims ...int) graph.Tensor {
	t := graph.Indices(dims...)
	name := fmt.Sprint("numbers", len(b.c.Values))
	v := make([]float32, t.Size())
	for i := range v {
		v[i] = float32(b.IntN(n+2) - 1)
	}
	b.c.Values[name] = v
	return b.g.Input(name, t)
}

// lookup takes rows of x as a table, or sums of them.
func (b *maker) lookup(x graph.Tensor) graph.Tensor {
	table := b.rows(x, 100)
	if !table.Valid() {
		return table
	}
	n, k := 1+b.IntN(4), 1+b.IntN(12)
	index := b.numbers(table.Dim(0), n, k)
	if b.IntN(2) == 0 {
		return table.Gather(index)
	}
	return table.GatherSum(index, b.variable(n, k)).Tanh()
}

// heads is attention of queries in two heads to keys in one, some of which do not count.
func (b *maker) heads(x graph.Tensor, scale float64) graph.Tensor {
	rows := b.rows(x, 40)
	if !rows.Valid() {
		return rows
	}
	q := rows.Concat(1, rows.Tanh()).Reshape(1, -1, 2, rows.Dim(1))
	k := rows.Sigmoid().Reshape(1, -1, 1, rows.Dim(1))
	a := graph.Attention{Causal: b.IntN(2) == 0, Scale: scale / 10}
	if b.IntN(2) == 0 {
		a.Lengths = b.numbers(rows.Dim(0), 1)
	}
	return q.Tanh().Attention(k, rows.Tanh().Reshape(k.Type().Dims()...), a)
}

// cells is an LSTM over the rows of x.
func (b *maker) cells(x graph.Tensor) graph.Tensor {
	rows := b.rows(x, 12)
	if !rows.Valid() {
		return rows
	}
	units := rows.Dim(1)
	r := graph.Recurrence{Reverse: b.IntN(2) == 0}
	if b.IntN(2) == 0 {
		r.Lengths = b.numbers(rows.Dim(0), 1)
	}
	in := rows.Concat(1, rows.Tanh(), rows.Scale(3).Tanh(), rows).Reshape(1, -1, 4*units)
	first := rows.Slice(0, 0, 1).Tanh()
	y, c := in.LSTM(b.variable(units, 4*units), first, first.Scale(2), r)
	if b.IntN(2) == 0 {
		return c.Tanh()
	}
	return y
}
