package main

import "descent/internal/kernel/_asm/neon"

// A neonTiler writes one tile: pointers as they go, distances, accumulators.
type neonTiler struct {
	*neon.Func
	tile
	k, n, a, aCol, b, bRow, panel neon.Reg
	ahead, aheadRow, jumps        neon.Reg
	free                          neon.Reg
	row                           []neon.Reg // how far each row of A is from the first
	part                          *part      // of the last vector, where it is not whole
	acc                           [][]neon.Vec
}

// neonTile writes the kernel of one tile; see generateTile. As there are no
// masks it has two copies: one for whole vectors, and one whose last vector is
// a part.
func neonTile(file *neon.File, t tile) {
	f := file.Func(t.name(neonSet{}), tileSignature, t.doc(neonSet{}))
	e := &neonTiler{Func: f, tile: t, row: distances(f, "aRow", t.rows)}
	e.k, e.n = f.Param("k"), f.Param("first") // left after this run, and in it
	f.Line("SUB %v, %v, %v", e.n, e.k, e.k)
	e.a, e.aCol = f.Param("a"), f.Param("aCol")
	e.b, e.bRow = f.Param("b"), f.Param("bRow")
	if t.packs {
		e.panel = f.Param("panel")
	}
	e.ahead, e.aheadRow, e.jumps, e.free = f.Param("ahead"), f.Param("aheadRow"), f.Param("jumps"), f.Reg()
	tail := f.Param("tail")
	f.Line("CMP $%d, %v", neonLanes, tail)
	f.Line("BLT part")
	e.product("")
	f.Label("part")
	p := newPart(f, tail, (t.vectors-1)*neonBytes)
	e.part = &p
	e.product("part")
	file.Add(f)
}

// distances returns how far each of n rows is from the first.
func distances(f *neon.Func, step string, n int) []neon.Reg {
	at := []neon.Reg{neon.ZR}
	if n > 1 {
		at = append(at, f.Param(step))
	}
	for i := 2; i < n; i++ {
		at = append(at, f.Reg())
		f.Line("ADD %v, %v, %v", at[1], at[i-1], at[i])
	}
	return at
}

// product writes one copy of the kernel, whose labels begin with name.
func (e *neonTiler) product(name string) {
	e.acc = make([][]neon.Vec, e.rows)
	for i := range e.acc {
		for range e.vectors {
			e.acc[i] = append(e.acc[i], e.Zero())
		}
	}
	loop, done := name+"loop", name+"done"
	e.Line("CBZ %v, %s", e.n, done)
	e.Label(loop)
	for at := 0; at < e.vectors*neonBytes; at += 64 {
		e.Line("PRFM %d(%v), PLDL1KEEP", at, e.ahead)
	}
	e.Line("ADD %v, %v, %v", e.aheadRow, e.ahead, e.ahead)
	switch {
	case e.depth:
		e.byLane()
	case e.vectors <= e.rows:
		e.byRow()
	default:
		e.byColumn()
	}
	e.Line("ADD %v, %v, %v", e.aCol, e.a, e.a)
	e.Line("ADD %v, %v, %v", e.bRow, e.b, e.b)
	if e.packs {
		e.Line("ADD $%d, %v, %v", e.vectors*neonBytes, e.panel, e.panel)
	}
	e.Line("SUBS $1, %v, %v", e.n, e.n)
	e.Line("BNE %s", loop)

	e.Line("CBZ %v, %s", e.k, done)
	e.Line("MOVD.P 8(%v), %v", e.jumps, e.free)
	e.Line("ADD %v<<2, %v, %v", e.free, e.a, e.a)
	e.ParamInto(e.n, "run")
	e.Line("CMP %v, %v", e.n, e.k)
	e.Line("CSEL LT, %v, %v, %v", e.k, e.n, e.n)
	e.Line("SUB %v, %v, %v", e.n, e.k, e.k)
	e.Line("B %s", loop)
	e.Label(done)
	e.finish(name)
}

// byRow adds one column of A times one row of B, which registers hold; of A
// there are three on the way.
func (e *neonTiler) byRow() {
	const early = 2
	var b, a []neon.Vec
	for len(b) < e.vectors {
		b = append(b, e.loadB(len(b))...)
	}
	for i := range e.rows {
		for len(a) < min(i+early+1, e.rows) {
			a = append(a, e.Load1Index(e.a, e.row[len(a)]))
		}
		for j, v := range b {
			e.ByElement(e.acc[i][j], v, a[i])
		}
	}
}

