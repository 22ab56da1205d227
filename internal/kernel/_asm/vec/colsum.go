package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// colSum writes the sum over rows: blocks of four vectors of columns, then
// single ones, then the rest under a mask, each walking down all rows.
func (e *emitter) colSum() {
	fn := symbol("ColSum", e.suffix())
	e.rows = append(e.rows, "ColSum\x00"+fn)
	e.Function(fn)
	e.Attributes(attr.NOSPLIT)
	e.Pragma("noescape")
	e.Doc(fn + " adds rows > 0 rows of x, as long as acc each, to acc, in order.")
	e.SignatureExpr("func(acc, x []float32, rows int)")
	at, x := e.pointer("acc"), e.pointer("x")
	n := e.Load(e.Param("acc").Len(), e.GP64())
	rows := e.Load(e.Param("rows"), e.GP64())
	stride := e.GP64()
	e.MOVQ(n, stride)
	e.SHLQ(operand.U8(2), stride)

	// down adds rows of the columns that load sees.
	down := func(label string, k int, load func(reg.GPVirtual, int) V, store func(V, reg.GPVirtual, int)) {
		var acc []V
		for i := range k {
			acc = append(acc, load(at, i))
		}
		p, left := e.GP64().(reg.GPVirtual), e.GP64()
		e.MOVQ(x, p)
		e.MOVQ(rows, left)
		e.Label(label)
		for i, a := range acc {
			e.VADDPS(load(p, i), a, a)
		}
		e.ADDQ(stride, p)
		e.DECQ(left)
		e.JNE(operand.LabelRef(label))
		for i, a := range acc {
			store(a, at, i)
		}
	}
	for _, k := range []int{4, 1} {
		e.loop(n, k, func() {
			down(fmt.Sprintf("rows%d", k), k, e.load, e.store)
			e.ADDQ(operand.I32(int32(k*e.bytes())), at)
			e.ADDQ(operand.I32(int32(k*e.bytes())), x)
		})
	}
	e.TESTQ(n, n)
	e.JE(operand.LabelRef("done"))
	tail := e.tail(n, 0)
	down("rowstail", 1, e.loadTail(tail), e.storeTail(tail))
	e.end()
}
