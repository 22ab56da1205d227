package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avxSums emits the operations of a linear.
type avxSums struct {
	ctx *build.Context
	isa isa
	h   reg.VecVirtual // ½ in every lane
}

func (s avxSums) add(x, y reg.VecVirtual) reg.VecVirtual {
	r := s.isa.vector(s.ctx)
	s.ctx.VADDPS(y, x, r)
	return r
}

func (s avxSums) sub(x, y reg.VecVirtual) reg.VecVirtual {
	r := s.isa.vector(s.ctx)
	s.ctx.VSUBPS(y, x, r)
	return r
}

func (s avxSums) half(x reg.VecVirtual) reg.VecVirtual {
	r := s.isa.vector(s.ctx)
	s.ctx.VMULPS(x, s.h, r)
	return r
}

const linearSignature = "func(n int, src *float32, srcStep int, dst *float32, dstStep, count, srcNext, dstNext int)"

// generateLinear writes the kernel of one matrix, for columns of n float32 at
// src, src + srcStep and so on; result j goes to dst + j·dstStep. It is applied
// count times, srcNext and dstNext apart. Distances are in bytes.
func generateLinear(ctx *build.Context, isa isa, l linear[reg.VecVirtual]) {
	name := "linear" + isa.suffix() + l.name
	function(ctx, name, linearSignature,
		name+" multiplies columns by the matrix "+l.name+".")
	n := ctx.Load(ctx.Param("n"), ctx.GP64()).(reg.GPVirtual)
	tail := ctx.GP64()
	ctx.MOVQ(n, tail)
	ctx.ANDQ(operand.I32(isa.lanes()-1), tail)
	mask := isa.mask(ctx, tail)
	whole := ctx.GP64() // bytes of whole vectors
	ctx.SUBQ(tail, n)
	ctx.MOVQ(n, whole)
	ctx.SHLQ(operand.U8(2), whole)
	src := rowPointers(ctx, "src", "srcStep", l.inputs)
	dst := rowPointers(ctx, "dst", "dstStep", l.outputs)
	count := ctx.Load(ctx.Param("count"), ctx.GP64())
	srcNext := ctx.Load(ctx.Param("srcNext"), ctx.GP64())
	dstNext := ctx.Load(ctx.Param("dstNext"), ctx.GP64())
	ctx.SUBQ(whole, srcNext)
	ctx.SUBQ(whole, dstNext)
	s := avxSums{ctx, isa, isa.vector(ctx)}
	bits := ctx.GP32()
	ctx.MOVL(operand.U32(math.Float32bits(0.5)), bits)
	ctx.VMOVD(bits, s.h.AsX())
	ctx.VBROADCASTSS(s.h.AsX(), s.h)

	columns := func(masked bool) {
		x := make([]reg.VecVirtual, l.inputs)
		for j := range x {
			x[j] = isa.vector(ctx)
			if masked {
				isa.loadMasked(ctx, src.at(j), mask, x[j])
			} else {
				ctx.VMOVUPS(src.at(j), x[j])
			}
		}
		for j, y := range l.sums(s, x) {
			if masked {
				isa.storeMasked(ctx, y, mask, dst.at(j))
			} else {
				ctx.VMOVUPS(y, dst.at(j))
			}
		}
	}
	advance := func(by func(p reg.GPVirtual, dst bool)) {
		for _, p := range src.base {
			by(p, false)
		}
		for _, p := range dst.base {
			by(p, true)
		}
	}
	ctx.Label("next")
	ctx.MOVQ(whole, n)
	ctx.TESTQ(n, n)
	ctx.JE(operand.LabelRef("rest"))
	ctx.Label("loop")
	columns(false)
	advance(func(p reg.GPVirtual, _ bool) { ctx.ADDQ(operand.I32(isa.bytes()), p) })
	ctx.SUBQ(operand.I32(isa.bytes()), n)
	ctx.JNE(operand.LabelRef("loop"))
	ctx.Label("rest")
	ctx.TESTQ(tail, tail)
	ctx.JE(operand.LabelRef("done"))
	columns(true)
	ctx.Label("done")
	advance(func(p reg.GPVirtual, dst bool) {
		if dst {
			ctx.ADDQ(dstNext, p)
		} else {
			ctx.ADDQ(srcNext, p)
		}
	})
	ctx.DECQ(count)
	ctx.JNE(operand.LabelRef("next"))
	isa.end(ctx)
}
