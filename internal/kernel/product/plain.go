package product

import "descent/internal/kernel/tile"

// multiplyPlain computes a block of C in plain Go: a B that is transposed or narrow in
// panels, another where it lies.
func (g Gemm) multiplyPlain(r rect, c, a, b []float32, scratch []float32, end *tile.End) {
	am, ak, bk, _ := g.strides()
	u := tile.CurrentUnit()
	for k0 := 0; k0 < g.K; k0 += tile.BlockK {
		t := tile.Tile{
			Rows: r.r1 - r.r0, K: min(tile.BlockK, g.K-k0), Add: g.Add || k0 > 0,
			A: a, At: r.r0*am + k0*ak, ARow: am, ACol: ak, C: c, CRow: g.rowC(),
		}
		t.First = t.K
		for j, next := r.c0, r.c1; j < r.c1; j, next = next, r.c1 {
			t.B, t.BAt, t.BRow = b, k0*bk+j, bk
			if g.forms() {
				next = min(j+panel, r.c1)
				if g.TransB {
					u.Transpose(t.K, b[j*g.rowB()+k0:], g.rowB(), next-j, scratch, panel)
				} else {
					u.Widen(g.narrow(), b, k0, t.K, j, next-j, scratch, panel)
				}
				t.B, t.BAt, t.BRow = scratch, 0, panel
			}
			t.Cols, t.CAt = next-j, r.r0*t.CRow+j
			ends := end
			if k0+t.K < g.K {
				ends = nil
			} else if end != nil {
				end.Column = j
			}
			u.Multiply(&t, ends)
		}
	}
}
