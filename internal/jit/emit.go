package jit

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// Args is what a call of the code works on.
type Args struct {
	Rows    int            // at least 1
	whole   int            // bytes of the whole rounds of a row
	rest    int            // elements beyond them
	mask    int            // the low rest bits
	lanes   unsafe.Pointer // rest words of ones, then zeros
	Numbers unsafe.Pointer // float32, as many as the loop names
	Spill   unsafe.Pointer // Code.Spill float32
	Streams [MaxStreams]Stream
}

// MaxStreams is the most streams that a loop may have.
const MaxStreams = 24

// A Stream is memory that a loop walks through.
type Stream struct {
	At     unsafe.Pointer // the first row
	Stride int            // bytes from row to row
	cursor uintptr        // the row, for streams beyond the registers
}

// SetLine makes the rows n elements long.
func (a *Args) SetLine(n int) {
	a.rest = n % Step
	a.whole = 4 * (n - a.rest)
	a.mask = 1<<a.rest - 1
	a.lanes = unsafe.Pointer(&laneMask[Step-a.rest])
}

// laneMask is what masks of AVX2 are cut from.
var laneMask = [2 * Step]uint32{
	0: math.MaxUint32, 1: math.MaxUint32, 2: math.MaxUint32, 3: math.MaxUint32,
	4: math.MaxUint32, 5: math.MaxUint32, 6: math.MaxUint32, 7: math.MaxUint32,
	8: math.MaxUint32, 9: math.MaxUint32, 10: math.MaxUint32, 11: math.MaxUint32,
	12: math.MaxUint32, 13: math.MaxUint32, 14: math.MaxUint32, 15: math.MaxUint32,
}

// Text is the machine code of a loop, before it is executable.
type Text struct {
	Code  []byte
	Spill int // float32 of Args.Spill
	Round int // instructions in a round, about
}

// emitter writes the code of a loop whose values have places.
type emitter struct {
	assembler
	*Loop
	*places
	bodyEnd int
}

// pointers are the registers of the first streams.
var pointers = [...]int{rbx, r8, r9, r10, r11, r12, r13, r15}

// Assemble encodes the loop. It fails if the loop holds more values at once
// than there are registers, or has more than [MaxStreams] streams.
func (l *Loop) Assemble() (*Text, error) {
	if l.streams > MaxStreams {
		return nil, errStreams(l.streams)
	}
	l.values = append(l.values, l.stores...)
	end := len(l.values)
	l.finishReductions()
	p, err := l.allocate()
	if err != nil {
		return nil, err
	}
	e := &emitter{assembler: assembler{evex: l.wide}, Loop: l, places: p, bodyEnd: end}
	e.emit()
	return &Text{e.code, p.spills * l.lanes(), l.round(p, end)}, nil
}

// round counts the values that a round computes.
func (l *Loop) round(p *places, end int) (n int) {
	for i := range end {
		if p.live[i] && !l.values[i].invariant() {
			n += Step / l.lanes()
		}
	}
	return n
}

// finishReductions appends what combines the lanes of each accumulator.
func (l *Loop) finishReductions() {
	for n, r := range l.reductions {
		if r.lanes {
			continue
		}
		x, distance := l.accumulator(n, 0), 8
		if !l.wide {
			x, distance = r.f(x, l.accumulator(n, 1)), 4
		}
		for ; distance > 0; distance /= 2 {
			x = r.f(x, l.add(value{kind: kindSwap, args: [3]Value{x}, imm: uint32(distance)}))
		}
		l.values = append(l.values, value{kind: kindResult, args: [3]Value{x}, imm: uint32(r.stream)})
	}
}

func (e *emitter) emit() {
	e.prologue()
	row := len(e.code)
	e.startRow()
	e.general(xorTo, rsi, register(rsi))
	e.general(cmpWith, rcx, register(rsi))
	skip := e.jump(atLeast)
	round := len(e.code)
	for half := range Step / e.lanes() {
		e.body(half, false)
	}
	e.code = append(e.code, 0x48, 0x81, 0xC6) // ADDQ $64, SI
	e.word(4 * Step)
	e.general(cmpWith, rcx, register(rsi))
	e.land(e.jump(less), round)
	e.land(skip, len(e.code))

	e.general(movFrom, rax, field(unsafe.Offsetof(Args{}.rest)))
	e.code = append(e.code, 0x48, 0x85, 0xC0) // TESTQ AX, AX
	skip = e.jump(equal)
	for half := range Step / e.lanes() {
		e.body(half, true)
	}
	e.land(skip, len(e.code))

	e.finishRow()
	e.nextRow()
	e.code = append(e.code, 0x48, 0xFF, 0xCA) // DECQ DX
	e.land(e.jump(differs), row)
	e.code = append(e.code, 0xC5, 0xF8, 0x77, 0xC3) // VZEROUPPER, RET
	e.constantPool()
}

