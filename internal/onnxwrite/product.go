package onnxwrite

import (
	"slices"
	"strings"

	"descent/internal/onnxproto"
)

func (w *writer) matMul(p pair) (value, error) {
	in, out, err := w.filled(p)
	if err != nil {
		return value{}, err
	}
	a, err := w.attributes(p)
	if err != nil {
		return value{}, err
	}
	var attrs []attr
	for i, name := range []string{"transA", "transB"} {
		if a.Transposed[i] {
			attrs = append(attrs, attr{name, 1})
		}
	}
	x, y := w.float(in[0]), w.float(in[1])
	return w.apply("Gemm", label(p, "gemm"), onnxproto.Float32, out, []string{x.name, y.name}, attrs...), nil
}

// einsum writes a batch of products, which stand before the rows and columns of each.
func (w *writer) einsum(p pair) (value, error) {
	in, out, err := w.filled(p)
	if err != nil {
		return value{}, err
	}
	a, err := w.attributes(p)
	if err != nil {
		return value{}, err
	}
	x, y, z := a.Letters[0], a.Letters[1], a.Letters[2]
	has := strings.ContainsRune
	var batch, m, n, k string
	for _, c := range z {
		switch {
		case has(x, c) && has(y, c):
			batch += string(c)
		case has(y, c):
			n += string(c)
		case m != "":
			batch += string(c) // of the first operand alone
		default:
			m = string(c)
		}
	}
	for _, c := range x {
		if !has(z, c) {
			k += string(c)
		}
	}
	side := func(v value, letters, rows, columns string) value {
		v = w.float(v)
		var perm []int
		var dims []size
		for _, c := range batch + rows + columns {
			if i := strings.IndexRune(letters, c); i >= 0 {
				perm, dims = append(perm, i), append(dims, v.dims[i])
			}
		}
		if !slices.Equal(perm, identity(len(perm))) {
			v.name = w.transposed(v.name, perm)
		}
		v.dims = dims
		if len(perm) == len(batch)+2 {
			return v
		}
		full := make([]size, 0, len(batch)+2)
		for _, c := range batch + rows + columns {
			if strings.ContainsRune(letters, c) {
				full, dims = append(full, dims[0]), dims[1:]
			} else {
				full = append(full, size{n: 1})
			}
		}
		v.name, v.dims = w.reshaped(v, full), full
		return v
	}
	l, r := side(in[0], x, m, k), side(in[1], y, k, n)
	v := value{name: w.node("MatMul", label(p, "matmul"), []string{l.name, r.name}), typ: onnxproto.Float32, dims: out}
	have := batch + m + n
	for _, c := range z { // axis i of ours is where its letter is in the product
		v.order = append(v.order, strings.IndexRune(have, c))
	}
	if slices.Equal(v.order, identity(len(z))) {
		v.order = nil
	}
	return v, nil
}
