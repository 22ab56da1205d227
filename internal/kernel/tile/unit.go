package tile

import "unsafe"

// A Unit runs tiles on the micro-kernels of the tier in use; without an
// instruction set it is plain Go.
type Unit struct{ set *Set }

// CurrentUnit returns that of the tier in use.
func CurrentUnit() Unit { return Unit{Current()} }

// MaxPanel is the most columns of B that are packed.
const MaxPanel = 64

// Choose returns how wide tiles are, as the logarithm of their vectors, and
// how tall at most, for a block of height × width of which packed columns at
// most can be held.
func (u Unit) Choose(height, width int, depth, packed bool) (wide, rows int) {
	if u.set == nil {
		return plainWide, plainRows
	}
	if !depth {
		wide = u.set.Vectors(height, width)
		if packed {
			for wide > u.set.Common && u.set.Lanes<<wide > MaxPanel {
				wide--
			}
		}
		return wide, u.set.Rows[wide]
	}
	most := u.set.depthRows
	for wide < 2 && (height <= most[wide+1] || most[wide] == most[wide+1]) && width > u.set.Lanes<<wide {
		wide++
	}
	return wide, most[wide]
}

// Piece returns the vectors of the next tile where n columns are left, and how
// many columns that is in memory that it packs.
func (u Unit) Piece(t *Tile, wide, n int) (panel int) {
	if u.set == nil {
		t.Cols = min(n, plainLanes<<plainWide)
		return plainLanes << plainWide
	}
	t.Log, t.Tail = u.set.Piece(wide, n)
	t.Cols = min(n, u.set.Lanes<<t.Log)
	return u.set.Lanes << t.Log
}

// Packs reports whether a tile of that many rows can pack what it reads of B.
func (u Unit) Packs(t *Tile, rows int) bool {
	return u.set != nil && !t.Depth && t.Log == u.set.Common && u.set.Packers[rows] != nil
}

// Multiply computes the tile, whose sums end so; nil: as they are.
func (u Unit) Multiply(t *Tile, end *End) {
	if u.set == nil {
		t.multiplyPlain()
		if end != nil {
			end.plain(t)
		}
		return
	}
	tile := u.set.Tiles[t.Log][t.Rows]
	switch {
	case t.Depth:
		tile = u.set.depths[t.Log][t.Rows]
	case t.Panel != nil:
		tile = u.set.Packers[t.Rows]
	}
	first := min(t.First, t.K)
	b, bRow := &t.B[t.BAt], 4*t.BRow
	if end == nil { // by itself, as the operands take time to pass
		tile(t.K, &t.A[t.At], 4*t.ARow, 4*t.ACol, b, bRow, &t.C[t.CAt], 4*t.CRow, t.Tail, t.Add,
			unsafe.SliceData(t.Panel), first, t.Run, unsafe.SliceData(t.Jumps), Soon(b, bRow), bRow, false, false, nil, nil, nil, nil)
		return
	}
	e := end.At(t.CAt, end.Column)
	tile(t.K, &t.A[t.At], 4*t.ARow, 4*t.ACol, b, bRow, &t.C[t.CAt], 4*t.CRow, t.Tail, t.Add,
		unsafe.SliceData(t.Panel), first, t.Run, unsafe.SliceData(t.Jumps), Soon(b, bRow), bRow,
		true, e.ReLU, e.Sub, e.Mul, e.Add, e.Rest)
}

// Threes computes lines of a tile of depth, aLine and cLine apart in A and C: of any number
// of rows, one vector wide, whose terms are three runs of three, as far apart, and whose
// sums do not end with Rest.
func (u Unit) Threes(t *Tile, end *End, lines, aLine, cLine int) {
	if u.set == nil {
		for range lines {
			u.Multiply(t, end)
			t.At, t.CAt = t.At+aLine, t.CAt+cLine
		}
		return
	}
	e := neutral
	if end != nil {
		e = neutral.but(end.At(t.CAt, end.Column))
	}
	floor, zero := &nothing.floor, &nothing.zero
	if e.ReLU {
		floor, zero = &nothing.sub[0], &nothing.sub[0]
	}
	u.set.threes(lines, t.Rows, &t.A[t.At], 4*aLine, 4*t.ARow, 4*t.ACol, 4*(t.Jumps[0]+3*t.ACol), &t.B[t.BAt], 4*t.BRow, &t.C[t.CAt], 4*cLine, 4*t.CRow, t.Tail,
		e.Sub, e.Mul, e.Add, floor, zero)
}

// Transpose writes cols columns of rows of src as rows of dst, whose length
// is that of whole vectors.
func (u Unit) Transpose(cols int, src []float32, srcRow, rows int, dst []float32, dstRow int) {
	if u.set == nil {
		transposePlain(cols, src, srcRow, rows, dst, dstRow)
		return
	}
	for r := 0; r < rows; r += u.set.Lanes {
		u.set.Transpose(cols, &src[r*srcRow], 4*srcRow, min(u.set.Lanes, rows-r), &dst[r], 4*dstRow)
	}
}

// Sweep applies the matrix of that number to columns.
func (u Unit) Sweep(matrix int, s *Sweep) {
	if u.set == nil {
		s.sweepPlain(matrix)
		return
	}
	u.set.linears[matrix](s.N, &s.Src[s.At], 4*s.Step, &s.Dst[s.To], 4*s.DstStep, s.Count, 4*s.Next, 4*s.DstNext)
}
