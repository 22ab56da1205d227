package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/product"
)

// MatMul returns the matrix product x·y, or one for each index of the axes before
// the last two, which broadcast:
//
//	x [..., m, k]    y [..., k, n]    result [..., m, n]
//
// Gradient: dx = dz·yᵀ, dy = xᵀ·dz. [Tensor.Einsum] leaves the order of axes to
// the caller.
func (x Tensor) MatMul(y Tensor) Tensor {
	if max(x.Type().Rank(), y.Type().Rank()) > 2 && min(x.Type().Rank(), y.Type().Rank()) >= 2 {
		return batchMatMul(x, y)
	}
	return x.apply(matMul{}, y)
}

// matMul is op(x)·op(y), where op transposes if the field says so. Transposed
// operands are read as they lie; no transposed copy is made.
type matMul struct{ transX, transY bool }

func (m matMul) Name() string {
	return map[matMul]string{{}: "MatMul", {transX: true}: "MatMulTN", {transY: true}: "MatMulNT", {true, true}: "MatMulTT"}[m]
}

// dims returns m, n and k of op(x)·op(y).
func (m matMul) dims(in []Type) (rows, cols, inner, innerY int) {
	rows, inner = in[0].Dim(0), in[0].Dim(1)
	if m.transX {
		rows, inner = inner, rows
	}
	innerY, cols = in[1].Dim(0), in[1].Dim(1)
	if m.transY {
		innerY, cols = cols, innerY
	}
	return rows, cols, inner, innerY
}

func (m matMul) Infer(in ...Type) (Type, error) {
	for i, t := range in {
		if t.Rank() != 2 {
			return Type{}, fmt.Errorf("operand %d has %d axes, a matrix product takes [rows, columns]", i, t.Rank())
		}
	}
	rows, cols, k, ky := m.dims(in)
	if k != ky {
		return Type{}, fmt.Errorf("the first has %d columns, the second %d rows; they must be equal", k, ky)
	}
	return Shape(rows, cols), nil
}

func (m matMul) Eval64(e *Eval) {
	rows, cols, inner, _ := m.dims(e.InTypes)
	xi, xk := inner, 1
	if m.transX {
		xi, xk = 1, rows
	}
	yk, yj := cols, 1
	if m.transY {
		yk, yj = 1, inner
	}
	for i := range rows {
		for j := range cols {
			var s float64
			for k := range inner {
				s += e.In[0][i*xi+k*xk] * e.In[1][k*yk+j*yj]
			}
			e.Out[i*cols+j] = s
		}
	}
}

func (m matMul) Kernel(_ Type, in ...Type) kernel.Kernel {
	rows, cols, inner, _ := m.dims(in)
	return &product.Gemm{M: rows, N: cols, K: inner, TransA: m.transX, TransB: m.transY}
}

func (m matMul) Grad(_, dz Tensor, in ...Tensor) []Tensor {
	x, y := in[0], in[1]
	var dx, dy Tensor
	if m.transX {
		dx = y.apply(matMul{m.transY, true}, dz)
	} else {
		dx = dz.apply(matMul{false, !m.transY}, y)
	}
	if m.transY {
		dy = dz.apply(matMul{true, m.transX}, x)
	} else {
		dy = x.apply(matMul{!m.transX, false}, dz)
	}
	return []Tensor{dx, dy}
}

// SwapOperand implements lowering.Product.
func (m matMul) SwapOperand(i int) Op {
	if i == 0 {
		m.transX = !m.transX
	} else {
		m.transY = !m.transY
	}
	return m
}

// MultiplyAdds is an inner sum for each element of z.
func (m matMul) MultiplyAdds(z Type, in ...Type) int {
	_, _, inner, _ := m.dims(in)
	return z.Size() * inner
}

// Inner implements lowering.Product.
func (m matMul) Inner(in ...Tensor) int {
	_, _, inner, _ := m.dims([]Type{in[0].Type(), in[1].Type()})
	return inner
}
