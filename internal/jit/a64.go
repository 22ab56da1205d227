package jit

// NEON is Advanced SIMD of arm64. Of its 32 registers one is for what an
// operation has to remember on its way, and one for the mask of the rest of a
// row. A mask of values is a vector. Arithmetic has no operands in memory, and
// an FMA overwrites what it adds to.
var NEON = &Target{name: "neon", lanes: 4, vectors: 30, spares: 2, onto: []int{2}, writer: newA64}

const (
	neonScratch = 30
	neonMask    = 31
)

// General registers by number. R18 is the system's, R26 to R30 are Go's: its
// closure, the assembler's, the goroutine, the frame pointer and the link.
const (
	a64Args   = 0  // the Args
	a64Offset = 1  // four: the distance of each part of the round from the start of the row
	a64Whole  = 5  // the distance of the rest
	a64Rows   = 6  // how many rows are left
	a64Temp   = 7  // for addresses
	a64Left   = 8  // elements of the rest from this part on; while the call begins, the numbers
	a64XZR    = 31 // zero
)

// a64Pointers are the registers of the first streams.
var a64Pointers = [...]int{9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25}

// neon writes loops for NEON.
//
// There are no masks for memory: in the rest of a row every load and store asks
// how many of its four lanes are there. What it asks are the flags, greater for
// all four, which nothing in a part changes, and the bits of a64Left.
type neon struct {
	a64Assembler
	*layout
}

func newA64(l *layout) writer { return &neon{layout: l} }

func (e *neon) enter() {
	e.imm(a64LoadWord, a64Rows, a64Args, int(rowsField), 8)
	e.imm(a64LoadWord, a64Whole, a64Args, int(wholeField), 8)
	for i := range e.streams {
		if i < len(a64Pointers) {
			e.imm(a64LoadWord, a64Pointers[i], a64Args, streamField(i, atField), 8)
		} else {
			e.imm(a64LoadWord, a64Temp, a64Args, streamField(i, atField), 8)
			e.imm(a64StoreWord, a64Temp, a64Args, streamField(i, cursorField), 8)
		}
	}
	e.imm(a64LoadWord, a64Left, a64Args, int(numbersField), 8)
}

func (e *neon) constant(i int) { e.literal(e.reg[i], e.slot[i]) }

func (e *neon) number(i int) { e.invariant(i, a64Left, int(4*e.values[i].imm)) }

func (e *neon) rowNumber(i int) { e.invariant(i, e.base(int(e.values[i].imm)), 0) }

// invariant fills the place of value i with the number at a distance from base.
func (e *neon) invariant(i, base, at int) {
	reg := e.reg[i]
	if reg == none {
		reg = e.spare
	}
	e.imm(a64LoadSI, reg, base, at, 4)
	e.op(a64Dup, reg, reg, 0)
	if reg != e.reg[i] {
		e.imm(a64LoadWord, a64Temp, a64Args, int(spillField), 8)
		e.imm(a64StoreQI, reg, a64Temp, 16*e.slot[i], 16)
	}
}

func (e *neon) row() int { return len(e.code) }

func (e *neon) nextRow(row int) {
	for i := range e.streams {
		if i < len(a64Pointers) {
			e.imm(a64LoadWord, a64Temp, a64Args, streamField(i, strideField), 8)
			e.op(a64Add, a64Pointers[i], a64Pointers[i], a64Temp)
			continue
		}
		e.imm(a64LoadWord, a64Temp, a64Args, streamField(i, strideField), 8)
		e.imm(a64LoadWord, a64Left, a64Args, streamField(i, cursorField), 8)
		e.op(a64Add, a64Temp, a64Temp, a64Left)
		e.imm(a64StoreWord, a64Temp, a64Args, streamField(i, cursorField), 8)
	}
	e.imm(a64SubsImm, a64Rows, a64Rows, 1, 1)
	e.lead(e.branch(a64Differs), row)
}

func (e *neon) rounds() jump {
	for part := range e.parts() {
		e.op(a64Mov|a64(16*part)<<5, a64Offset+part, 0, 0)
	}
	return e.jump(a64Zero | a64Whole)
}

func (e *neon) round() int { return len(e.code) }

func (e *neon) nextRound(round int) {
	for part := range e.parts() {
		e.imm(a64AddImm, a64Offset+part, a64Offset+part, 4*Step, 1)
	}
	e.op(a64Cmp, 0, a64Offset, a64Whole)
	e.lead(e.branch(a64Less), round)
}

func (e *neon) rest(part int) (end jump) {
	if part == 0 {
		e.imm(a64LoadWord, a64Left, a64Args, int(restField), 8)
		end = e.jump(a64Zero | a64Left)
	} else {
		e.imm(a64SubsImm, a64Left, a64Left, 4, 1)
		end = e.branch(a64LessOrEqual)
	}
	if len(e.acc) > 0 {
		e.imm(a64LoadWord, a64Temp, a64Args, int(lanesField), 8)
		e.imm(a64LoadQI, neonMask, a64Temp, 16*part, 16)
	}
	e.imm(a64SubsImm, a64XZR, a64Left, 3, 1)
	return end
}

func (e *neon) leave() ([]byte, error) {
	e.op(a64Ret, 0, 0, 0)
	code, start := e.appendConstants(e.code, 0)
	e.code = code
	for _, l := range e.literals {
		e.lead(jump(l.at), start+16*l.number)
	}
	return e.code, e.err
}

// literal loads a constant.
func (e *neon) literal(reg, number int) {
	e.literals = append(e.literals, literal{len(e.code), number})
	e.op(a64Literal, reg, 0, 0)
}

func (e *neon) start(acc int, bits uint32) { e.literal(acc, e.places.constant(bits)) }

func (e *neon) startLanes(acc int, stream, at int) {
	e.imm(a64LoadQI, acc, e.base(stream), 4*at, 16)
}

func (e *neon) endLanes(acc int, stream, at int) {
	e.imm(a64StoreQI, acc, e.base(stream), 4*at, 16)
}

// base is the register of the row of a stream. It may be a64Temp.
func (e *neon) base(stream int) int {
	if stream < len(a64Pointers) {
		return a64Pointers[stream]
	}
	e.imm(a64LoadWord, a64Temp, a64Args, streamField(stream, cursorField), 8)
	return a64Temp
}
