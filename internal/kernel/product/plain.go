package product

import (
	"descent/internal/fma"
	"descent/internal/kernel/tile"
)

// multiplyPlain computes a block of C in plain Go: the specification of every
// other implementation.
func (g Gemm) multiplyPlain(r rect, c, a, b []float32, scratch []float32) {
	am, ak, bk, bn := g.strides()
	acc := scratch[:r.c1-r.c0]
	for i := r.r0; i < r.r1; i++ {
		row := c[i*g.rowC()+r.c0 : i*g.rowC()+r.c1]
		clear(row)
		for k0 := 0; k0 < g.K; k0 += tile.BlockK {
			k1 := min(k0+tile.BlockK, g.K)
			clear(acc)
			if g.TransB {
				for j := range acc {
					from := (r.c0 + j) * bn
					acc[j] = fma.Dot(a[i*am+k0*ak:], ak, b[from+k0:from+k1])
				}
			} else {
				for k := k0; k < k1; k++ {
					from := k*bk + r.c0
					fma.Row(acc, a[i*am+k*ak], b[from:from+len(acc)])
				}
			}
			if k0 == 0 {
				copy(row, acc)
				continue
			}
			for j, x := range acc {
				row[j] += x
			}
		}
	}
}
