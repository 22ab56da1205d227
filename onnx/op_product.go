package onnx

import (
	"slices"

	"descent/internal/onnxproto"
)

// gemm is α·op(A)·op(B) + β·C.
func gemm(n *call) []value {
	a, b := n.plain(n.arg(0)), n.plain(n.arg(1))
	if n.failed() {
		return nil
	}
	if a.Type().Rank() != 2 || b.Type().Rank() != 2 {
		n.failf("operands have %d and %d axes; want matrices", a.Type().Rank(), b.Type().Rank())
		return nil
	}
	if n.int("transA", 0) != 0 {
		a = a.Transpose()
	}
	if n.int("transB", 0) != 0 {
		b = b.Transpose()
	}
	y := a.MatMul(b)
	if alpha := n.float("alpha", 1); alpha != 1 {
		y = y.Scale(alpha)
	}
	if n.has(2) {
		c := n.plain(n.in[2])
		if beta := n.float("beta", 1); beta != 1 {
			c = c.Scale(beta)
		}
		y = y.Add(c)
	}
	return []value{of(onnxproto.Float32, y)}
}

// matMul is the product of matrices, for each index of the axes before; a vector is a
// matrix of one row or column.
func matMul(n *call) []value {
	a, b := n.plain(n.arg(0)), n.plain(n.arg(1))
	if n.failed() {
		return nil
	}
	p, q := a.Type().Dims(), b.Type().Dims()
	if len(p) == 0 || len(q) == 0 {
		n.failf("%w", errRank)
		return nil
	}
	if len(p) == 1 {
		a = a.Reshape(1, p[0])
	}
	if len(q) == 1 {
		b = b.Reshape(q[0], 1)
	}
	y := a.MatMul(b)
	if n.failed() {
		return nil
	}
	dims := y.Type().Dims()
	if len(q) == 1 {
		dims = dims[:len(dims)-1]
	}
	if len(p) == 1 {
		at := len(dims) - min(len(q), 2)
		dims = slices.Delete(dims, at, at+1)
	}
	return []value{of(n.in[0].typ, y.Reshape(dims...))}
}
