package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx2 has 16 registers of 8 lanes; a mask is one of them.
type avx2 struct{}

func (avx2) suffix() string { return "256" }
func (avx2) file() string   { return "avx2" }
func (avx2) lanes() int     { return 8 }
func (avx2) bytes() int     { return 32 }

func (avx2) tiles() (all []tile) {
	for _, w := range []struct{ rows, vectors int }{{6, 1}, {6, 2}, {2, 4}, {1, 8}} {
		for r := 1; r <= w.rows; r++ {
			all = append(all, tile{rows: r, vectors: w.vectors})
		}
	}
	for r := 3; r <= 6; r++ {
		all = append(all, tile{rows: r, vectors: 2, packs: true})
	}
	return append(all, depths(8, 4, 3)...)
}

func (avx2) vector(ctx *build.Context) reg.VecVirtual  { return ctx.YMM() }
func (avx2) zero(ctx *build.Context, r reg.VecVirtual) { ctx.VXORPS(r, r, r) }

// mask loads the last lanes - tail words of a line of ones followed by zeros.
func (i avx2) mask(ctx *build.Context, tail reg.GPVirtual) reg.Register {
	at, m := ctx.GP64(), ctx.YMM()
	line := operand.NewDataAddr(operand.NewStaticSymbol("gemmLanes"), 0)
	ctx.LEAQ(line, at)
	end := ctx.GP64()
	ctx.MOVQ(tail, end)
	ctx.NEGQ(end)
	ctx.VMOVDQU(operand.Mem{Base: at, Index: end, Scale: 4, Disp: 4 * i.lanes()}, m)
	return m
}

// data writes the line that masks are cut from.
func (i avx2) data(ctx *build.Context) {
	ctx.StaticGlobal("gemmLanes")
	ctx.DataAttributes(attr.RODATA | attr.NOPTR)
	for n := range 2 * i.lanes() {
		v := operand.U32(0)
		if n < i.lanes() {
			v = 0xFFFFFFFF
		}
		ctx.AddDatum(4*n, v)
	}
}

func (avx2) loadMasked(ctx *build.Context, at operand.Mem, mask reg.Register, r reg.VecVirtual) {
	ctx.VMASKMOVPS(at, mask, r)
}

func (avx2) storeMasked(ctx *build.Context, r reg.VecVirtual, mask reg.Register, at operand.Mem) {
	ctx.VMASKMOVPS(r, mask, at)
}

// ifFull keeps whole vectors off the masked store, which takes dozens of
// operations on some processors.
func (i avx2) ifFull(ctx *build.Context) string {
	n := ctx.Load(ctx.Param("tail"), ctx.GP64())
	ctx.CMPQ(n, operand.U8(i.lanes()))
	ctx.JE(operand.LabelRef("full"))
	return "full"
}

// exchange is the last round of a transposition: the low 128-bit lanes of
// both registers, and the high ones.
func (avx2) exchange() []round {
	return []round{{4,
		func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VPERM2F128(operand.Imm(0x20), y, x, to) },
		func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VPERM2F128(operand.Imm(0x31), y, x, to) }}}
}

func (avx2) end(ctx *build.Context) {
	ctx.VZEROUPPER()
	ctx.RET()
}
