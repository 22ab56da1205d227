package program

import (
	"unsafe"

	"descent/internal/jit"
	"descent/internal/kernel"
	"descent/internal/kernel/vec"
)

// tileSize is how many elements of each value a tile holds: small enough
// that a program's tiles stay in L1, large enough to hide the cost of
// interpreting an instruction.
const tileSize = 1024

// shortRow is the width under which a call for each row costs more than to
// work on a tile of rows at once: a rectangle's rows are gathered into a tile,
// and a value that varies by columns is spread over it.
const shortRow = 256

// A frame is one run of a program over a rectangle.
type frame struct {
	p   *Program
	v   *vec.Table
	m   *machine // nil: the body is interpreted
	c   *kernel.Call
	in0 []float32
	in  [][]float32 // inputs 1, 2, ...

	cols           int // of the domain: the distance of rows
	r0, r1, c0, c1 int // the rectangle

	// The tile: rows [r, r+k), columns [col, col+w).
	r, k, col, w int
	spread       bool   // rows are short: each Col is repeated for all rows of a tile
	gather       bool   // rows lie apart: Full inputs and outputs pass through temporaries
	direct       uint64 // the outputs that are computed in place, a bit each

	// Working memory.
	ones, rowTemps, colTemps, tiles, wides []float32
	rowCap, colCap, tileCap                int

	sinks sinkFrame // empty without sinks
	args  jit.Args  // of the machine's loops
}

// Scratch is how many float32 of working memory a run over a rectangle at
// most cols wide needs.
func (p *Program) Scratch(cols int) int {
	rowCap, colCap, tileCap := p.caps(cols)
	return p.ones + p.rowTemps*rowCap + p.colTemps*colCap + (p.tileTemps+len(p.inputs)+len(p.wides))*tileCap + spillSize
}

// caps returns the sizes of the temporaries of each class.
func (p *Program) caps(cols int) (row, col, tile int) {
	tile = tileSize
	if p.rowWise {
		tile = max(tile, cols)
	}
	return tileSize, tile, tile
}

// RunRect runs the program over the rectangle [r0, r1) × [c0, c1) of the
// domain rows × cols, as the epilogue of a task that has just made this part
// of input 0. Inputs 1, 2, ... are in; outputs are c.Out. The program must be
// one that [Program.CanFollow].
//
// An output that is narrower than the domain is written by the rectangle
// that holds its first column or row.
func (p *Program) RunRect(c *kernel.Call, in0 []float32, in [][]float32, rows, cols, r0, r1, c0, c1 int, scratch []float32) {
	f := frame{p: p, c: c, in0: in0, in: in, cols: cols, r0: r0, r1: r1, c0: c0, c1: c1}
	if !p.columns && c0 == 0 && c1 == cols { // whole rows, and rows do not matter
		f.cols, f.r0, f.r1, f.c0, f.c1 = rows*cols, 0, 1, r0*cols, r1*cols
	}
	f.run(scratch)
}

func (f *frame) run(scratch []float32) {
	p := f.p
	f.v = vec.Current()
	f.rowCap, f.colCap, f.tileCap = p.caps(f.c1 - f.c0)
	carve := func(n int) []float32 {
		s := scratch[:n:n]
		scratch = scratch[n:]
		return s
	}
	f.ones, f.rowTemps, f.colTemps = carve(p.ones), carve(p.rowTemps*f.rowCap), carve(p.colTemps*f.colCap)
	f.tiles = carve((p.tileTemps + len(p.inputs)) * f.tileCap)
	f.wides = carve(len(p.wides) * f.tileCap)
	f.chooseDirect()
	f.chooseMachine(carve(spillSize))

	f.k, f.w = 1, 1
	for i := range p.head {
		f.exec(&p.head[i])
	}
	width := f.segment()
	for f.col = f.c0; f.col < f.c1; f.col += width {
		f.w = min(width, f.c1-f.col)
		for i := range p.cols {
			f.exec(&p.cols[i])
		}
		step := f.tileRows()
		if f.spread = f.spreads() && step > 1 && f.r1-f.r0 > 1; f.spread {
			f.spreadCols(min(step, f.r1-f.r0))
		}
		for f.r = f.r0; f.r < f.r1; f.r += step {
			f.k = min(step, f.r1-f.r)
			f.tile()
		}
		f.finishSegment()
	}
	f.finishRect()
}

// segment is how many columns a tile has: all, or an even share of them.
func (f *frame) segment() int {
	n := f.c1 - f.c0
	switch {
	case f.p.rowWise:
		return n
	case f.m != nil && f.m.chunk > 0 && f.p.colTemps == 0:
		return evenly(n, f.m.chunk)
	}
	return evenly(n, tileSize)
}

