package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"descent/internal/kernel/_asm/neon"
)

const threesSignature = "func(lines, n int, a *float32, aLine, aRow, aCol, aDown int, b *float32, bRow int, c *float32, cLine, cRow, tail int, sub, mul, add, floor, zero *float32)"

func threesName(s set) string { return "threes" + s.suffix() }

func threesDoc(s set) string {
	return threesName(s) + " is lines × n results of a convolution by 3 × 3, lane by lane."
}

// generateThrees writes the kernel of a convolution by 3 × 3 of single channels, one vector
// wide, which holds the weights in registers:
//
//	C[l, i, j] = max(((Σₚ a[l, i, p, j]·b[p, j] − sub[j])·mul[j] + add[j]), floor) + zero
//
// for lines of n results. The sum is that of a depth tile: term p = 3y + x of result l, i
// lies at a + l·aLine + i·aRow + y·aDown + x·aCol, and the result at c + l·cLine + i·cRow. Steps that are not wanted are done with operands that
// change no bit.
func generateThrees(ctx *build.Context, isa isa) {
	function(ctx, threesName(isa), threesSignature, threesDoc(isa))
	tail := ctx.Load(ctx.Param("tail"), ctx.GP64()).(reg.GPVirtual)
	mask := isa.mask(ctx, tail)
	vector := func(at operand.Mem) reg.VecVirtual {
		v := isa.vector(ctx)
		isa.loadMasked(ctx, at, mask, v)
		return v
	}
	b, bRow := ctx.Load(ctx.Param("b"), ctx.GP64()), ctx.Load(ctx.Param("bRow"), ctx.GP64())
	var weights []reg.VecVirtual
	for range 9 {
		weights = append(weights, vector(operand.Mem{Base: b}))
		ctx.ADDQ(bRow, b)
	}
	column := func(param string) reg.VecVirtual {
		return vector(operand.Mem{Base: ctx.Load(ctx.Param(param), ctx.GP64())})
	}
	sub, mul, add := column("sub"), column("mul"), column("add")
	floor := ctx.Load(ctx.Param("floor"), ctx.GP64())
	zero := ctx.Load(ctx.Param("zero"), ctx.GP64())

	a := []reg.Register{ctx.Load(ctx.Param("a"), ctx.GP64())}
	down := ctx.Load(ctx.Param("aDown"), ctx.GP64())
	for y := 1; y < 3; y++ {
		next := ctx.GP64()
		ctx.LEAQ(operand.Mem{Base: a[y-1], Index: down, Scale: 1}, next)
		a = append(a, next)
	}
	aRow, aCol := ctx.Load(ctx.Param("aRow"), ctx.GP64()), ctx.Load(ctx.Param("aCol"), ctx.GP64())
	c, cRow := ctx.Load(ctx.Param("c"), ctx.GP64()), ctx.Load(ctx.Param("cRow"), ctx.GP64())
	lines, n := ctx.Load(ctx.Param("lines"), ctx.GP64()), ctx.GP64()
	aBack, cBack := ctx.GP64(), ctx.GP64() // from the end of a line to the next
	for _, back := range []struct {
		to, row reg.Register
		line    string
	}{{aBack, aRow, "aLine"}, {cBack, cRow, "cLine"}} {
		ctx.MOVQ(back.row, n)
		ctx.IMULQ(address(ctx, "n"), n)
		ctx.MOVQ(address(ctx, back.line), back.to)
		ctx.SUBQ(n, back.to)
	}

	result := func(load func(at operand.Mem) operand.Op, store func(r reg.VecVirtual)) {
		acc := isa.vector(ctx)
		isa.zero(ctx, acc)
		for p, w := range weights {
			at := operand.Mem{Base: a[p/3]}
			if x := p % 3; x > 0 {
				at.Index, at.Scale = aCol, uint8(x)
			}
			ctx.VFMADD231PS(load(at), w, acc)
		}
		for _, p := range a {
			ctx.ADDQ(aRow, p)
		}
		ctx.VSUBPS(sub, acc, acc)
		ctx.VMULPS(mul, acc, acc)
		ctx.VADDPS(add, acc, acc)
		x := isa.vector(ctx)
		ctx.VBROADCASTSS(operand.Mem{Base: floor}, x)
		ctx.VMAXPS(acc, x, acc) // acc if it is NaN
		ctx.VBROADCASTSS(operand.Mem{Base: zero}, x)
		ctx.VADDPS(x, acc, acc)
		store(acc)
		ctx.ADDQ(cRow, c)
	}
	all := func(name string, load func(at operand.Mem) operand.Op, store func(r reg.VecVirtual)) {
		ctx.Label(name)
		ctx.MOVQ(address(ctx, "n"), n)
		ctx.Label(name + "Line")
		result(load, store)
		ctx.DECQ(n)
		ctx.JNE(operand.LabelRef(name + "Line"))
		for _, p := range a {
			ctx.ADDQ(aBack, p)
		}
		ctx.ADDQ(cBack, c)
		ctx.DECQ(lines)
		ctx.JNE(operand.LabelRef(name))
		isa.end(ctx)
	}
	to := operand.Mem{Base: c}
	ctx.CMPQ(tail, operand.U8(isa.lanes()))
	ctx.JE(operand.LabelRef("whole"))
	all("part", func(at operand.Mem) operand.Op { return vector(at) }, func(r reg.VecVirtual) { isa.storeMasked(ctx, r, mask, to) })
	all("whole", func(at operand.Mem) operand.Op { return at }, func(r reg.VecVirtual) { ctx.VMOVUPS(r, to) })
}

