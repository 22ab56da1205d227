package product

import "descent/internal/kernel/tile"

const (
	panel = 32 // columns of a panel of packed B

	// sharePanel is the number of tiles from which the first one packs
	// B for the others. Measured: fewer read it faster where it lies.
	sharePanel = 4
)

// packed is how many float32 a task of the partition packs into.
func (g Gemm) packed(p blocks) int {
	k := min(g.K, tile.BlockK)
	n := 0
	if g.forms() || p.height > 12 {
		n += panel * k
	}
	if g.Narrow != tile.Float32 {
		n = max(n, tile.Panel)
	}
	return max(n+tile.Line, p.width)
}

// forms reports whether panels of B are made before they are read: of one that is
// transposed, or narrow.
func (g Gemm) forms() bool { return g.TransB || g.Narrow != tile.Float32 }

// multiply computes a block of C, whose sums end so.
func (g Gemm) multiply(r rect, c, a, b, scratch []float32, end *tile.End) {
	switch set := tile.Current(); {
	case g.K == 0 && g.Add:
	case g.K == 0:
		for i := r.r0; i < r.r1; i++ {
			clear(c[i*g.rowC()+r.c0 : i*g.rowC()+r.c1])
		}
	case r.r0 == r.r1 || r.c0 == r.c1:
	case set == nil:
		g.multiplyPlain(r, c, a, b, scratch, end)
	case g.Narrow != tile.Float32 && r.r1-r.r0 <= fewRows:
		g.multiplyRows(r, c, a, b, scratch)
	default:
		g.multiplyTiles(set, r, c, a, b, scratch, end)
	}
}

// multiplyTiles computes a block of C tile by tile, column by column of tiles
// so that a strip of B stays close.
func (g Gemm) multiplyTiles(set *tile.Set, r rect, c, a, b, scratch []float32, end *tile.End) {
	am, ak, bk, _ := g.strides()
	row := g.rowC()
	wide := set.Vectors(r.r1-r.r0, r.c1-r.c0)
	forms := g.forms()
	if forms {
		wide = min(wide, set.Common) // transposing bounds the time, and likes a narrow panel
	}
	height := r.r1 - r.r0
	down := (height + set.Rows[wide] - 1) / set.Rows[wide]
	packB := !forms && down >= sharePanel

	scratch = tile.Aligned(scratch)
	var panelB *float32
	if forms || packB {
		panelB = &scratch[0]
	}

	for k0 := 0; k0 < g.K; k0 += tile.BlockK {
		k := min(tile.BlockK, g.K-k0)
		ends := end != nil && k0+k == g.K
		for j, next := r.c0, 0; j < r.c1; j = next {
			log, tail := set.Piece(wide, r.c1-j)
			next = min(j+set.Lanes<<log, r.c1)
			var bAt *float32
			bRow, panelRow := 4*bk, 4*set.Lanes<<log
			switch {
			case g.TransB:
				g.packB(set, b, scratch, k0, k, j, next, panelRow)
				bAt, bRow = panelB, panelRow
			case g.Narrow != tile.Float32:
				at := j % panel // blocks begin at whole panels
				if at == 0 {
					tile.CurrentUnit().Widen(g.narrow(), b, k0, k, j, min(panel, r.c1-j), scratch, panel)
				}
				bAt, bRow = &scratch[at], 4*panel
			default:
				bAt = &b[k0*bk+j]
			}
			for t := range down {
				r0, r1 := r.r0+t*height/down, r.r0+(t+1)*height/down
				run, packs := set.Tiles[log][r1-r0], packB && t == 0 && log == set.Common
				if packs {
					run = set.Packers[r1-r0]
				}
				ahead, aheadRow := tile.Soon(bAt, bRow), bRow
				switch last := t == down-1; {
				case down < sharePanel || t == 0:
				case g.TransA && !last && k == tile.BlockK: // columns of A for the next tile
					ahead, aheadRow = tile.Address(&a[r1*am+k0*ak]), 4*ak
				case forms || !last:
				case next < r.c1: // the next strip of B
					ahead, aheadRow = tile.Address(&b[k0*bk+next]), 4*bk
				case k0+k < g.K:
					ahead, aheadRow = tile.Address(&b[(k0+k)*bk+r.c0]), 4*bk
				}
				var e tile.Operands
				if ends {
					e = end.At(r0*row+j, j)
				}
				run(k, &a[r0*am+k0*ak], 4*am, 4*ak, bAt, bRow, &c[r0*row+j], 4*row, tail, g.Add || k0 > 0, panelB, k, 0, nil, ahead, aheadRow,
					ends, e.ReLU, e.Sub, e.Mul, e.Add, e.Rest)
				if packs {
					bAt, bRow = panelB, panelRow
				}
			}
		}
	}
}

// packB stores terms [k0, k0+k) of columns [j, next) of a transposed B as one
// panel with rows of panelRow bytes.
func (g Gemm) packB(set *tile.Set, b, packed []float32, k0, k, j, next, panelRow int) {
	for v := j; v < next; v += set.Lanes {
		set.Transpose(k, &b[v*g.rowB()+k0], 4*g.rowB(), min(set.Lanes, next-v), &packed[v-j], panelRow)
	}
}
