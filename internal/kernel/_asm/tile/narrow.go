package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"descent/internal/kernel/_asm/neon"
)

// A narrow is a format of weights of less than 32 bits.
type narrow struct {
	name   string
	size   int  // bytes
	scaled bool // each column has a scale
}

var narrows = []narrow{{"BF16", 2, false}, {"Int8", 1, true}}

// strip is the least number of columns that narrow weights are read by.
const strip = 16

// narrowStrips are how many strips the kernels have side by side, for one row of A,
// and for widening.
func narrowStrips(s set) (one, widen []int) {
	switch s.(type) {
	case avx512:
		return []int{1, 2, 4, 8}, []int{1, 2}
	case avx2:
		return []int{1, 2, 4}, []int{1}
	}
	return []int{1, 2, 4}, []int{1}
}

func (n narrow) one(s set, strips int) string {
	return fmt.Sprintf("one%s%sS%d", s.suffix(), n.name, strips)
}
func (n narrow) widen(s set, strips int) string {
	return fmt.Sprintf("widen%s%sS%d", s.suffix(), n.name, strips)
}

const (
	oneSignature   = "func(k int, a *float32, b *byte, bRow int, scale, c *float32, add bool)"
	widenSignature = "func(k int, b *byte, bRow int, scale, dst *float32, dstRow int)"
)

func (n narrow) oneDoc(s set, strips int) string {
	return fmt.Sprintf("%s is the product of 1 × k by k × %d columns of %s.", n.one(s, strips), strips*strip, n.name)
}
func (n narrow) widenDoc(s set, strips int) string {
	return fmt.Sprintf("%s writes k rows of %d columns of %s as float32.", n.widen(s, strips), strips*strip, n.name)
}

// load reads a vector of n and widens it.
func (n narrow) load(ctx *build.Context, isa isa, at operand.Mem, scale operand.Op) reg.VecVirtual {
	v := isa.vector(ctx)
	if !n.scaled {
		ctx.VPMOVZXWD(at, v)
		ctx.VPSLLD(operand.U8(16), v, v)
		return v
	}
	ctx.VPMOVSXBD(at, v)
	ctx.VCVTDQ2PS(v, v)
	ctx.VMULPS(scale, v, v)
	return v
}

// scales returns where the scale of each vector is: in a register if there are
// enough.
func (n narrow) scales(ctx *build.Context, isa isa, vectors int) []operand.Op {
	at := ctx.Load(ctx.Param("scale"), ctx.GP64())
	var all []operand.Op
	for j := range vectors {
		mem := operand.Mem{Base: at, Disp: j * isa.bytes()}
		if isa.lanes() == 8 && vectors > 4 || !n.scaled {
			all = append(all, mem)
			continue
		}
		v := isa.vector(ctx)
		ctx.VMOVUPS(mem, v)
		all = append(all, v)
	}
	return all
}

// generateNarrow writes the kernels of weights of less than 32 bits. Rows of B are
// bRow bytes apart and read in whole strips. A bf16 is the upper half of a float32;
// an int8 becomes a float32 and is multiplied by the scale of its column. What is
// done with a value from there on is what tiles do.
func generateNarrow(ctx *build.Context, isa isa) {
	one, widen := narrowStrips(isa)
	for _, n := range narrows {
		for _, strips := range one {
			generateOne(ctx, isa, n, strips)
		}
		for _, strips := range widen {
			generateWiden(ctx, isa, n, strips)
		}
	}
}

// generateOne writes C = a·B, or C += that, for one row a.
func generateOne(ctx *build.Context, isa isa, n narrow, strips int) {
	function(ctx, n.one(isa, strips), oneSignature, n.oneDoc(isa, strips))
	vectors := strips * strip / isa.lanes()
	k := ctx.Load(ctx.Param("k"), ctx.GP64())
	a := ctx.Load(ctx.Param("a"), ctx.GP64())
	b := ctx.Load(ctx.Param("b"), ctx.GP64())
	bRow := ctx.Load(ctx.Param("bRow"), ctx.GP64())
	scales := n.scales(ctx, isa, vectors)
	acc := make([]reg.VecVirtual, vectors)
	for j := range acc {
		acc[j] = isa.vector(ctx)
		isa.zero(ctx, acc[j])
	}
	ctx.Label("loop")
	for at := 0; at < strips*strip*n.size; at += 64 {
		ctx.PREFETCHT0(operand.Mem{Base: b, Disp: ahead + at})
	}
	x := isa.vector(ctx)
	ctx.VBROADCASTSS(operand.Mem{Base: a}, x)
	for j, r := range acc {
		v := n.load(ctx, isa, operand.Mem{Base: b, Disp: j * isa.lanes() * n.size}, scales[j])
		ctx.VFMADD231PS(v, x, r)
	}
	ctx.ADDQ(operand.U8(4), a)
	ctx.ADDQ(bRow, b)
	ctx.DECQ(k)
	ctx.JNE(operand.LabelRef("loop"))
	c := ctx.Load(ctx.Param("c"), ctx.GP64())
	flag := ctx.Load(ctx.Param("add"), ctx.GP8())
	ctx.TESTB(flag, flag)
	ctx.JE(operand.LabelRef("store"))
	for j, r := range acc {
		ctx.VADDPS(operand.Mem{Base: c, Disp: j * isa.bytes()}, r, r)
	}
	ctx.Label("store")
	for j, r := range acc {
		ctx.VMOVUPS(r, operand.Mem{Base: c, Disp: j * isa.bytes()})
	}
	isa.end(ctx)
}

