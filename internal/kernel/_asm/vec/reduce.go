package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumLanes writes the function that adds x to 16 lanes.
func (e *emitter) sumLanes() {
	fn := symbol("SumLanes", e.suffix())
	e.rows = append(e.rows, "SumLanes\x00"+fn)
	e.Function(fn)
	e.Attributes(attr.NOSPLIT)
	e.Pragma("noescape")
	e.Doc(fn + " adds to acc[i mod 16] each x[i], in order.")
	e.SignatureExpr("func(acc, x []float32)")
	at, x := e.pointer("acc"), e.pointer("x")
	n := e.Load(e.Param("x").Len(), e.GP64())
	acc := e.laneVectors()
	for i, a := range acc {
		e.VMOVUPS(e.load(at, i), a)
	}
	e.accumulate(acc, x, n, e.laneMasks(n), e.Add)
	for i, a := range acc {
		e.store(a, at, i)
	}
	e.end()
}

// rowReduction writes a function that reduces each row of x in 16 lanes and
// the lanes in a fixed tree.
func (e *emitter) rowReduction(name, doc string, start float64, f func(acc, x V) V) {
	fn := symbol(name, e.suffix())
	e.rows = append(e.rows, name+"\x00"+fn)
	e.Function(fn)
	e.Attributes(attr.NOSPLIT)
	e.Pragma("noescape")
	e.Doc(fn + " sets dst[r] to the " + doc + " of row r of x, cols wide.")
	e.SignatureExpr("func(dst, x []float32, cols int)")
	dst, x := e.pointer("dst"), e.pointer("x")
	rows := e.Load(e.Param("dst").Len(), e.GP64())
	cols := e.Load(e.Param("cols"), e.GP64())
	rest := e.GP64()
	e.MOVQ(cols, rest)
	e.ANDQ(operand.I32(15), rest)
	masks := e.laneMasks(rest)
	acc := e.laneVectors()
	e.TESTQ(rows, rows)
	e.JE(operand.LabelRef("done"))

	e.Label("row")
	for _, a := range acc {
		e.VMOVUPS(e.num(start), a)
	}
	n := e.GP64()
	e.MOVQ(cols, n)
	e.accumulate(acc, x, n, masks, f)
	e.LEAQ(operand.Mem{Base: x, Index: rest, Scale: 4}, x)
	e.VMOVSS(e.fold(acc, f).(reg.VecVirtual).AsX(), operand.Mem{Base: dst})
	e.ADDQ(operand.I32(4), dst)
	e.DECQ(rows)
	e.JNE(operand.LabelRef("row"))
	e.end()
}

// laneVectors are registers for 16 lanes.
func (e *emitter) laneVectors() (acc []V) {
	for range 16 / e.lanes {
		acc = append(acc, e.vec())
	}
	return acc
}

// laneMasks mask the lanes below n mod 16 of vectors of 16 lanes.
func (e *emitter) laneMasks(n reg.Register) (masks []V) {
	rest := e.GP64()
	e.MOVQ(n, rest)
	e.ANDQ(operand.I32(15), rest)
	for i := range 16 / e.lanes {
		masks = append(masks, e.tail(rest, i*e.lanes))
	}
	return masks
}

// accumulate combines n elements at x with acc; n mod 16 of them by masks. It
// leaves x at those and n at their number.
func (e *emitter) accumulate(acc []V, x reg.GPVirtual, n reg.Register, masks []V, f func(acc, x V) V) {
	e.loop(n, len(acc), func() {
		for i, a := range acc {
			e.VMOVUPS(f(a, e.load(x, i)), a)
		}
		e.ADDQ(operand.I32(64), x)
	})
	e.TESTQ(n, n)
	e.JE(operand.LabelRef("accumulated"))
	for i, a := range acc {
		e.VMOVUPS(e.Pick(masks[i], f(a, e.loadTail(masks[i])(x, i)), a), a)
	}
	e.Label("accumulated")
}

// fold combines 16 lanes: i with i+8, then with i+4, i+2 and i+1.
func (e *emitter) fold(acc []V, f func(acc, x V) V) V {
	a := acc[0]
	if e.wide() {
		a = f(a, e.put(e.VSHUFF64X2, operand.U8(0x4E), a, a))
		a = f(a, e.put(e.VSHUFF64X2, operand.U8(0xB1), a, a))
	} else {
		a = f(a, acc[1])
		swapped := e.vec()
		e.VPERM2F128(operand.U8(0x01), a, a, swapped)
		a = f(a, swapped)
	}
	a = f(a, e.put(e.VSHUFPS, operand.U8(0x4E), a, a))
	return f(a, e.put(e.VSHUFPS, operand.U8(0xB1), a, a))
}

var minusInfinity = math.Inf(-1)
