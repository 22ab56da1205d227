package product

import "descent/internal/kernel/tile"

// narrow is B where [Gemm.Narrow] says so.
func (g Gemm) narrow() tile.Narrow {
	return tile.Narrow{Format: g.Narrow, Inner: g.K, Columns: g.N}
}

// multiplyRows computes a block of C of few rows by a narrow B, which is widened in
// registers.
func (g Gemm) multiplyRows(r rect, c, a, words, scratch []float32) {
	u, m, row := tile.CurrentUnit(), g.narrow(), g.rowC()
	for j := r.c0; j < r.c1; {
		log, cols := u.OneFits(m, j, r.c1-j)
		for i := r.r0; i < r.r1; i++ {
			out := c[i*row+j : i*row+min(j+cols, r.c1)]
			to := out
			if len(out) < cols {
				to = scratch[:cols]
			}
			for k0 := 0; k0 < g.K; k0 += tile.BlockK {
				k := min(tile.BlockK, g.K-k0)
				u.MultiplyOne(m, words, a[i*g.rowA()+k0:][:k], k0, j, log, to, k0 > 0)
			}
			if len(out) < cols {
				copy(out, to)
			}
		}
		j += cols
	}
}
