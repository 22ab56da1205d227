package tile

import "descent/internal/fma"

// Tiles in plain Go: height is what packing B is worth for.
const (
	plainRows  = 32
	plainLanes = 16
	plainWide  = 1 // the logarithm of the vectors
)

// multiplyPlain is the micro-kernel in plain Go, of any number of rows and
// columns: B is packed four columns at a time, and read by as many rows at a
// time as the registers hold sums for.
func (t *Tile) multiplyPlain() {
	if t.Depth || t.Rows == 1 {
		t.multiplyRows(0, t.Cols)
		return
	}
	inA := t.rangeA()
	var packed [fma.Cols * BlockK]fma.Term
	for j := 0; j < t.Cols; j += fma.Cols {
		n := min(fma.Cols, t.Cols-j)
		if !t.pack(packed[:], j, n).Fits(inA) {
			t.multiplyRows(j, n)
			continue
		}
		for i := 0; i < t.Rows; i += fma.Rows {
			t.multiplyPacked(packed[:], i, j, n)
		}
	}
}

// rangeA is the range of what is read of A.
func (t *Tile) rangeA() fma.Range {
	r := fma.NewRange()
	t.eachRun(func(at, _, n int) {
		for i := range t.Rows {
			for p := range n {
				r.Include(t.A[at+i*t.ARow+p*t.ACol])
			}
		}
	})
	return r
}

// eachRun calls f for the runs of the terms: where the first row of A has the
// first of them, its number, and how many they are.
func (t *Tile) eachRun(f func(at, first, n int)) {
	at, left, next := t.At, min(t.First, t.K), 0
	for p := 0; ; {
		f(at, p, left)
		if p += left; p == t.K {
			return
		}
		at += left*t.ACol + t.Jumps[next]
		left = min(t.Run, t.K-p)
		next++
	}
}

// pack stores n columns of B from j on side by side, with zeros for those that
// are missing, and returns their range.
func (t *Tile) pack(packed []fma.Term, j, n int) fma.Range {
	r := fma.NewRange()
	for p := range t.K {
		row, b := packed[p*fma.Cols:][:fma.Cols], t.B[t.BAt+p*t.BRow+j:][:n]
		for c := range row {
			row[c] = 0
			if c < len(b) {
				r.Include(b[c])
				row[c] = fma.Term(b[c])
			}
		}
	}
	return r
}

// multiplyPacked computes n columns from j on of the rows from i on that
// the registers hold. Those that would be below the last one are computed like
// it, and not stored.
func (t *Tile) multiplyPacked(packed []fma.Term, i, j, n int) {
	var acc [fma.Rows * fma.Cols]fma.Term
	var rows [fma.Rows]int
	t.eachRun(func(at, first, n int) {
		for r := range rows {
			rows[r] = at + min(i+r, t.Rows-1)*t.ARow
		}
		fma.Tile(&acc, n, t.A, &rows, t.ACol, packed[first*fma.Cols:])
	})
	for r := range min(fma.Rows, t.Rows-i) {
		row := t.C[t.CAt+(i+r)*t.CRow+j:][:n]
		for c := range row {
			sum := float32(acc[r*fma.Cols+c])
			if t.Add {
				sum += row[c]
			}
			row[c] = sum
		}
	}
}

// multiplyRows is the specification of the micro-kernels: it computes n columns
// from j on, row by row.
func (t *Tile) multiplyRows(j, n int) {
	var sum [BlockK]float32
	for ; n > 0; j, n = j+len(sum), n-len(sum) {
		acc := sum[:min(n, len(sum))]
		for i := range t.Rows {
			clear(acc)
			t.eachRun(func(at, first, terms int) {
				for p := range terms {
					b := t.B[t.BAt+(first+p)*t.BRow+j:][:len(acc)]
					from := at + i*t.ARow + p*t.ACol
					if !t.Depth {
						fma.Row(acc, t.A[from], b)
						continue
					}
					for c, x := range t.A[from+j:][:len(acc)] {
						acc[c] = fma.MulAdd(x, b[c], acc[c])
					}
				}
			})
			row := t.C[t.CAt+i*t.CRow+j:][:len(acc)]
			for c, x := range acc {
				if t.Add {
					x += row[c]
				}
				row[c] = x
			}
		}
	}
}

// transposePlain writes cols columns of rows of src as rows of dst.
func transposePlain(cols int, src []float32, srcRow, rows int, dst []float32, dstRow int) {
	for c := range cols {
		for r := range rows {
			dst[c*dstRow+r] = src[r*srcRow+c]
		}
	}
}
