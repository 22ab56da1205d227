package jit

import "descent/internal/formula"

// neonForms are the instructions of elementwise operations that have one.
var neonForms = [opCount]a64{
	opAdd: a64FAdd, opSub: a64FSub, opMul: a64FMul, opDiv: a64FDiv,
	opAnd: a64And, opOr: a64Or, opXor: a64Xor, opOnly: a64And,
	opAddInt: a64IntAdd, opSubInt: a64IntSub, opMaxInt: a64IntMax,
	opSqrt: a64FSqrt, opToFloat: a64ToNum,
	opFMA: a64FMLA, opFNMA: a64FMLS,
}

// value writes the instructions of one value. Its register may be that of an
// operand.
func (e *neon) value(i, part int, all bool) {
	v, dst := &e.values[i], e.reg[i]
	var x [3]int // the registers of operands; none: in memory still
	for k, a := range v.uses() {
		x[k] = e.regOf(a, part)
	}
	switch v.op {
	case opPick, opFMA, opFNMA: // bring operands where they are needed themselves
	default:
		for k, a := range v.uses() {
			x[k] = e.inRegister(a, part, k)
		}
	}
	switch v.op {
	case opLoad:
		e.load(dst, int(v.imm), part, all)
	case opStore:
		e.store(x[0], int(v.imm), part, all)
	case opSqrt, opToFloat:
		e.op(neonForms[v.op], dst, x[0], 0)
	case opShl:
		e.op(a64Shl, dst, x[0], int(v.imm))
	case opSar:
		e.op(a64Sar, dst, x[0], 32-int(v.imm))
	case opMin:
		e.op(a64FCmGT, neonScratch, x[1], x[0])
		e.pick(dst, neonScratch, x[0], x[1])
	case opMax:
		e.op(a64FCmGT, neonScratch, x[0], x[1])
		e.pick(dst, neonScratch, x[0], x[1])
	case opCompare:
		e.compare(formula.Predicate(v.imm), dst, x[0], x[1])
	case opPick:
		e.pick(dst, x[0], e.inRegister(v.args[1], part, 0), e.inRegister(v.args[2], part, 1))
	case opFMA, opFNMA:
		e.addProduct(neonForms[v.op], dst, v, part)
	case opKeep:
		if acc := e.kept(v, part); all {
			e.op(a64Or, acc, x[0], x[0])
		} else {
			e.op(a64BIT, acc, x[0], neonMask)
		}
	case opSwap:
		e.swap(int(v.imm), dst, x[0])
	case opResult:
		e.imm(a64StoreSI, x[0], e.base(int(v.imm)), 0, 4)
	default:
		e.op(neonForms[v.op], dst, x[0], x[1])
	}
}

// inRegister is the register of x, or the spare one of number k with x loaded.
func (e *neon) inRegister(x Value, part, k int) int {
	if r := e.regOf(x, part); r != none {
		return r
	}
	e.bring(e.spare+k, x)
	return e.spare + k
}

// bring loads an invariant that is in memory.
func (e *neon) bring(reg int, x Value) {
	if e.values[x].op == opConst {
		e.literal(reg, e.slot[x])
		return
	}
	e.imm(a64LoadWord, a64Temp, a64Args, int(spillField), 8)
	e.imm(a64LoadQI, reg, a64Temp, 16*e.slot[x], 16)
}

// pick is x where the mask holds, and y elsewhere.
func (e *neon) pick(dst, mask, x, y int) {
	switch dst {
	case y:
		e.op(a64BIT, dst, x, mask)
	case x:
		e.op(a64BIF, dst, y, mask)
	case mask:
		e.op(a64BSL, dst, x, y)
	default:
		e.op(a64Or, dst, y, y)
		e.op(a64BIT, dst, x, mask)
	}
}

// addProduct writes x·y + z or z − x·y. The instruction overwrites z: the register
// is that of z, which nothing reads later, or one that no operand has.
func (e *neon) addProduct(i a64, dst int, v *value, part int) {
	x, y := e.inRegister(v.args[0], part, 0), e.inRegister(v.args[1], part, 1)
	switch z := e.regOf(v.args[2], part); z {
	case dst:
	case none:
		e.bring(dst, v.args[2])
	default:
		e.op(a64Or, dst, z, z)
	}
	e.op(i, dst, x, y)
}

// compare makes a mask of where p holds for x and y.
func (e *neon) compare(p formula.Predicate, dst, x, y int) {
	switch p {
	case formula.IsEqual:
		e.op(a64FCmEq, dst, x, y)
	case formula.IsNotEqual:
		e.op(a64FCmEq, dst, x, y)
		e.op(a64Not, dst, dst, 0)
	case formula.IsLess:
		e.op(a64FCmGT, dst, y, x)
	case formula.IsNotLess:
		e.op(a64FCmGT, dst, y, x)
		e.op(a64Not, dst, dst, 0)
	case formula.IsLessEqual:
		e.op(a64FCmGE, dst, y, x)
	case formula.IsOrderedAndUnequal:
		e.either(dst, x, y, a64FCmGT)
	case formula.IsUnordered:
		e.either(dst, x, y, a64FCmGE)
		e.op(a64Not, dst, dst, 0)
	default:
		e.fail("the predicate %d", p)
	}
}

// either holds where x > y by the comparison given, or y > x.
func (e *neon) either(dst, x, y int, greater a64) {
	e.op(greater, neonScratch, x, y)
	e.op(a64FCmGT, dst, y, x)
	e.op(a64Or, dst, dst, neonScratch)
}

// swap lets lanes trade places with those at a distance.
func (e *neon) swap(distance, dst, x int) {
	if distance == 2 {
		e.op(a64Halves|8<<11, dst, x, x)
	} else {
		e.op(a64Rev64, dst, x, 0)
	}
}

// load reads a part of a stream, in the rest of a row only the lanes within
// it; those behind are 0.
func (e *neon) load(dst, stream, part int, all bool) {
	base, at := e.base(stream), a64Offset+part
	if all {
		e.op(a64LoadQ, dst, base, at)
		return
	}
	four := e.branch(a64Greater)
	e.op(a64LoadS, dst, base, at)
	one := e.jump(a64BitZero | 1<<19 | a64Left)
	e.op(a64LoadD, dst, base, at)
	two := e.jump(a64BitZero | 0<<19 | a64Left)
	e.third(base, at)
	e.op(a64Lane2, dst, a64Temp, 0)
	three := e.jump(a64Branch)
	e.land(four)
	e.op(a64LoadQ, dst, base, at)
	e.land(one)
	e.land(two)
	e.land(three)
}

// store writes a part of a stream, in the rest of a row only the lanes within
// it.
func (e *neon) store(x, stream, part int, all bool) {
	base, at := e.base(stream), a64Offset+part
	if all {
		e.op(a64StoreQ, x, base, at)
		return
	}
	four := e.branch(a64Greater)
	one := e.jump(a64BitZero | 1<<19 | a64Left)
	e.op(a64StoreD, x, base, at)
	two := e.jump(a64BitZero | 0<<19 | a64Left)
	e.third(base, at)
	e.op(a64ToLane2, x, a64Temp, 0)
	three := e.jump(a64Branch)
	e.land(one)
	e.op(a64StoreS, x, base, at)
	first := e.jump(a64Branch)
	e.land(four)
	e.op(a64StoreQ, x, base, at)
	e.land(two)
	e.land(three)
	e.land(first)
}

// third lets a64Temp point to the third element of a part.
func (e *neon) third(base, at int) {
	e.op(a64Add, a64Temp, base, at)
	e.imm(a64AddImm, a64Temp, a64Temp, 8, 1)
}
