package main

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mapping writes the loop of m: steps of several vectors, then single
// vectors, then the rest under a mask.
func (e *emitter) mapping(m mapping[V]) {
	name := symbol(m.name, e.suffix())
	e.rows = append(e.rows, m.name+"\x00"+name)
	e.Function(name)
	e.Attributes(attr.NOSPLIT)
	e.Pragma("noescape")
	e.Doc(name + " sets dst to " + m.doc + ".")
	e.SignatureExpr(m.signature())

	dst := e.pointer("dst")
	n := e.Load(e.Param("dst").Len(), e.GP64())
	vectors, numbers := map[string]reg.GPVirtual{}, map[string]V{}
	for _, arg := range m.args {
		if isNumber(arg) {
			numbers[arg] = e.number(arg)
		} else {
			vectors[arg] = e.pointer(arg)
		}
	}
	step := func(i int, load func(reg.GPVirtual, int) V, store func(V, reg.GPVirtual, int)) {
		var a []V
		for _, arg := range m.args {
			if isNumber(arg) {
				a = append(a, numbers[arg])
			} else {
				a = append(a, load(vectors[arg], i))
			}
		}
		store(m.f(formulas{Machine: e}, a), dst, i)
	}
	for _, k := range slices.Compact([]int{m.unroll, 1}) {
		e.loop(n, k, func() {
			for i := range k {
				step(i, e.load, e.store)
			}
			bytes := operand.I32(int32(k * e.bytes()))
			e.ADDQ(bytes, dst)
			for _, arg := range m.args {
				if !isNumber(arg) {
					e.ADDQ(bytes, vectors[arg])
				}
			}
		})
	}
	e.TESTQ(n, n)
	e.JE(operand.LabelRef("done"))
	tail := e.tail(n, 0)
	step(0, e.loadTail(tail), e.storeTail(tail))
	e.end()
}

// loop repeats body while at least k vectors are left of n elements.
func (e *emitter) loop(n reg.Register, k int, body func()) {
	label := fmt.Sprintf("loop%d", k)
	e.SUBQ(operand.I32(int32(k*e.lanes)), n)
	e.JLT(operand.LabelRef(label + "end"))
	e.Label(label)
	body()
	e.SUBQ(operand.I32(int32(k*e.lanes)), n)
	e.JGE(operand.LabelRef(label))
	e.Label(label + "end")
	e.ADDQ(operand.I32(int32(k*e.lanes)), n)
}

func (e *emitter) end() {
	e.Label("done")
	e.VZEROUPPER()
	e.RET()
}

func (e *emitter) pointer(param string) reg.GPVirtual {
	return e.Load(e.Param(param).Base(), e.GP64()).(reg.GPVirtual)
}

// number fills a vector with a parameter.
func (e *emitter) number(param string) V {
	r := e.vec()
	e.VBROADCASTSS(e.address(param), r)
	return r
}

func (e *emitter) load(p reg.GPVirtual, i int) V {
	return e.mov(operand.Mem{Base: p, Disp: i * e.bytes()})
}

func (e *emitter) store(x V, p reg.GPVirtual, i int) {
	e.VMOVUPS(x, operand.Mem{Base: p, Disp: i * e.bytes()})
}

// tail masks the lanes below n - from. In AVX-512, n is below 16; in AVX2
// below 16 too, for the sake of reductions, which keep two vectors.
func (e *emitter) tail(n reg.Register, from int) V {
	if e.wide() {
		ones, k := e.GP32(), e.K()
		e.MOVL(operand.I32(-1), ones)
		e.BZHIL(n.(reg.GPVirtual).As32(), ones, ones)
		e.KMOVW(ones, k)
		return k
	}
	at, end, m := e.GP64(), e.GP64(), e.YMM()
	e.LEAQ(operand.NewDataAddr(operand.NewStaticSymbol("vecLanes"), 0), at)
	e.MOVQ(n, end)
	e.NEGQ(end)
	e.VMOVDQU(operand.Mem{Base: at, Index: end, Scale: 4, Disp: 4 * (16 + from)}, m)
	return m
}

func (e *emitter) loadTail(m V) func(reg.GPVirtual, int) V {
	return func(p reg.GPVirtual, i int) V {
		r := e.vec()
		at := operand.Mem{Base: p, Disp: i * e.bytes()}
		if e.wide() {
			e.VMOVUPS_Z(at, m, r)
		} else {
			e.VMASKMOVPS(at, m, r)
		}
		return r
	}
}

func (e *emitter) storeTail(m V) func(V, reg.GPVirtual, int) {
	return func(x V, p reg.GPVirtual, i int) {
		at := operand.Mem{Base: p, Disp: i * e.bytes()}
		if e.wide() {
			e.VMOVUPS(x, m, at)
		} else {
			e.VMASKMOVPS(x, m, at)
		}
	}
}
