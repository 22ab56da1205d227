package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"descent/internal/formula"
)

const (
	takeEqualDoc       = " moves rest to dst where x is top, and leaves 0 in the other of the two, group by group of rest."
	takeEqualSignature = "func(dst, rest, x, top []float32, width, dstStep, xStep int)"
)

// takeEqual writes the function that hands out what the first of several
// elements, one call for each, gets: that which is equal to top. It does so for
// several groups of elements.
func (e *emitter) takeEqual() {
	fn := symbol("TakeEqual", e.suffix())
	e.rows = append(e.rows, "TakeEqual\x00"+fn)
	e.Function(fn)
	e.Attributes(attr.NOSPLIT)
	e.Pragma("noescape")
	e.Doc(fn + takeEqualDoc)
	e.SignatureExpr(takeEqualSignature)
	left := e.Load(e.Param("rest").Len(), e.GP64())
	rest, top := e.pointer("rest"), e.pointer("top")
	dstGroup, xGroup := e.pointer("dst"), e.pointer("x")
	n, dst, x := e.GP64(), e.GP64(), e.GP64()
	zero := e.vec()
	if e.wide() {
		e.VPXORD(zero, zero, zero)
	} else {
		e.VXORPS(zero, zero, zero)
	}
	step := func(load func(reg.GPVirtual, int) V, store func(V, reg.GPVirtual, int)) {
		hit := e.Compare(formula.IsEqual, load(x, 0), load(top, 0))
		r := load(rest, 0)
		store(e.Pick(hit, r, zero), dst, 0)
		store(e.Pick(hit, zero, r), rest, 0)
	}
	e.TESTQ(left, left)
	e.JE(operand.LabelRef("done"))
	e.Label("group")
	e.MOVQ(e.address("width"), n)
	e.SUBQ(n, left)
	e.MOVQ(dstGroup, dst)
	e.MOVQ(xGroup, x)
	e.loop(n, 1, func() {
		step(e.load, e.store)
		for _, p := range []reg.GPVirtual{dst, rest, x, top} {
			e.ADDQ(operand.I32(int32(e.bytes())), p)
		}
	})
	e.TESTQ(n, n)
	e.JE(operand.LabelRef("whole"))
	tail := e.tail(n, 0)
	step(e.loadTail(tail), e.storeTail(tail))
	for _, p := range []reg.GPVirtual{rest, top} {
		e.LEAQ(operand.Mem{Base: p, Index: n, Scale: 4}, p)
	}
	e.Label("whole")
	e.MOVQ(e.address("dstStep"), n)
	e.LEAQ(operand.Mem{Base: dstGroup, Index: n, Scale: 4}, dstGroup)
	e.MOVQ(e.address("xStep"), n)
	e.LEAQ(operand.Mem{Base: xGroup, Index: n, Scale: 4}, xGroup)
	e.TESTQ(left, left)
	e.JG(operand.LabelRef("group"))
	e.end()
}

// address is where a parameter lies on the stack.
func (e *emitter) address(param string) operand.Mem {
	p, err := e.Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
