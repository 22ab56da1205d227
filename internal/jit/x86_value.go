package jit

// x86Forms are the instructions of elementwise operations.
var x86Forms = [opCount]form{
	opAdd: {0, 1, 0x58, 0}, opMul: {0, 1, 0x59, 0}, opSub: {0, 1, 0x5C, 0}, opDiv: {0, 1, 0x5E, 0},
	opMin: {0, 1, 0x5D, 0}, opMax: {0, 1, 0x5F, 0},
	opAnd: {0, 1, 0x54, 0}, opOr: {0, 1, 0x56, 0}, opXor: {0, 1, 0x57, 0},
	opAddInt: {1, 1, 0xFE, 0}, opSubInt: {1, 1, 0xFA, 0}, opMaxInt: {1, 2, 0x3D, 0},
	opSqrt: {0, 1, 0x51, 0}, opToFloat: {0, 1, 0x5B, 0},
	opFMA: {1, 2, 0x98, 0}, opFNMA: {1, 2, 0x9C, 0}, // order 132
}

// value writes the instructions of one value.
func (e *x86) value(i, part int, all bool) {
	v, dst := &e.values[i], e.reg[i]
	switch v.op {
	case opLoad:
		e.load(dst, e.at(int(v.imm), rsi, 32*part), all)
	case opStore:
		x := e.inRegister(v.args[0], part)
		e.store(x, e.at(int(v.imm), rsi, 32*part), all)
	case opSqrt, opToFloat:
		e.vector(x86Forms[v.op], dst, 0, e.anywhere(v.args[0], part), 0, false)
	case opShl:
		e.vector(shiftInt, 6, dst, register(e.inRegister(v.args[0], part)), 0, false, byte(v.imm))
	case opSar:
		e.vector(shiftInt, 4, dst, register(e.inRegister(v.args[0], part)), 0, false, byte(v.imm))
	case opCompare: // predicates have the numbers of AVX
		if e.wide {
			dst += firstMask
		}
		e.vector(compare, dst, e.inRegister(v.args[0], part), e.anywhere(v.args[1], part), 0, false, byte(v.imm))
	case opPick:
		m, x, y := e.reg[v.args[0]], e.anywhere(v.args[1], part), e.inRegister(v.args[2], part)
		if e.wide {
			e.vector(blendMask, dst, y, x, firstMask+m, false)
		} else {
			e.vector(blendVector, dst, y, x, 0, false, byte(m<<4))
		}
	case opOnly:
		m, x := e.reg[v.args[0]], e.anywhere(v.args[1], part)
		if e.wide {
			e.vector(movLoad, dst, 0, x, firstMask+m, true)
		} else {
			e.vector(x86Forms[opAnd], dst, m, x, 0, false)
		}
	case opFMA, opFNMA:
		e.fma(x86Forms[v.op], dst, v, part)
	case opKeep:
		e.keep(e.kept(v, part), e.anywhere(v.args[0], part), all)
	case opSwap:
		e.swap(int(v.imm), dst, e.reg[v.args[0]])
	case opResult:
		at := e.at(int(v.imm), none, 0)
		if e.wide {
			e.vector(movStoreOne, e.reg[v.args[0]], 0, at, 0, false)
		} else {
			e.vex(movStoreOne, 0, e.reg[v.args[0]], 0, at)
		}
	default:
		e.vector(x86Forms[v.op], dst, e.inRegister(v.args[0], part), e.anywhere(v.args[1], part), 0, false)
	}
}

// anywhere is x, in a register or in memory.
func (e *x86) anywhere(x Value, part int) location {
	switch r := e.regOf(x, part); {
	case r != none:
		return register(r)
	case e.values[x].op == opConst:
		return constant(e.slot[x])
	}
	e.general(movFrom, rax, field(spillField))
	return e.spilled(rax, int(x))
}

// inRegister is the register of x, or the spare one with x loaded.
func (e *x86) inRegister(x Value, part int) int {
	if r := e.regOf(x, part); r != none {
		return r
	}
	e.vector(movLoad, e.spare, 0, e.anywhere(x, part), 0, false)
	return e.spare
}

func (e *x86) load(dst int, from location, all bool) {
	switch {
	case all:
		e.vector(movLoad, dst, 0, from, 0, false)
	case e.wide:
		e.vector(movLoad, dst, 0, from, 1, true)
	default:
		e.vector(maskLoad, dst, restMask, from, 0, false)
	}
}

func (e *x86) store(x int, to location, all bool) {
	switch {
	case all:
		e.vector(movStore, x, 0, to, 0, false)
	case e.wide:
		e.vector(movStore, x, 0, to, 1, false)
	default:
		e.vector(maskStore, x, restMask, to, 0, false)
	}
}

// keep sets an accumulator, in the rest of a row only the lanes within it.
func (e *x86) keep(acc int, next location, all bool) {
	switch {
	case all:
		e.vector(movLoad, acc, 0, next, 0, false)
	case e.wide:
		e.vector(movLoad, acc, 0, next, 1, false)
	default:
		e.vector(blendVector, acc, acc, next, 0, false, restMask<<4)
	}
}

// fma writes a·b + c or c − a·b. The instruction overwrites one operand: one
// that nothing reads later, as the allocation has chosen, or a copy of c.
func (e *x86) fma(f form, dst int, v *value, part int) {
	const order213, order231 = 0x10, 0x20
	a, b, c := v.args[0], v.args[1], v.args[2]
	switch dst {
	case e.regOf(c, part):
	case e.regOf(b, part):
		a, b = b, a
		fallthrough
	case e.regOf(a, part): // dst = b·dst + c, or dst·b + c with b in memory
		if e.regOf(b, part) == none && e.regOf(c, part) != none {
			e.vector(f, dst, e.regOf(c, part), e.anywhere(b, part), 0, false)
			return
		}
		f.opcode += order213
		e.vector(f, dst, e.inRegister(b, part), e.anywhere(c, part), 0, false)
		return
	default:
		e.vector(movLoad, dst, 0, e.anywhere(c, part), 0, false)
	}
	if e.regOf(a, part) == none {
		a, b = b, a
	}
	f.opcode += order231
	e.vector(f, dst, e.inRegister(a, part), e.anywhere(b, part), 0, false)
}

// swap lets lanes trade places with those at a distance.
func (e *x86) swap(distance, dst, x int) {
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
