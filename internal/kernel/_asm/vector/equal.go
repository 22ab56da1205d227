package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"descent/internal/formula"
)

// takeEqual writes the function that hands out what the first of several
// elements, one call for each, gets: that which is equal to top.
func (e *emitter) takeEqual() {
	fn := symbol("takeEqual", e.suffix())
	e.rows = append(e.rows, "takeEqual\x00"+fn)
	e.Function(fn)
	e.Attributes(attr.NOSPLIT)
	e.Pragma("noescape")
	e.Doc(fn + " moves rest to dst where x is top, and leaves 0 in the other of the two.")
	e.SignatureExpr("func(dst, rest, x, top []float32)")
	n := e.Load(e.Param("dst").Len(), e.GP64())
	dst, rest, x, top := e.pointer("dst"), e.pointer("rest"), e.pointer("x"), e.pointer("top")
	zero := e.vec()
	if e.wide() {
		e.VPXORD(zero, zero, zero)
	} else {
		e.VXORPS(zero, zero, zero)
	}
	step := func(load func(reg.GPVirtual, int) V, store func(V, reg.GPVirtual, int)) {
		hit := e.Compare(formula.Equal, load(x, 0), load(top, 0))
		r := load(rest, 0)
		store(e.Pick(hit, r, zero), dst, 0)
		store(e.Pick(hit, zero, r), rest, 0)
	}
	e.loop(n, 1, func() {
		step(e.load, e.store)
		for _, p := range []reg.GPVirtual{dst, rest, x, top} {
			e.ADDQ(operand.I32(int32(e.bytes())), p)
		}
	})
	e.TESTQ(n, n)
	e.JE(operand.LabelRef("done"))
	tail := e.tail(n, 0)
	step(e.loadTail(tail), e.storeTail(tail))
	e.end()
}
