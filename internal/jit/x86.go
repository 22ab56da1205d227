package jit

import "encoding/binary"

// AVX2 has 16 registers, the last of which keeps the mask of the rest of a row;
// a mask is a vector. The result of an FMA overwrites any one of its operands.
var AVX2 = &Target{name: "avx2", lanes: 8, vectors: restMask, spares: 1, onto: []int{2, 0, 1}, writer: newX86}

// AVX512 has 32 registers, and 6 of masks besides that of the rest.
var AVX512 = &Target{name: "avx512", lanes: 16, vectors: 32, masks: 8 - firstMask, spares: 1, onto: []int{2, 0, 1}, writer: newX86}

// restMask is the register of AVX2 with the mask of the rest.
const restMask = 15

// firstMask is the first mask register for values: 0 means none, 1 is the mask
// of the rest of a row.
const firstMask = 2

// x86 writes loops for AVX-512, where wide is set, and for AVX2.
//
// RDI is the Args, RSI the distance of the round from the start of the row,
// RCX that of the rest, RDX how many rows are left, and RAX for addresses. On
// the way into a row RSI is the spill.
type x86 struct {
	x86Assembler
	*layout
	wide  bool
	spill bool // RSI is the spill
}

func newX86(l *layout) writer {
	wide := l.masks > 0
	return &x86{x86Assembler: x86Assembler{evex: wide}, layout: l, wide: wide}
}

// pointers are the registers of the first streams.
var pointers = [...]int{rbx, r8, r9, r10, r11, r12, r13, r15}

func field(offset uintptr) location { return address(rdi, none, int(offset)) }

func (e *x86) enter() {
	e.general(movFrom, rdx, field(rowsField))
	e.general(movFrom, rcx, field(wholeField))
	if e.wide {
		e.vex(movMask, 0, 1, 0, field(maskField))
	}
	for i := range e.streams {
		if i < len(pointers) {
			e.general(movFrom, pointers[i], e.stream(i, atField))
		} else {
			e.general(movFrom, rax, e.stream(i, atField))
			e.general(movTo, rax, e.stream(i, cursorField))
		}
	}
	e.general(movFrom, rax, field(numbersField))
	e.general(movFrom, rsi, field(spillField))
	e.spill = true
}

func (e *x86) stream(i int, field uintptr) location {
	return address(rdi, none, streamField(i, field))
}

func (e *x86) constant(i int) { e.vector(movLoad, e.reg[i], 0, constant(e.slot[i]), 0, false) }

func (e *x86) number(i int) { e.invariant(i, address(rax, none, int(4*e.values[i].imm))) }

func (e *x86) rowNumber(i int) {
	if e.reg[i] == none && !e.spill {
		e.general(movFrom, rsi, field(spillField))
		e.spill = true
	}
	e.invariant(i, e.at(int(e.values[i].imm), none, 0))
}

// invariant fills the place of value i with the number at from.
func (e *x86) invariant(i int, from location) {
	if e.reg[i] != none {
		e.vector(broadcast, e.reg[i], 0, from, 0, false)
		return
	}
	e.vector(broadcast, e.spare, 0, from, 0, false)
	e.vector(movStore, e.spare, 0, e.spilled(rsi, i), 0, false)
}

func (e *x86) spilled(base, i int) location {
	return address(base, none, 4*e.lanes*e.slot[i])
}

func (e *x86) row() int {
	e.spill = false
	return len(e.code)
}

func (e *x86) rounds() jump {
	e.general(xorTo, rsi, register(rsi))
	e.general(cmpWith, rcx, register(rsi))
	return e.jump(atLeast)
}

func (e *x86) round() int { return len(e.code) }

func (e *x86) nextRound(round int) {
	e.code = append(e.code, 0x48, 0x81, 0xC6) // ADDQ $64, SI
	e.word(4 * Step)
	e.general(cmpWith, rcx, register(rsi))
	e.lead(e.jump(less), round)
}

// rest tells the lanes that are there by a mask, and leaves no part out.
func (e *x86) rest(part int) (end jump) {
	end = none
	if part == 0 {
		e.general(movFrom, rax, field(restField))
		e.code = append(e.code, 0x48, 0x85, 0xC0) // TESTQ AX, AX
		end = e.jump(equal)
	}
	if !e.wide {
		e.general(movFrom, rax, field(lanesField))
		e.vector(movLoad, restMask, 0, address(rax, none, 32*part), 0, false)
	}
	return end
}

func (e *x86) nextRow(row int) {
	for i := range e.streams {
		if i < len(pointers) {
			e.general(addFrom, pointers[i], e.stream(i, strideField))
		} else {
			e.general(movFrom, rax, e.stream(i, strideField))
			e.general(addTo, rax, e.stream(i, cursorField))
		}
	}
	e.code = append(e.code, 0x48, 0xFF, 0xCA) // DECQ DX
	e.lead(e.jump(differs), row)
}

func (e *x86) leave() ([]byte, error) {
	e.code = append(e.code, 0xC5, 0xF8, 0x77, 0xC3) // VZEROUPPER, RET
	code, start := e.appendConstants(e.code, 0xCC)
	for _, p := range e.pooled {
		binary.LittleEndian.PutUint32(code[p.at:], uint32(start+p.number*4*e.lanes-p.end))
	}
	return code, nil
}

func (e *x86) start(acc int, bits uint32) {
	e.vector(movLoad, acc, 0, constant(e.places.constant(bits)), 0, false)
}

func (e *x86) startLanes(acc int, stream, at int) {
	e.vector(movLoad, acc, 0, e.at(stream, none, 4*at), 0, false)
}

func (e *x86) endLanes(acc int, stream, at int) {
	e.vector(movStore, acc, 0, e.at(stream, none, 4*at), 0, false)
}

// at is an address in the row of a stream. It may change RAX.
func (e *x86) at(stream, index, disp int) location {
	if stream < len(pointers) {
		return address(pointers[stream], index, disp)
	}
	e.general(movFrom, rax, e.stream(stream, cursorField))
	return address(rax, index, disp)
}
