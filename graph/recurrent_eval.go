package graph

import (
	"descent/internal/canonical"
	recur "descent/internal/kernel/recurrent"
)

func sigmoid64(x float64) float64 { return 1 / (1 + canonical.Exp(-x)) }

// Eval64 goes through the positions of each sample.
func (r recurrent) Eval64(e *Eval) {
	s := r.shape(e.InTypes[0])
	kept := make([]float64, s.Kept()*s.Units)
	for n := range s.N {
		h, c := clone64(e.In[2], n, s.Units), make([]float64, s.Units)
		if r.cell == recur.LSTM {
			copy(c, clone64(e.In[3], n, s.Units))
		}
		for k := range s.T {
			at := n*s.T + r.position(k, s.T)
			if clear(kept); r.counts64(e.In, 4, n, at%s.T) {
				a := through64(h, e.In[1], s.Gates()*s.Units)
				for j := range s.Units {
					x := func(gate int) float64 { return e.In[0][(at*s.Gates()+gate)*s.Units+j] }
					part := func(i int) *float64 { return &kept[i*s.Units+j] }
					if r.cell == recur.GRU {
						r, z, q := sigmoid64(x(0)+a[j]), sigmoid64(x(1)+a[s.Units+j]), a[2*s.Units+j]+e.In[3][j]
						n := canonical.Tanh(x(2) + r*q)
						h[j] = (1-z)*n + z*h[j]
						*part(0), *part(1), *part(2), *part(3) = r, z, n, q
						continue
					}
					i, f := sigmoid64(x(0)+a[j]), sigmoid64(x(1)+a[s.Units+j])
					g, o := canonical.Tanh(x(2)+a[2*s.Units+j]), sigmoid64(x(3)+a[3*s.Units+j])
					c[j] = f*c[j] + i*g
					h[j] = o * canonical.Tanh(c[j])
					*part(0), *part(1), *part(2), *part(3) = i, f, g, o
				}
			}
			if r.cell == recur.LSTM {
				copy(kept[4*s.Units:], c)
			}
			if r.of == 0 {
				copy(e.Out[at*s.Units:], h)
			} else {
				copy(e.Out[(at%s.T*s.N+n)*len(kept):], kept)
			}
		}
	}
}

// clone64 returns a copy of row n.
func clone64(x []float64, n, width int) []float64 {
	return append([]float64(nil), x[n*width:][:width]...)
}

// counts64 reports whether position t of sample n counts, by lengths, the operand of
// that number.
func (r recurrent) counts64(in [][]float64, operand, n, t int) bool {
	return !r.lengths || float64(t) < in[operand][n]
}

// through64 returns x times a matrix of so many columns.
func through64(x, w []float64, columns int) []float64 {
	y := make([]float64, columns)
	for i, v := range x {
		for j := range y {
			y[j] += v * w[i*columns+j]
		}
	}
	return y
}

// Eval64 goes back through the positions of each sample.
func (r recurrentGrad) Eval64(e *Eval) {
	dys := e.In[len(e.In)-1]
	t, samples, units := e.InTypes[2].Dim(0), e.InTypes[2].Dim(1), e.InTypes[1].Dim(1)
	gates, parts := r.cell.Gates(), r.cell.Kept()
	kept := func(n, t, i, j int) float64 { return e.In[2][((t*samples+n)*parts+i)*units+j] }
	for n := range samples {
		dh, dc := make([]float64, units), make([]float64, units)
		for k := t - 1; k >= 0; k-- {
			at := n*t + r.position(k, t)
			before := func(j int) float64 { // a state of a GRU, a cell of an LSTM
				last := r.position(max(0, k-1), t)
				switch {
				case k == 0:
					return e.In[1][n*units+j]
				case r.cell == recur.GRU:
					return e.In[3][(n*t+last)*units+j]
				}
				return kept(n, last, 4, j)
			}
			dx, da := make([]float64, gates*units), make([]float64, gates*units)
			for j := range units {
				dh[j] += dys[at*units+j]
				if !r.counts64(e.In, len(e.In)-2, n, at%t) {
					continue
				}
				part := func(i int) float64 { return kept(n, at%t, i, j) }
				set := func(i int, v, product float64) { dx[i*units+j], da[i*units+j] = v, product }
				if r.cell == recur.GRU {
					r, z, m, q := part(0), part(1), part(2), part(3)
					dm := dh[j] * (1 - z) * (1 - m*m)
					dz, dr := dh[j]*(before(j)-m)*z*(1-z), dm*q*r*(1-r)
					set(0, dr, dr)
					set(1, dz, dz)
					set(2, dm, dm*r)
					dh[j] *= z
					continue
				}
				i, f, g, o, c := part(0), part(1), part(2), part(3), canonical.Tanh(part(4))
				do := dh[j] * c * o * (1 - o)
				dc[j] += dh[j] * o * (1 - c*c)
				di, df, dg := dc[j]*g*i*(1-i), dc[j]*before(j)*f*(1-f), dc[j]*i*(1-g*g)
				for gate, v := range []float64{di, df, dg, do} {
					set(gate, v, v)
				}
				dc[j] *= f
				dh[j] = 0
			}
			for j, v := range through64(da, e.In[0], units) {
				dh[j] += v
			}
			switch {
			case r.of == 0:
				copy(e.Out[at*len(dx):], dx)
			case r.of == 2 && r.cell == recur.GRU:
				copy(e.Out[(at%t*samples+n)*units:], da[2*units:])
			}
		}
		switch {
		case r.of == 1:
			copy(e.Out[n*units:], dh)
		case r.of == 2 && r.cell == recur.LSTM:
			copy(e.Out[n*units:], dc)
		}
	}
}

// Eval64 adds up the positions of all samples.
func (r recurrentWeight) Eval64(e *Eval) {
	clear(e.Out)
	s := r.shape(e.InTypes[2])
	for n := range s.N {
		for k := range s.T {
			t := r.position(k, s.T)
			da := clone64(e.In[2], n*s.T+t, s.Gates()*s.Units)
			if r.cell == recur.GRU {
				copy(da[2*s.Units:], clone64(e.In[3], t*s.N+n, s.Units))
			}
			h := clone64(e.In[0], n, s.Units)
			if k > 0 {
				h = clone64(e.In[1], n*s.T+r.position(k-1, s.T), s.Units)
			}
			for i := range s.Units {
				if r.of == 1 {
					e.Out[i] += da[2*s.Units+i]
					continue
				}
				for j, d := range da {
					e.Out[i*len(da)+j] += h[i] * d
				}
			}
		}
	}
}
