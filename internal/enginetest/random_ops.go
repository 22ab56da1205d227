package enginetest

import (
	"fmt"

	"descent/graph"
)

// op applies one random operation. The zero Tensor says that it did not fit.
func (b *maker) op() graph.Tensor {
	x := b.pick()
	if b.character != usual && b.IntN(4) == 0 {
		return b.hard(x)
	}
	switch b.IntN(15) {
	case 0, 1, 2:
		return b.unary(x)
	case 3, 4, 5:
		return b.binary(x)
	case 6, 7:
		return b.reduce(x)
	case 8:
		return b.matmul(x)
	case 9, 10:
		return b.move(x)
	case 11:
		return b.composite(x)
	case 12:
		return b.convolve(x)
	case 13:
		return b.window(x)
	default:
		return b.normalize(x)
	}
}

func (b *maker) unary(x graph.Tensor) graph.Tensor {
	switch b.IntN(19) {
	case 0:
		return x.Tanh()
	case 1:
		return x.Sigmoid()
	case 2:
		return x.ReLU()
	case 3:
		return x.Neg()
	case 4:
		return x.Abs()
	case 5:
		return x.Tanh().Exp()
	case 6:
		return x.Square().AddScalar(1).Log()
	case 7:
		return x.Square().AddScalar(0.1).Sqrt()
	case 8:
		return x.Erf()
	case 9:
		return x.Clamp(-0.7, 0.9)
	case 10:
		return x.Affine(0.5, -0.25)
	case 11:
		return x.Tanh().Square()
	case 12:
		return x.Sign()
	case 13:
		return x.Abs().Log1p()
	case 14:
		return x.Sigmoid().Expm1()
	case 15:
		return x.StopGradient()
	case 16:
		return x.Tanh().Scale(3).Sin()
	case 17:
		return x.Sigmoid().Affine(7, -2).Cos()
	default:
		return b.g.Uniform(fmt.Sprint("u", b.IntN(3)), x.Type().Dims()...)
	}
}

func (b *maker) binary(x graph.Tensor) graph.Tensor {
	y := b.pick()
	for range 8 { // look for one whose shape fits
		if fits(x.Type(), y.Type()) {
			break
		}
		y = b.pool[b.IntN(len(b.pool))]
	}
	if !fits(x.Type(), y.Type()) {
		y = b.g.Const(1.5)
	}
	switch b.IntN(12) {
	case 0, 1:
		return x.Add(y)
	case 2:
		return x.Sub(y)
	case 3, 4:
		return x.Mul(y)
	case 5:
		return x.Div(y.Square().AddScalar(1))
	case 6:
		return x.Max(y)
	case 7:
		return x.Min(y)
	case 8:
		return x.Less(y)
	case 9:
		return x.LessEqual(y).Select(x.Scale(0.5), y)
	case 10:
		return x.Scale(0.9).Add(y.Scale(0.1))
	default:
		return x.Equal(y)
	}
}

// fits reports whether x and y broadcast, to a shape that is not too large.
func fits(x, y graph.Type) bool {
	size := 1
	for i := 1; i <= max(x.Rank(), y.Rank()); i++ {
		a, b := max(1, x.Dim(-i)), max(1, y.Dim(-i)) // an axis that one has not got is 0
		if a != b && a != 1 && b != 1 {
			return false
		}
		size *= max(a, b)
	}
	return size <= 1<<15
}

func (b *maker) reduce(x graph.Tensor) graph.Tensor {
	var axes []int
	for i := range x.Type().Rank() {
		if b.IntN(2) == 0 {
			axes = append(axes, i)
		}
	}
	switch b.IntN(7) {
	case 0:
		return x.Sum(axes...).Scale(0.3)
	case 1:
		return x.Mean(axes...)
	case 2:
		return x.MaxOver(axes...)
	case 3:
		return x.MaxOverKeep(axes...)
	case 4: // a mean that is taken away again
		return x.Sub(x.MeanKeep(axes...))
	case 5:
		return x.Square().SumKeep(axes...).AddScalar(1).Sqrt()
	default:
		return x.SumKeep(axes...).Scale(0.2)
	}
}

func (b *maker) matmul(x graph.Tensor) graph.Tensor {
	t := x.Type()
	if t.Rank() == 3 && b.IntN(3) > 0 {
		return b.products(x)
	}
	if t.Rank() < 2 {
		if t.Rank() == 0 {
			return graph.Tensor{}
		}
		x = x.Reshape(1, t.Size())
	} else if t.Rank() > 2 {
		x = x.Flatten()
	}
	if b.IntN(3) == 0 {
		x = x.Transpose()
	}
	for range 8 {
		y := b.pool[b.IntN(len(b.pool))]
		if y.Type().Rank() != 2 {
			continue
		}
		if b.IntN(2) == 0 {
			y = y.Transpose()
		}
		if y.Dim(0) == x.Dim(1) && x.Dim(0)*y.Dim(1)*x.Dim(1) < 1<<17 {
			return x.MatMul(y).Scale(0.1).Tanh()
		}
	}
	if n := x.Dim(0); n*n*x.Dim(1) < 1<<17 {
		return x.MatMul(x.Transpose()).Scale(0.1).Tanh()
	}
	return graph.Tensor{}
}