// ahead is how many bytes before they are read weights are fetched: rows of a
// panel lie one behind the other.
const ahead = 2048

// generateWiden writes rows of B as float32.
func generateWiden(ctx *build.Context, isa isa, n narrow, strips int) {
	function(ctx, n.widen(isa, strips), widenSignature, n.widenDoc(isa, strips))
	vectors := strips * strip / isa.lanes()
	k := ctx.Load(ctx.Param("k"), ctx.GP64())
	b := ctx.Load(ctx.Param("b"), ctx.GP64())
	bRow := ctx.Load(ctx.Param("bRow"), ctx.GP64())
	scales := n.scales(ctx, isa, vectors)
	dst := ctx.Load(ctx.Param("dst"), ctx.GP64())
	dstRow := ctx.Load(ctx.Param("dstRow"), ctx.GP64())
	ctx.Label("loop")
	for j := range vectors {
		v := n.load(ctx, isa, operand.Mem{Base: b, Disp: j * isa.lanes() * n.size}, scales[j])
		ctx.VMOVUPS(v, operand.Mem{Base: dst, Disp: j * isa.bytes()})
	}
	ctx.ADDQ(bRow, b)
	ctx.ADDQ(dstRow, dst)
	ctx.DECQ(k)
	ctx.JNE(operand.LabelRef("loop"))
	isa.end(ctx)
}

// neonNarrow writes the kernels of generateNarrow.
func neonNarrow(file *neon.File) {
	one, widen := narrowStrips(neonSet{})
	for _, n := range narrows {
		for _, strips := range one {
			neonOne(file, n, strips)
		}
		for _, strips := range widen {
			neonWiden(file, n, strips)
		}
	}
}

// neonStrip reads a strip of a row and widens it.
func (n narrow) neonStrip(f *neon.Func, b neon.Reg, u int, scale neon.Reg) (all []neon.Vec) {
	if !n.scaled {
		x, y := f.LoadPair(b, u*strip*n.size)
		return []neon.Vec{f.Two(neon.SHLL, x), f.Two(neon.SHLL2, x), f.Two(neon.SHLL, y), f.Two(neon.SHLL2, y)}
	}
	x := f.Load(b, u*strip)
	low, high := f.Two(neon.SXTL8, x), f.Two(neon.SXTL8H, x)
	for j, half := range []neon.Vec{f.Two(neon.SXTL, low), f.Two(neon.SXTL2, low), f.Two(neon.SXTL, high), f.Two(neon.SXTL2, high)} {
		by := f.Load(scale, (u*4+j)*neonBytes)
		all = append(all, f.Three(neon.FMUL, f.Two(neon.SCVTF, half), by))
	}
	return all
}

func neonOne(file *neon.File, n narrow, strips int) {
	f := file.Func(n.one(neonSet{}, strips), oneSignature, n.oneDoc(neonSet{}, strips))
	k, a, b, bRow, scale := f.Param("k"), f.Param("a"), f.Param("b"), f.Param("bRow"), f.Param("scale")
	acc := make([]neon.Vec, strips*strip/neonLanes)
	for j := range acc {
		acc[j] = f.Zero()
	}
	f.Label("loop")
	x := f.Load1(a, 0)
	for u := range strips {
		for j, v := range n.neonStrip(f, b, u, scale) {
			f.ByElement(acc[u*4+j], v, x)
		}
	}
	f.Line("ADD $4, %v, %v", a, a)
	f.Line("ADD %v, %v, %v", bRow, b, b)
	f.Line("SUBS $1, %v, %v", k, k)
	f.Line("BNE loop")
	c, add := f.Param("c"), f.Param("add")
	f.Line("CBZ %v, store", add)
	for j, r := range acc {
		f.Into(neon.FADD, r, r, f.Load(c, j*neonBytes))
	}
	f.Label("store")
	for j, r := range acc {
		f.Store(r, c, j*neonBytes)
	}
	f.Line("RET")
	file.Add(f)
}

func neonWiden(file *neon.File, n narrow, strips int) {
	f := file.Func(n.widen(neonSet{}, strips), widenSignature, n.widenDoc(neonSet{}, strips))
	k, b, bRow, scale, dst, dstRow := f.Param("k"), f.Param("b"), f.Param("bRow"), f.Param("scale"), f.Param("dst"), f.Param("dstRow")
	f.Label("loop")
	for u := range strips {
		for j, v := range n.neonStrip(f, b, u, scale) {
			f.Store(v, dst, (u*4+j)*neonBytes)
		}
	}
	f.Line("ADD %v, %v, %v", bRow, b, b)
	f.Line("ADD %v, %v, %v", dstRow, dst, dst)
	f.Line("SUBS $1, %v, %v", k, k)
	f.Line("BNE loop")
	f.Line("RET")
	file.Add(f)
}
