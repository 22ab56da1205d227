package main

import "descent/internal/kernel/_asm/neon"

// A part is the last vector of a row, of which one to three lanes are in use.
// Without a branch each of three lanes is read and written where it lies or, if
// it is not in use, where the last one lies that is.
type part struct {
	*neon.Func
	first         int      // where the vector begins, in bytes
	second, third neon.Reg // where its other lanes are
}

// newPart makes one of the number of lanes, whose register it takes.
func newPart(f *neon.Func, tail neon.Reg, first int) part {
	p := part{f, first, f.Reg(), tail}
	f.Line("LSR $1, %v, %v", p.third, p.second) // of 1, 2, 3: 0, 1, 1
	f.Line("SUB $1, %v, %v", p.third, p.third)  // and 0, 1, 2
	for _, lane := range []neon.Reg{p.second, p.third} {
		f.Line("LSL $2, %v, %v", lane, lane)
		f.Line("ADD $%d, %v, %v", first, lane, lane)
	}
	return p
}

// load reads the part of the row at base. Lanes that are not in use hold any
// number.
func (p part) load(base neon.Reg) neon.Vec {
	v := p.Load1(base, p.first)
	p.Insert(v, 1, p.Load1Index(base, p.second))
	p.Insert(v, 2, p.Load1Index(base, p.third))
	return v
}

// store writes the part of the row at base, the first lane last, so that those
// in use have the last word. It needs a register.
func (p part) store(x neon.Vec, base, at neon.Reg) {
	p.Line("ADD %v, %v, %v", p.third, base, at)
	p.StoreLane(x, 2, at)
	p.Line("ADD %v, %v, %v", p.second, base, at)
	p.StoreLane(x, 1, at)
	p.Store1(x, base, p.first)
}
