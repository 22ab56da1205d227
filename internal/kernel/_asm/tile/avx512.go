package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx512 has 32 registers of 16 lanes, and masks.
type avx512 struct{}

func (avx512) suffix() string { return "512" }
func (avx512) file() string   { return "avx512" }
func (avx512) lanes() int     { return 16 }
func (avx512) bytes() int     { return 64 }

// tiles are as tall as the registers allow, up to 14 rows.
func (avx512) tiles() (all []tile) {
	for _, w := range []struct{ rows, vectors int }{{14, 1}, {14, 2}, {6, 4}, {3, 8}, {1, 16}} {
		for r := 1; r <= w.rows; r++ {
			all = append(all, tile{rows: r, vectors: w.vectors})
		}
	}
	for r := 8; r <= 14; r++ {
		all = append(all, tile{rows: r, vectors: 2, packs: true})
	}
	return append(all, depths(8, 8, 4)...)
}

func (avx512) vector(ctx *build.Context) reg.VecVirtual  { return ctx.ZMM() }
func (avx512) zero(ctx *build.Context, r reg.VecVirtual) { ctx.VPXORD(r, r, r) }

func (avx512) mask(ctx *build.Context, tail reg.GPVirtual) reg.Register {
	n, bits, k := ctx.GP64(), ctx.GP64(), ctx.K()
	ctx.MOVQ(tail, n)
	ctx.MOVQ(operand.I32(-1), bits)
	ctx.BZHIQ(n, bits, bits)
	ctx.KMOVW(bits.As32(), k)
	return k
}

func (avx512) data(*build.Context) {}

func (avx512) loadMasked(ctx *build.Context, at operand.Mem, mask reg.Register, r reg.VecVirtual) {
	ctx.VMOVUPS_Z(at, mask, r)
}

func (avx512) storeMasked(ctx *build.Context, r reg.VecVirtual, mask reg.Register, at operand.Mem) {
	ctx.VMOVUPS(r, mask, at)
}

func (avx512) ifFull(*build.Context) string { return "" }

func (avx512) end(ctx *build.Context) {
	ctx.VZEROUPPER()
	ctx.RET()
}

// exchange are the last rounds of a transposition: the even 128-bit lanes of
// both registers, then the odd ones.
func (avx512) exchange() []round {
	even := func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VSHUFF32X4(operand.Imm(0x88), y, x, to) }
	odd := func(ctx *build.Context, x, y, to reg.VecVirtual) { ctx.VSHUFF32X4(operand.Imm(0xDD), y, x, to) }
	return []round{{4, even, odd}, {8, even, odd}}
}