func field(offset uintptr) location { return address(rdi, none, int(offset)) }

// streamField is a word of Args.Streams[i].
func streamField(i int, offset uintptr) location {
	return field(unsafe.Offsetof(Args{}.Streams) + uintptr(i)*unsafe.Sizeof(Stream{}) + offset)
}

var (
	atField     = unsafe.Offsetof(Stream{}.At)
	strideField = unsafe.Offsetof(Stream{}.Stride)
	cursorField = unsafe.Offsetof(Stream{}.cursor)
)

// prologue fills the registers that no row changes.
func (e *emitter) prologue() {
	e.general(movFrom, rdx, field(unsafe.Offsetof(Args{}.Rows)))
	e.general(movFrom, rcx, field(unsafe.Offsetof(Args{}.whole)))
	if e.wide {
		e.vex(movMask, 0, 1, 0, field(unsafe.Offsetof(Args{}.mask)))
	}
	for i := range e.streams {
		if i < len(pointers) {
			e.general(movFrom, pointers[i], streamField(i, atField))
		} else {
			e.general(movFrom, rax, streamField(i, atField))
			e.general(movTo, rax, streamField(i, cursorField))
		}
	}
	e.general(movFrom, rax, field(unsafe.Offsetof(Args{}.Numbers)))
	e.general(movFrom, rsi, field(unsafe.Offsetof(Args{}.Spill)))
	for i := range e.values {
		switch v := &e.values[i]; {
		case !e.live[i]:
		case v.kind == kindNumber:
			e.invariant(i, address(rax, none, int(4*v.imm)))
		case v.kind == kindConst && e.reg[i] != none:
			e.vector(movLoad, e.reg[i], 0, constant(e.slot[i]), 0, false)
		}
	}
}

// invariant fills the place of value i with the number at from. RSI is the
// spill.
func (e *emitter) invariant(i int, from location) {
	if e.reg[i] != none {
		e.vector(broadcast, e.reg[i], 0, from, 0, false)
		return
	}
	e.vector(broadcast, e.spare, 0, from, 0, false)
	e.vector(movStore, e.spare, 0, e.spilled(rsi, i), 0, false)
}

func (e *emitter) spilled(base, i int) location {
	return address(base, none, 4*e.lanes()*e.slot[i])
}

// startRow reads the row's numbers and starts the accumulators.
func (e *emitter) startRow() {
	first := true
	for i := range e.values {
		if v := &e.values[i]; e.live[i] && v.kind == kindRowNumber {
			if e.reg[i] == none && first {
				e.general(movFrom, rsi, field(unsafe.Offsetof(Args{}.Spill)))
				first = false
			}
			e.invariant(i, e.at(int(v.imm), none, 0))
		}
	}
	halves := Step / e.lanes()
	for i, reg := range e.acc {
		if r := e.reductions[i/halves]; r.lanes {
			e.vector(movLoad, reg, 0, e.at(r.stream, none, i%halves*4*e.lanes()), 0, false)
		} else {
			e.vector(movLoad, reg, 0, constant(e.constant(r.start)), 0, false)
		}
	}
}

// finishRow writes what the row has been reduced to.
func (e *emitter) finishRow() {
	for i := e.bodyEnd; i < len(e.values); i++ {
		if e.live[i] {
			e.value(i, 0, false)
		}
	}
	halves := Step / e.lanes()
	for i, reg := range e.acc {
		if r := e.reductions[i/halves]; r.lanes {
			e.vector(movStore, reg, 0, e.at(r.stream, none, i%halves*4*e.lanes()), 0, false)
		}
	}
}

// nextRow moves all streams on.
func (e *emitter) nextRow() {
	for i := range e.streams {
		if i < len(pointers) {
			e.general(addFrom, pointers[i], streamField(i, strideField))
		} else {
			e.general(movFrom, rax, streamField(i, strideField))
			e.general(addTo, rax, streamField(i, cursorField))
		}
	}
}

// at is an address in the row of a stream. It may change RAX.
func (e *emitter) at(stream, index, disp int) location {
	if stream < len(pointers) {
		return address(pointers[stream], index, disp)
	}
	e.general(movFrom, rax, streamField(stream, cursorField))
	return address(rax, index, disp)
}

// constantPool appends the constants, aligned, and lets the code find them.
func (e *emitter) constantPool() {
	for len(e.code)%64 != 0 {
		e.code = append(e.code, 0xCC)
	}
	start := len(e.code)
	for _, bits := range e.constants {
		for range e.lanes() {
			e.code = binary.LittleEndian.AppendUint32(e.code, bits)
		}
	}
	for _, p := range e.pooled {
		binary.LittleEndian.PutUint32(e.code[p.at:], uint32(start+p.number*4*e.lanes()-p.end))
	}
}