// neonThrees writes the kernel of generateThrees, in two copies as tiles are.
func neonThrees(file *neon.File) {
	f := file.Func(threesName(neonSet{}), threesSignature, threesDoc(neonSet{}))
	lines, n, aRow, c, cRow := f.Param("lines"), f.Reg(), f.Param("aRow"), f.Param("c"), f.Param("cRow")
	aBack, cBack := f.Param("aLine"), f.Param("cLine") // from the end of a line to the next
	f.ParamInto(n, "n")
	f.Line("MSUB %v, %v, %v, %v", aRow, aBack, n, aBack)
	f.Line("MSUB %v, %v, %v, %v", cRow, cBack, n, cBack)
	a, down := []neon.Reg{f.Param("a"), f.Reg(), f.Reg()}, f.Param("aDown")
	for y := 1; y < 3; y++ {
		f.Line("ADD %v, %v, %v", down, a[y-1], a[y])
	}
	col := []neon.Reg{neon.ZR, f.Param("aCol"), f.Reg()}
	f.Line("ADD %v, %v, %v", col[1], col[1], col[2])
	b, bRow, at := f.Param("b"), f.Param("bRow"), f.Reg()
	tail := f.Param("tail")
	f.Line("CMP $%d, %v", neonLanes, tail)
	f.Line("BLT part")
	copyOf := func(name string, load func(base neon.Reg) neon.Vec, loadIndex func(base, index neon.Reg) neon.Vec, store func(v neon.Vec)) {
		var weights []neon.Vec
		for range 9 {
			weights = append(weights, load(b))
			f.Line("ADD %v, %v, %v", bRow, b, b)
		}
		column := func(param string) neon.Vec {
			f.ParamInto(at, param)
			return load(at)
		}
		sub, mul, add := column("sub"), column("mul"), column("add")
		number := func(param string) neon.Vec {
			f.ParamInto(at, param)
			f.Line("MOVWU (%v), %v", at, at)
			return f.Fill(at)
		}
		floor, zero := number("floor"), number("zero")
		f.Label(name)
		f.ParamInto(n, "n")
		f.Label(name + "Line")
		acc := f.Zero()
		for p, w := range weights {
			f.Into(neon.FMLA, acc, loadIndex(a[p/3], col[p%3]), w)
		}
		for _, p := range a {
			f.Line("ADD %v, %v, %v", aRow, p, p)
		}
		f.Into(neon.FSUB, acc, acc, sub)
		f.Into(neon.FMUL, acc, acc, mul)
		f.Into(neon.FADD, acc, acc, add)
		f.Into(neon.FMAX, acc, acc, floor)
		f.Into(neon.FADD, acc, acc, zero)
		store(acc)
		f.Line("ADD %v, %v, %v", cRow, c, c)
		f.Line("SUBS $1, %v, %v", n, n)
		f.Line("BNE %sLine", name)
		for _, p := range a {
			f.Line("ADD %v, %v, %v", aBack, p, p)
		}
		f.Line("ADD %v, %v, %v", cBack, c, c)
		f.Line("SUBS $1, %v, %v", lines, lines)
		f.Line("BNE %s", name)
		f.Line("RET")
	}
	copyOf("whole", func(base neon.Reg) neon.Vec { return f.Load(base, 0) }, f.LoadIndex, func(v neon.Vec) { f.Store(v, c, 0) })
	f.Label("part")
	p := newPart(f, tail, 0)
	copyOf("some", p.load, func(base, index neon.Reg) neon.Vec {
		f.Line("ADD %v, %v, %v", index, base, at)
		return p.load(at)
	}, func(v neon.Vec) { p.store(v, c, at) })
	file.Add(f)
}