// byColumn does the same with A in registers, and of B up to four vectors.
func (e *neonTiler) byColumn() {
	const early = 2
	var b, a []neon.Vec
	for len(a) < e.rows {
		a = append(a, e.Load1Index(e.a, e.row[len(a)]))
	}
	for j := range e.vectors {
		for len(b) < min(j+early+1, e.vectors) {
			b = append(b, e.loadB(len(b))...)
		}
		for i, x := range a {
			e.ByElement(e.acc[i][j], b[j], x)
		}
	}
}

// byLane multiplies lane by lane, with a row of B in registers.
func (e *neonTiler) byLane() {
	b := e.vectorsAt(e.b)
	for i := range e.rows {
		at := e.a
		if i > 0 {
			at = e.free
			e.Line("ADD %v, %v, %v", e.row[i], e.a, at)
		}
		for j, x := range e.vectorsAt(at) {
			e.Into(neon.FMLA, e.acc[i][j], x, b[j])
		}
	}
}

// vectorsAt reads all vectors of the row at base.
func (e *neonTiler) vectorsAt(base neon.Reg) (all []neon.Vec) {
	for len(all) < e.vectors {
		all = append(all, e.load(base, len(all))...)
	}
	return all
}

// load reads vector j of the row at base, and its neighbour if both are whole.
func (e *neonTiler) load(base neon.Reg, j int) []neon.Vec {
	switch {
	case e.part != nil && j == e.vectors-1:
		return []neon.Vec{e.part.load(base)}
	case j == e.vectors-1 || e.part != nil && j == e.vectors-2:
		return []neon.Vec{e.Load(base, j*neonBytes)}
	}
	x, y := e.LoadPair(base, j*neonBytes)
	return []neon.Vec{x, y}
}

// loadB reads vector j of a row of B, perhaps with its neighbour, and packs it.
func (e *neonTiler) loadB(j int) []neon.Vec {
	v := e.load(e.b, j)
	switch {
	case e.packs && len(v) == 2:
		e.StorePair(v[0], v[1], e.panel, j*neonBytes)
	case e.packs:
		e.Store(v[0], e.panel, j*neonBytes)
	}
	return v
}

// finish stores the accumulators, or adds them to what is there.
func (e *neonTiler) finish(name string) {
	c, row, add := e.a, e.aCol, e.n
	e.ParamInto(c, "c")
	e.ParamInto(row, "cRow")
	e.ParamInto(add, "add")
	store := name + "store"
	e.Line("CBZ %v, %s", add, store)
	e.Line("MOVD %v, %v", c, e.b)
	for i := range e.rows {
		for j := 0; j < e.vectors; {
			for _, x := range e.load(e.b, j) {
				e.Into(neon.FADD, e.acc[i][j], e.acc[i][j], x)
				j++
			}
		}
		e.Line("ADD %v, %v, %v", row, e.b, e.b)
	}
	e.Label(store)
	e.end(name, row)
	for i := range e.rows {
		for j, acc := range e.acc[i] {
			if e.part != nil && j == e.vectors-1 {
				e.part.store(acc, c, e.free)
			} else {
				e.Store(acc, c, j*neonBytes)
			}
		}
		e.Line("ADD %v, %v, %v", row, c, c)
	}
	e.Line("RET")
}

// end does the steps of an End, those that have an operand, to the accumulators, whose
// rows in memory are row apart.
func (e *neonTiler) end(name string, row neon.Reg) {
	at, ended := e.b, name+"ended"
	e.ParamInto(at, "ends")
	e.Line("CBZ %v, %s", at, ended)
	for _, s := range []struct {
		operand string
		op      neon.Op
	}{{"endSub", neon.FSUB}, {"endMul", neon.FMUL}, {"endAdd", neon.FADD}} {
		skip := name + s.operand
		e.ParamInto(at, s.operand)
		e.Line("CBZ %v, %s", at, skip)
		for j := 0; j < e.vectors; {
			for _, x := range e.load(at, j) {
				for i := range e.rows {
					e.Into(s.op, e.acc[i][j], e.acc[i][j], x)
				}
				j++
			}
		}
		e.Label(skip)
	}

	skip := name + "endRest"
	e.ParamInto(at, "endRest")
	e.Line("CBZ %v, %s", at, skip)
	for i := range e.rows {
		for j := 0; j < e.vectors; {
			for _, x := range e.load(at, j) {
				e.Into(neon.FADD, e.acc[i][j], e.acc[i][j], x)
				j++
			}
		}
		e.Line("ADD %v, %v, %v", row, at, at)
	}
	e.Label(skip)

	e.ParamInto(at, "relu")
	e.Line("CBZ %v, %s", at, ended)
	zero := e.Zero()
	for i := range e.rows {
		for _, acc := range e.acc[i] {
			e.Into(neon.FMAX, acc, acc, zero)
		}
	}
	e.Label(ended)
}
