package main

import (
	"descent/internal/formula"
	"descent/internal/kernel/_asm/neon"
)

// takeEqual writes the function that hands out what the first of several
// elements, one call for each, gets; see the one of the other emitter.
func (e *neonEmitter) takeEqual() {
	e.function("TakeEqual", takeEqualSignature, takeEqualDoc, func() {
		left := e.Param("rest", "len")
		rest, top := e.Param("rest", "base"), e.Param("top", "base")
		dstGroup, xGroup := e.Param("dst", "base"), e.Param("x", "base")
		width, dstStep, xStep := e.Param("width"), e.Param("dstStep"), e.Param("xStep")
		n, dst, x := e.Reg(), e.Reg(), e.Reg()
		zero := e.Const(0)
		step := func(load func(neon.Reg, int) neon.Vec, store func(neon.Vec, neon.Reg, int), bytes int) {
			hit := e.Compare(formula.IsEqual, neonV{vec: load(x, 0)}, neonV{vec: load(top, 0)})
			r := neonV{vec: load(rest, 0)}
			store(e.Only(hit, r).vec, dst, 0)
			store(e.Pick(hit, zero, r).vec, rest, 0)
			e.advance(bytes, dst, rest, x, top)
		}
		e.Line("CBZ %v, done", left)
		e.Label("group")
		e.Line("MOVD %v, %v", width, n)
		e.Line("MOVD %v, %v", dstGroup, dst)
		e.Line("MOVD %v, %v", xGroup, x)
		e.loop(n, 1, func() { step(e.Load, e.Store, neonBytes) })
		e.singles(n, func() { step(e.Load1, e.Store1, 4) })
		e.Line("ADD %v<<2, %v, %v", dstStep, dstGroup, dstGroup)
		e.Line("ADD %v<<2, %v, %v", xStep, xGroup, xGroup)
		e.Line("SUBS %v, %v, %v", width, left, left)
		e.Line("BGT group")
		e.Label("done")
		e.Line("RET")
	})
}

// uniform writes Philox4x32-10 over consecutive blocks, four at a time: lane i
// of four vectors has the words of block i.
func (e *neonEmitter) uniform() {
	e.function("uniformBlocks", uniformSignature, uniformDoc, func() {
		dst, n := e.Param("dst", "base"), e.Param("dst", "len")
		free := e.Reg()
		word := func(param string) neonV {
			e.ParamInto(free, param)
			return neonV{vec: e.Fill(free)}
		}
		e.Line("MOVD $%s<>(SB), %v", neonCount, free)
		count := e.Load(free, 0)
		counter := e.AddInt(word("block"), neonV{vec: count})
		draw, stream0, stream1 := word("draw"), word("stream0"), word("stream1")
		seed0, seed1 := word("seed0"), word("seed1")

		e.Label("loop")
		c0, c1, c2, c3 := counter, draw, stream0, stream1
		k0, k1 := seed0, seed1
		for r := range philoxRounds {
			low0, high0 := e.mulWide(c0, e.Const(philoxMul0))
			low1, high1 := e.mulWide(c2, e.Const(philoxMul1))
			c0 = e.Xor(e.Xor(high1, c1), k0)
			c2 = e.Xor(e.Xor(high0, c3), k1)
			c1, c3 = low1, low0
			if r < philoxRounds-1 {
				k0, k1 = e.AddInt(k0, e.Const(philoxWeyl0)), e.AddInt(k1, e.Const(philoxWeyl1))
			}
		}
		x01, y01 := e.two(neon.TRN1, c0, c1), e.two(neon.TRN2, c0, c1) // blocks 0 and 2, 1 and 3
		x23, y23 := e.two(neon.TRN1, c2, c3), e.two(neon.TRN2, c2, c3)
		for i, w := range []neonV{
			e.two(neon.TRN1D, x01, x23), e.two(neon.TRN1D, y01, y23), e.two(neon.TRN2D, x01, x23), e.two(neon.TRN2D, y01, y23),
		} {
			top := neonV{vec: e.Shr(w.vec, 8)}
			e.Store(e.Mul(e.ToFloat(top), e.num(0x1p-24)).vec, dst, i*neonBytes)
		}
		e.Into(neon.ADD, counter.vec, counter.vec, e.operand(e.Const(neonLanes)))
		e.advance(4*neonBytes, dst)
		e.Line("SUBS $%d, %v, %v", 4*neonLanes, n, n)
		e.Line("BGT loop")
		e.Line("RET")
	})
}

// mulWide returns the halves of products of 64 bits.
func (e *neonEmitter) mulWide(x, y neonV) (low, high neonV) {
	p, q := e.two(neon.UMULL, x, y), e.two(neon.UMULL2, x, y)
	return e.two(neon.UZP1, p, q), e.two(neon.UZP2, p, q)
}
