package graph

import (
	"slices"

	recur "descent/internal/kernel/recurrent"
)

// plain writes a recurrence out, position by position, in products and elementwise
// operations. Derivatives of derivatives go through it.
func (r recurrent) plain(x ...Tensor) Tensor {
	in, u, h, c := x[0], x[1], x[2], x[3]
	t := in.Dim(1)
	all := make([]Tensor, t)
	for k := range t {
		at := r.position(k, t)
		gates, product := r.parts(row(in, at)), r.parts(h.MatMul(u))
		next, cell, kept := h, c, []Tensor(nil)
		if r.cell == recur.GRU {
			reset, z, q := gates[0].Add(product[0]).Sigmoid(), gates[1].Add(product[1]).Sigmoid(), product[2].Add(c)
			n := gates[2].Add(reset.Mul(q)).Tanh()
			next = n.Add(z.Mul(h.Sub(n)))
			kept = []Tensor{reset, z, n, q}
		} else {
			i, f := gates[0].Add(product[0]).Sigmoid(), gates[1].Add(product[1]).Sigmoid()
			g, o := gates[2].Add(product[2]).Tanh(), gates[3].Add(product[3]).Sigmoid()
			cell = f.Mul(c).Add(i.Mul(g))
			next = o.Mul(cell.Tanh())
			kept = []Tensor{i, f, g, o, cell}
		}
		if r.lengths {
			counts := r.counts(x[4], at)
			next = counts.Select(next, h)
			for i := range kept {
				kept[i] = counts.Select(kept[i], kept[i].Const(0))
			}
			if r.cell == recur.LSTM {
				cell = counts.Select(cell, c)
				kept[4] = cell
			}
		}
		h, c = next, cell
		if all[at] = h.Reshape(h.Dim(0), 1, -1); r.of == 1 {
			all[at] = kept[0].Concat(1, kept[1:]...).Reshape(1, h.Dim(0), -1)
		}
	}
	return all[0].Concat(1-r.of, all[1:]...)
}

// row returns x [n, t, ...] at position t.
func row(x Tensor, t int) Tensor { return x.Slice(1, t, t+1).Reshape(x.Dim(0), -1) }

// rowOf returns x [t, n, ...] at position t.
func rowOf(x Tensor, t int) Tensor { return x.Slice(0, t, t+1).Reshape(x.Dim(1), -1) }

// parts returns what belongs to each gate.
func (r recurrent) parts(x Tensor) []Tensor {
	parts := make([]Tensor, r.cell.Gates())
	units := x.Dim(1) / len(parts)
	for i := range parts {
		parts[i] = x.Slice(1, i*units, (i+1)*units)
	}
	return parts
}

// counts returns, as [n, 1], 1 where position t counts.
func (r recurrent) counts(lengths Tensor, t int) Tensor {
	return lengths.Const(float64(t)).Less(lengths.Reshape(-1, 1))
}

// plain writes the backward pass out.
func (r recurrentGrad) plain(x ...Tensor) Tensor {
	w, first, kept, dy := x[0], x[1], x[2], x[len(x)-1]
	n, t, units := dy.Dim(0), dy.Dim(1), dy.Dim(2)
	zero := dy.Const(0).BroadcastTo(Shape(n, units))
	dh, dc := zero, zero
	dx, dq := make([]Tensor, t), make([]Tensor, t)
	for k := t - 1; k >= 0; k-- {
		at := r.position(k, t)
		dh = dh.Add(row(dy, at))
		s := rowOf(kept, at)
		part := func(i int) Tensor { return s.Slice(1, i*units, (i+1)*units) }
		before := first
		switch {
		case k == 0:
		case r.cell == recur.GRU:
			before = row(x[3], r.position(k-1, t))
		default:
			before = rowOf(kept, r.position(k-1, t)).Slice(1, 4*units, 5*units)
		}
		slope := func(y Tensor) Tensor { return y.Mul(y.Affine(-1, 1)) } // of σ
		var gates, product []Tensor
		left, leftCell := zero, dc
		if r.cell == recur.GRU {
			reset, z, m, q := part(0), part(1), part(2), part(3)
			dz := dh.Mul(before.Sub(m)).Mul(slope(z))
			dm := dh.Mul(z.Affine(-1, 1)).Mul(m.Square().Affine(-1, 1))
			dr := dm.Mul(q).Mul(slope(reset))
			gates, product, left = []Tensor{dr, dz, dm}, []Tensor{dr, dz, dm.Mul(reset)}, dh.Mul(z)
		} else {
			i, f, g, o, c := part(0), part(1), part(2), part(3), part(4).Tanh()
			all := dc.Add(dh.Mul(o).Mul(c.Square().Affine(-1, 1)))
			gates = []Tensor{all.Mul(g).Mul(slope(i)), all.Mul(before).Mul(slope(f)), all.Mul(i).Mul(g.Square().Affine(-1, 1)), dh.Mul(c).Mul(slope(o))}
			product, leftCell = gates, all.Mul(f)
		}
		if r.lengths {
			counts := r.counts(x[len(x)-2], at)
			gates, product = slices.Clone(gates), slices.Clone(product)
			for i := range gates {
				gates[i], product[i] = counts.Select(gates[i], zero), counts.Select(product[i], zero)
			}
			left, leftCell = counts.Select(left, dh), counts.Select(leftCell, dc)
		}
		dh, dc = left.Add(product[0].Concat(1, product[1:]...).MatMul(w)), leftCell
		dx[at] = gates[0].Concat(1, gates[1:]...).Reshape(n, 1, -1)
		dq[at] = product[2].Reshape(1, n, -1)
	}
	switch {
	case r.of == 0:
		return dx[0].Concat(1, dx[1:]...)
	case r.of == 1:
		return dh
	case r.cell == recur.GRU:
		return dq[0].Concat(0, dq[1:]...)
	}
	return dc
}

// plain writes the gradient of the weight or the bias out, as one product or sum.
func (r recurrentWeight) plain(x ...Tensor) Tensor {
	h, y, da := x[0], x[1], x[2]
	n, t, units := y.Dim(0), y.Dim(1), y.Dim(2)
	before := h.Reshape(n, 1, units) // of each position
	switch {
	case r.of == 1:
		return x[3].Sum(0, 1)
	case t > 1 && r.reverse:
		before = y.Slice(1, 1, t).Concat(1, before)
	case t > 1:
		before = before.Concat(1, y.Slice(1, 0, t-1))
	}
	if r.cell == recur.GRU {
		da = da.Slice(2, 0, 2*units).Concat(2, x[3].Transpose(1, 0, 2))
	}
	return before.Reshape(n*t, units).Transpose().MatMul(da.Reshape(n*t, -1))
}