// spreads says whether rows are short enough to spread what varies by
// columns. Machine code walks over rows itself, and needs that only where much
// of a vector would lie beyond their ends.
func (f *frame) spreads() bool {
	if f.m == nil {
		return f.w < shortRow
	}
	return f.w < f.m.shortLine && f.w%vec.Lanes != 0 && f.w == f.cols
}

// tileRows is how many rows a tile has.
func (f *frame) tileRows() int {
	switch {
	case f.m != nil && f.m.chunk > 0 && (!f.spreads() || len(f.p.wides) == 0):
		return max(1, f.m.chunk/f.w)
	case f.w < f.cols && f.w >= shortRow:
		return 1
	}
	return max(1, f.tileCap/f.w)
}

// chooseDirect finds the outputs that can be computed where they will stand:
// no input that is still to be read may share their memory.
func (f *frame) chooseDirect() {
	for j := range f.p.outputs[:min(64, len(f.p.outputs))] {
		o := &f.p.outputs[j]
		if o.kind != outValue || o.src.class != Full {
			continue
		}
		safe := true
		for _, i := range o.late {
			safe = safe && !overlap(f.c.Out[j], f.input(i))
		}
		if safe {
			f.direct |= 1 << j
		}
	}
}

func overlap(a, b []float32) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	a0, b0 := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return a0 < b0+4*uintptr(len(b)) && b0 < a0+4*uintptr(len(a))
}

// tile runs the program over one tile.
func (f *frame) tile() {
	p := f.p
	f.gather = f.w < f.cols && f.k > 1
	if f.gather && (f.m == nil || p.sinksInput()) {
		for i, class := range p.inputs {
			if class == Full {
				f.gatherRows(f.gathered(i), f.input(int32(i)))
			}
		}
	}
	if f.m != nil {
		f.runMachine()
	} else {
		for i := range p.body {
			f.exec(&p.body[i])
		}
	}
	for _, j := range p.finish {
		if f.m == nil || f.m.placed>>j&1 == 0 {
			f.finishTile(j, &p.outputs[j])
		}
	}
}

// gatherRows copies the tile out of a Full buffer, scatterRows into one.
func (f *frame) gatherRows(dst, src []float32) {
	for r := range f.k {
		copy(dst[r*f.w:(r+1)*f.w], src[(f.r+r)*f.cols+f.col:])
	}
}

func (f *frame) scatterRows(dst, src []float32) {
	for r := range f.k {
		copy(dst[(f.r+r)*f.cols+f.col:], src[r*f.w:(r+1)*f.w])
	}
}

// spreadCols repeats each Col that Full instructions read for k rows.
func (f *frame) spreadCols(k int) {
	for i, pl := range f.p.wides {
		x, wide := f.value(pl), f.wides[i*f.tileCap:]
		for r := range k {
			copy(wide[r*f.w:(r+1)*f.w], x)
		}
	}
}

// finishTile writes what output j has of this tile.
func (f *frame) finishTile(j int, o *outputPlace) {
	x := f.value(o.src)
	first := f.col == 0 // a Row is the same in all segments
	switch {
	case o.kind == outColSum:
		f.v.ColSum(f.sinks.colSum(j, f.col, f.w), x, f.k)
	case o.kind == outSumAll && (o.src.class == Full || o.src.class == Row && first):
		f.v.SumLanes(f.sinks.lanesOf(o.sum), x)
	case o.kind != outValue:
	case o.src.class == Row && first:
		copy(f.c.Out[j][f.r:f.r+f.k], x)
	case o.src.class == Full && f.gather:
		f.scatterRows(f.c.Out[j], x)
	case o.src.class == Full && f.direct>>j&1 == 0:
		copy(f.c.Out[j][f.r*f.cols+f.col:], x)
	}
}

// finishSegment writes outputs of class Col, finishRect those of class One.
func (f *frame) finishSegment() {
	if f.r0 == 0 {
		f.finishNarrow(Col, f.col)
	}
}

func (f *frame) finishRect() {
	if f.r0 == 0 && f.c0 == 0 {
		f.finishNarrow(One, 0)
	}
}

func (f *frame) finishNarrow(class Class, at int) {
	for _, j := range f.p.finish {
		o := &f.p.outputs[j]
		switch {
		case o.src.class != class:
		case o.kind == outValue:
			copy(f.c.Out[j][at:], f.value(o.src))
		case o.kind == outSumAll:
			f.v.SumLanes(f.sinks.lanesOf(o.sum), f.value(o.src))
		}
	}
}
