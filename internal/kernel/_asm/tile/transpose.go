package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A round of a transposition replaces registers r and r+step by what low and
// high make of the two.
type round struct {
	step      int
	low, high func(ctx *build.Context, x, y, to reg.VecVirtual)
}

// interleave are the first rounds: single elements, then pairs of them,
// within each 128-bit lane.
var interleave = []round{
	{1,
		func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VUNPCKLPS(y, x, to) },
		func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VUNPCKHPS(y, x, to) }},
	{2,
		func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VUNPCKLPD(y, x, to) },
		func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VUNPCKHPD(y, x, to) }},
}

// holder is the register that holds column c after all rounds: interleaving
// leaves the two inner columns of each four exchanged.
func holder(c int) int { return c&^3 | c&1<<1 | c&2>>1 }

const transposeSignature = "func(cols int, src *float32, srcRow, rows int, dst *float32, dstRow int)"

// generateTranspose writes the kernel that packs a transposed operand, a
// square of lanes × lanes at a time.
func generateTranspose(ctx *build.Context, isa isa) {
	lanes := isa.lanes()
	name := "transpose" + isa.suffix()
	function(ctx, name, transposeSignature,
		fmt.Sprintf("%s writes cols columns of rows ≤ %d rows as rows of %d;", name, lanes, lanes),
		"missing rows are zeros. Strides in bytes.")
	cols := ctx.Load(ctx.Param("cols"), ctx.GP64()).(reg.GPVirtual)
	src := rowPointers(ctx, "src", "srcRow", lanes)
	rows := ctx.Load(ctx.Param("rows"), ctx.GP64()).(reg.GPVirtual)
	dst := ctx.Load(ctx.Param("dst"), ctx.GP64()).(reg.GPVirtual)
	dstRow := ctx.Load(ctx.Param("dstRow"), ctx.GP64()).(reg.GPVirtual)

	ctx.Label("block")
	width := ctx.GP64()
	ctx.MOVQ(operand.I32(lanes), width)
	ctx.CMPQ(cols, width)
	ctx.CMOVQLT(cols, width)
	mask := isa.mask(ctx, width)
	v := make([]reg.VecVirtual, lanes)
	for r := range v {
		v[r] = isa.vector(ctx)
		isa.zero(ctx, v[r])
	}
	for r := range v {
		isa.loadMasked(ctx, src.at(r), mask, v[r])
		if r+1 < lanes {
			ctx.CMPQ(rows, operand.U8(r+1))
			ctx.JE(operand.LabelRef("turn"))
		}
	}
	ctx.Label("turn")
	for _, round := range append(interleave[:2:2], isa.exchange()...) {
		for r := range v {
			if r&round.step == 0 {
				x, y, low := v[r], v[r+round.step], isa.vector(ctx)
				round.low(ctx, x, y, low)
				round.high(ctx, x, y, x)
				v[r], v[r+round.step] = low, x
			}
		}
	}

	for c := range v {
		ctx.VMOVUPS(v[holder(c)], operand.Mem{Base: dst})
		ctx.ADDQ(dstRow, dst)
		ctx.DECQ(cols)
		ctx.JE(operand.LabelRef("done"))
	}
	for _, p := range src.base {
		ctx.ADDQ(operand.U8(isa.bytes()), p)
	}
	ctx.JMP(operand.LabelRef("block"))
	ctx.Label("done")
	isa.end(ctx)
}