// products multiplies x with itself, in batches, with an order of axes that needs
// a turn or has one folded into it.
func (b *maker) products(x graph.Tensor) graph.Tensor {
	if n := x.Type().Size(); n*max(x.Dim(0), x.Dim(1), x.Dim(2)) > 1<<17 {
		return graph.Tensor{}
	}
	var y graph.Tensor
	switch b.IntN(5) {
	case 0:
		y = x.MatMul(x.Transpose(0, 2, 1))
	case 1:
		y = x.Einsum("ngk,hgk->ngh", x)
	case 2:
		y = x.Einsum("ngk,ngj->gkj", x.Tanh())
	case 3:
		y = x.Transpose(1, 0, 2).Einsum("bmk,bnk->mbn", x.Transpose(1, 0, 2))
	default:
		y = x.Einsum("bkm,bkn->bnm", x)
	}
	return y.Add(y.Slice(0, 0, 1).Sigmoid()).Scale(0.1).Tanh()
}

func (b *maker) move(x graph.Tensor) graph.Tensor {
	t := x.Type()
	if t.Rank() == 0 {
		return x.Reshape(1, 1)
	}
	axis := b.IntN(t.Rank())
	n := t.Dim(axis)
	switch b.IntN(9) {
	case 8:
		columns := make([]int, 1+b.IntN(2*t.Dim(-1)))
		for i := range columns {
			columns[i] = b.IntN(t.Dim(-1))
		}
		return x.Take(columns)
	case 0:
		return x.Transpose(b.Perm(t.Rank())...)
	case 1:
		return x.Transpose()
	case 2:
		return x.Reshape(-1)
	case 3:
		if t.Rank() > 3 {
			return x.Reshape(-1, t.Dim(-1))
		}
		return x.Reshape(append([]int{1}, t.Dims()...)...)
	case 4:
		from := b.IntN(n)
		return x.Slice(axis, from, from+1+b.IntN(n-from))
	case 5:
		return x.Pad(axis, b.IntN(3), b.IntN(3))
	case 6:
		return x.Concat(axis, x.Scale(2), b.g.Const(1).BroadcastTo(t))
	default:
		if t.Rank() < 4 {
			return x.BroadcastTo(graph.Shape(append([]int{2}, t.Dims()...)...))
		}
		return x.Flatten()
	}
}

func (b *maker) composite(x graph.Tensor) graph.Tensor {
	if x.Type().Rank() == 0 {
		return graph.Tensor{}
	}
	switch b.IntN(8) {
	case 7: // a sequence of the rows of x, from the first of them on
		rows, units := x.Reshape(-1, x.Dim(-1)), x.Dim(-1)
		if rows.Dim(0) > 20 || units > 20 {
			return graph.Tensor{}
		}
		weights := make([]float64, 3*units*units)
		for i := range weights {
			weights[i] = float64(i%5)/4 - 0.5
		}
		u := b.g.Vector(weights).Reshape(units, 3*units)
		y := rows.Concat(1, rows, rows.Tanh()).Reshape(1, -1, 3*units).GRU(u, b.g.Const(0.5).BroadcastTo(graph.Shape(units)), rows.Slice(0, 0, 1), graph.Recurrence{Reverse: b.IntN(2) == 0})
		return y.Reshape(x.Type().Dims()...)
	case 6: // each row of x looks at all, or at those before it
		rows := x.Reshape(1, -1, 1, x.Dim(-1))
		if rows.Dim(1) > 80 {
			return graph.Tensor{}
		}
		y := rows.Attention(rows.Tanh(), rows.Scale(0.5), graph.Attention{Causal: b.IntN(2) == 0})
		return y.Reshape(x.Type().Dims()...)
	case 0:
		return x.Softmax()
	case 1:
		return x.LogSoftmax()
	case 2:
		return x.CrossEntropy(x.Sigmoid())
	case 3:
		return x.CrossEntropy(b.labels(x).OneHot(x.Dim(-1)))
	case 4:
		weights := make([]float64, x.Dim(-1))
		for i := range weights {
			weights[i] = float64(i%3) - 0.75
		}
		return x.Mul(b.g.Vector(weights))
	default: // layer norm by hand
		d := x.Sub(x.MeanKeep(-1))
		return d.Div(d.Square().MeanKeep(-1).AddScalar(0.1).Sqrt())
	}
}
