package jit

import "unsafe"

// body writes one round: all of it, or one half of it in AVX2. In the rest of
// a row, lanes beyond the end are neither read nor written.
func (e *emitter) body(half int, rest bool) {
	if rest && !e.wide {
		e.general(movFrom, rax, field(unsafe.Offsetof(Args{}.lanes)))
		e.vector(movLoad, restMask, 0, address(rax, none, 32*half), 0, false)
	}
	for i := range e.bodyEnd {
		if e.live[i] && !e.values[i].invariant() {
			e.value(i, half, rest)
		}
	}
}

// value writes the instructions of one value.
func (e *emitter) value(i, half int, rest bool) {
	v, dst := &e.values[i], e.reg[i]
	switch v.kind {
	case kindLoad:
		e.load(dst, e.at(int(v.imm), rsi, 32*half), rest)
	case kindStore:
		x := e.inRegister(v.args[0], half)
		e.store(x, e.at(int(v.imm), rsi, 32*half), rest)
	case kindBinary:
		e.vector(v.form, dst, e.inRegister(v.args[0], half), e.anywhere(v.args[1], half), 0, false)
	case kindUnary:
		e.vector(v.form, dst, 0, e.anywhere(v.args[0], half), 0, false)
	case kindShift:
		x := e.inRegister(v.args[0], half)
		e.vector(shiftInt, int(v.imm>>8), dst, register(x), 0, false, byte(v.imm))
	case kindCompare:
		e.vector(compare, dst, e.inRegister(v.args[0], half), e.anywhere(v.args[1], half), 0, false, byte(v.imm))
	case kindPick:
		m, x, y := e.reg[v.args[0]], e.anywhere(v.args[1], half), e.inRegister(v.args[2], half)
		if e.wide {
			e.vector(blendMask, dst, y, x, m, false)
		} else {
			e.vector(blendVector, dst, y, x, 0, false, byte(m<<4))
		}
	case kindOnly:
		m, x := e.reg[v.args[0]], e.anywhere(v.args[1], half)
		if e.wide {
			e.vector(movLoad, dst, 0, x, m, true)
		} else {
			e.vector(form{0, 1, 0x54, 0}, dst, m, x, 0, false)
		}
	case kindFMA:
		e.fma(fma132, dst, v, half)
	case kindFNMA:
		e.fma(fnma132, dst, v, half)
	case kindKeep:
		e.keep(e.acc[int(v.imm/2)*Step/e.lanes()+half], e.anywhere(v.args[0], half), rest)
	case kindSwap:
		e.swap(int(v.imm), dst, e.reg[v.args[0]])
	case kindResult:
		at := e.at(int(v.imm), none, 0)
		if e.wide {
			e.vector(movStoreOne, e.reg[v.args[0]], 0, at, 0, false)
		} else {
			e.vex(movStoreOne, 0, e.reg[v.args[0]], 0, at)
		}
	}
}

// register of a value: an accumulator has one for each half.
func (e *emitter) regOf(x Value, half int) int {
	if e.values[x].kind == kindAcc {
		return e.reg[x] + half
	}
	return e.reg[x]
}

// anywhere is x, in a register or in memory.
func (e *emitter) anywhere(x Value, half int) location {
	switch r := e.regOf(x, half); {
	case r != none:
		return register(r)
	case e.values[x].kind == kindConst:
		return constant(e.slot[x])
	}
	e.general(movFrom, rax, field(unsafe.Offsetof(Args{}.Spill)))
	return e.spilled(rax, int(x))
}

// inRegister is the register of x, or the spare one with x loaded.
func (e *emitter) inRegister(x Value, half int) int {
	if r := e.regOf(x, half); r != none {
		return r
	}
	e.vector(movLoad, e.spare, 0, e.anywhere(x, half), 0, false)
	return e.spare
}

func (e *emitter) load(dst int, from location, rest bool) {
	switch {
	case !rest:
		e.vector(movLoad, dst, 0, from, 0, false)
	case e.wide:
		e.vector(movLoad, dst, 0, from, 1, true)
	default:
		e.vector(maskLoad, dst, restMask, from, 0, false)
	}
}

func (e *emitter) store(x int, to location, rest bool) {
	switch {
	case !rest:
		e.vector(movStore, x, 0, to, 0, false)
	case e.wide:
		e.vector(movStore, x, 0, to, 1, false)
	default:
		e.vector(maskStore, x, restMask, to, 0, false)
	}
}

// keep sets an accumulator, in the rest of a row only the lanes within it.
func (e *emitter) keep(acc int, next location, rest bool) {
	switch {
	case !rest:
		e.vector(movLoad, acc, 0, next, 0, false)
	case e.wide:
		e.vector(movLoad, acc, 0, next, 1, false)
	default:
		e.vector(blendVector, acc, acc, next, 0, false, restMask<<4)
	}
}

// fma writes a·b + c or c − a·b. The instruction overwrites one operand: one
// that nothing reads later, as the allocation has chosen, or a copy of c.
func (e *emitter) fma(f form, dst int, v *value, half int) {
	const order213, order231 = 0x10, 0x20
	a, b, c := v.args[0], v.args[1], v.args[2]
	switch dst {
	case e.regOf(c, half):
	case e.regOf(b, half):
		a, b = b, a
		fallthrough
	case e.regOf(a, half): // dst = b·dst + c, or dst·b + c with b in memory
		if e.regOf(b, half) == none && e.regOf(c, half) != none {
			e.vector(f, dst, e.regOf(c, half), e.anywhere(b, half), 0, false)
			return
		}
		f.opcode += order213
		e.vector(f, dst, e.inRegister(b, half), e.anywhere(c, half), 0, false)
		return
	default:
		e.vector(movLoad, dst, 0, e.anywhere(c, half), 0, false)
	}
	if e.regOf(a, half) == none {
		a, b = b, a
	}
	f.opcode += order231
	e.vector(f, dst, e.inRegister(a, half), e.anywhere(b, half), 0, false)
}

// swap lets lanes trade places with those at a distance.
func (e *emitter) swap(distance, dst, x int) {
	switch distance {
	case 8:
		e.vector(swapQuarters, dst, x, register(x), 0, false, 0x4E)
	case 4:
		if e.wide {
			e.vector(swapQuarters, dst, x, register(x), 0, false, 0xB1)
		} else {
			e.vector(swapHalves, dst, x, register(x), 0, false, 0x01)
		}
	case 2:
		e.vector(swapWithin, dst, x, register(x), 0, false, 0x4E)
	default:
		e.vector(swapWithin, dst, x, register(x), 0, false, 0xB1)
	}
}
