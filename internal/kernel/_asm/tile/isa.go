package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A set is what an instruction set has of tiles.
type set interface {
	suffix() string // of names
	file() string
	tiles() []tile
}

// An isa is what differs between AVX2 and AVX-512.
type isa interface {
	set
	lanes() int
	bytes() int              // of a vector
	data(ctx *build.Context) // constants

	vector(ctx *build.Context) reg.VecVirtual
	zero(ctx *build.Context, r reg.VecVirtual)
	mask(ctx *build.Context, tail reg.GPVirtual) reg.Register // the first tail lanes
	loadMasked(ctx *build.Context, at operand.Mem, mask reg.Register, r reg.VecVirtual)
	storeMasked(ctx *build.Context, r reg.VecVirtual, mask reg.Register, at operand.Mem)
	ifFull(ctx *build.Context) string // jumps to the label it returns where the tail is a whole vector; "" where there is no need
	exchange() []round                // of 128-bit lanes
	end(ctx *build.Context)
}

// generatePeak writes a loop of nothing but independent fused multiply-adds.
func generatePeak(ctx *build.Context, isa isa) {
	const chains = 12 // enough to hide the latency of two units
	name := "peak" + isa.suffix()
	function(ctx, name, "func(n int)",
		name+" runs n steps of independent fused multiply-adds in every lane, the most the core can do.")
	n := ctx.Load(ctx.Param("n"), ctx.GP64())
	x := isa.vector(ctx)
	isa.zero(ctx, x)
	acc := make([]reg.VecVirtual, chains)
	for i := range acc {
		acc[i] = isa.vector(ctx)
		isa.zero(ctx, acc[i])
	}
	ctx.Label("loop")
	for _, r := range acc {
		ctx.VFMADD231PS(x, x, r)
	}
	ctx.DECQ(n)
	ctx.JNE(operand.LabelRef("loop"))
	isa.end(ctx)
}
