package program

import (
	"sync"
	"unsafe"

	"descent/internal/jit"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/vec"
)

// compiled is the machine code of one tier, made when it is first needed.
type compiled struct {
	once    sync.Once
	machine *machine
}

// machine returns the machine code for the tier in use, or nil.
func (p *Program) machine(sums bool) *machine {
	t := isa.Current()
	if isa.Interpreting() {
		return nil
	}
	c := &p.compiled[t][0]
	if sums {
		c = &p.compiled[t][1]
	}
	c.once.Do(func() { c.machine = p.compile(t, sums) })
	return c.machine
}

// chooseMachine sets what runs the body over the rectangle.
func (f *frame) chooseMachine(spill []float32) {
	w := f.c1 - f.c0
	if w == 1 && f.r1-f.r0 > 1 && f.p.columns {
		return // a Row is as long as a Full, and has no lines
	}
	f.m = f.p.machine(f.p.sums > 0 && (!f.p.columns || w%vec.Lanes == 0))
	f.args.Spill = unsafe.Pointer(&spill[0])
	if len(f.ones) > 0 {
		f.args.Numbers = unsafe.Pointer(&f.ones[0])
	}
}

// runMachine runs the machine code over the tile.
func (f *frame) runMachine() {
	for i := range f.m.steps {
		s := &f.m.steps[i]
		if s.instr != nil {
			f.exec(s.instr)
			continue
		}
		f.bind(s)
		s.code.Run(&f.args)
	}
}

// bind lets the streams of a loop point to the tile. The tile is one row
// where its memory is contiguous and nothing in it depends on rows.
func (f *frame) bind(s *step) {
	a := &f.args
	a.Rows = f.k
	a.SetLine(f.w)
	line := !s.rows && (f.k == 1 || f.w == f.cols && (f.spread || !s.cols))
	if line {
		a.Rows = 1
		a.SetLine(f.k * f.w)
	}
	for i := range s.streams {
		a.Streams[i] = f.stream(&s.streams[i], line)
	}
}

// stream is where a stream starts in the tile, and its distance of rows.
func (f *frame) stream(s *stream, line bool) jit.Stream {
	pl, full := &s.place, f.r*f.cols+f.col
	switch {
	case pl.class == Row && pl.input:
		return jit.Stream{At: unsafe.Pointer(&f.input(pl.at)[f.r]), Stride: 4}
	case pl.class == Row:
		return jit.Stream{At: unsafe.Pointer(&f.rowTemps[int(pl.at)*f.rowCap]), Stride: 4}
	case pl.class == Col && f.spread && line:
		return jit.Stream{At: unsafe.Pointer(&f.wides[int(pl.wide)*f.tileCap])}
	case pl.class == Col && pl.input:
		return jit.Stream{At: unsafe.Pointer(&f.input(pl.at)[f.col])}
	case pl.class == Col:
		return jit.Stream{At: unsafe.Pointer(&f.colTemps[int(pl.at)*f.colCap])}
	case pl.input:
		return jit.Stream{At: unsafe.Pointer(&f.input(pl.at)[full]), Stride: 4 * f.cols}
	case s.final >= 0 && f.p.outputs[s.final].kind == outSumAll:
		return jit.Stream{At: unsafe.Pointer(&f.sinks.lanesOf(f.p.outputs[s.final].sum)[0])}
	case s.final >= 0:
		return jit.Stream{At: unsafe.Pointer(&f.c.Out[s.final][full]), Stride: 4 * f.cols}
	case !f.gather && pl.out >= 0 && f.direct>>uint(pl.out)&1 != 0:
		return jit.Stream{At: unsafe.Pointer(&f.c.Out[pl.out][full]), Stride: 4 * f.cols}
	}
	return jit.Stream{At: unsafe.Pointer(&f.tiles[int(pl.at)*f.tileCap]), Stride: 4 * f.w}
}
