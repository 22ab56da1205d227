package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
)

const (
	uniformDoc       = " sets dst to the uniform numbers of consecutive blocks of a stream. The length of dst is a multiple of 32."
	uniformSignature = "func(dst []float32, block, draw, stream0, stream1, seed0, seed1 uint32)"

	philoxRounds             = 10
	philoxMul0, philoxMul1   = 0xD2511F53, 0xCD9E8D57
	philoxWeyl0, philoxWeyl1 = 0x9E3779B9, 0xBB67AE85
)

// uniform writes Philox4x32-10 over consecutive blocks. A 64-bit lane works
// on one block, its words in the low halves, where the widening multiply
// looks for them; what is in the high halves does not matter.
func (e *emitter) uniform() {
	fn := symbol("uniformBlocks", e.suffix())
	e.rows = append(e.rows, "uniformBlocks\x00"+fn)
	e.Function(fn)
	e.Attributes(attr.NOSPLIT)
	e.Pragma("noescape")
	e.Doc(fn + uniformDoc)
	e.SignatureExpr(uniformSignature)
	dst := e.pointer("dst")
	n := e.Load(e.Param("dst").Len(), e.GP64())
	counter := e.AddInt(e.word("block"), e.blockOrder())
	draw, stream0, stream1 := e.word("draw"), e.word("stream0"), e.word("stream1")
	seed0, seed1 := e.word("seed0"), e.word("seed1")

	e.Label("loop")
	c0, c1, c2, c3 := counter, draw, stream0, stream1
	k0, k1 := e.mov(seed0), e.mov(seed1)
	for r := range philoxRounds {
		p0, p1 := e.mulWide(c0, e.Const(philoxMul0)), e.mulWide(c2, e.Const(philoxMul1))
		c0 = e.Xor(e.Xor(e.high(p1), c1), k0)
		c2 = e.Xor(e.Xor(e.high(p0), c3), k1)
		c1, c3 = p1, p0
		if r < philoxRounds-1 {
			e.VPADDD(e.Const(philoxWeyl0), k0, k0)
			e.VPADDD(e.Const(philoxWeyl1), k1, k1)
		}
	}
	w01, w23 := e.join(c0, c1), e.join(c2, c3)
	for i, w := range []V{e.put(e.VPUNPCKLQDQ, w23, w01), e.put(e.VPUNPCKHQDQ, w23, w01)} {
		top := e.put(e.VPSRLD, operand.U8(8), w)
		e.store(e.Mul(e.ToFloat(top), e.num(0x1p-24)), dst, i)
	}
	e.VPADDD(e.Const(uint32(e.lanes/2)), counter, counter)
	e.ADDQ(operand.I32(int32(2*e.bytes())), dst)
	e.SUBQ(operand.I32(int32(2*e.lanes)), n)
	e.JG(operand.LabelRef("loop"))
	e.end()
}

// word fills a vector with an integer parameter.
func (e *emitter) word(param string) V {
	x, r := e.XMM(), e.vec()
	e.VMOVD(e.Load(e.Param(param), e.GP32()), x)
	e.VPBROADCASTD(x, r)
	return r
}

// blockOrder numbers the 64-bit lanes such that unpacking pairs of words,
// which takes even and odd lanes apart, leaves blocks in order: 0, 2, 1, 3 of
// four lanes and 0, 4, 1, 5, 2, 6, 3, 7 of eight.
func (e *emitter) blockOrder() operand.Mem {
	e.StaticGlobal("vecBlockOrder")
	e.DataAttributes(attr.RODATA | attr.NOPTR)
	for lane := range e.lanes / 2 {
		e.AddDatum(8*lane, operand.U64(uint64(lane/2+lane%2*e.lanes/4)))
	}
	return operand.NewDataAddr(operand.NewStaticSymbol("vecBlockOrder"), 0)
}

func (e *emitter) mulWide(x, y V) V { return e.put(e.VPMULUDQ, y, x) }
func (e *emitter) high(x V) V       { return e.put(e.VPSRLQ, operand.U8(32), x) }

// join puts the low half of y above the low half of x.
func (e *emitter) join(x, y V) V {
	high := e.put(e.VPSLLQ, operand.U8(32), y)
	if e.wide() { // which has no blend by immediate
		lowHalf := e.put(e.VPSRLQ, operand.U8(32), e.mov(e.Const(1<<32-1)))
		return e.put(e.VPORQ, high, e.put(e.VPANDQ, lowHalf, x))
	}
	r := e.vec()
	e.VPBLENDD(operand.U8(0xAA), high, x, r)
	return r
}
