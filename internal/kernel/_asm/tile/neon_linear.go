package main

import (
	"math"

	"descent/internal/kernel/_asm/neon"
)

// neonSums are the operations of a linear.
type neonSums struct {
	*neon.Func
	h neon.Vec // ½ in every lane
}

func (s neonSums) add(x, y neon.Vec) neon.Vec { return s.Three(neon.FADD, x, y) }
func (s neonSums) sub(x, y neon.Vec) neon.Vec { return s.Three(neon.FSUB, x, y) }
func (s neonSums) half(x neon.Vec) neon.Vec   { return s.Three(neon.FMUL, x, s.h) }

// neonLinear writes the kernel of one matrix; see generateLinear. What is left
// of columns after whole vectors goes one by one.
func neonLinear(file *neon.File, l linear[neon.Vec]) {
	name := "linear" + neonSet{}.suffix() + l.name
	f := file.Func(name, linearSignature, name+" multiplies columns by the matrix "+l.name+".")
	width, n := f.Param("n"), f.Reg()
	src, from := f.Param("src"), distances(f, "srcStep", l.inputs)
	dst, to := f.Param("dst"), distances(f, "dstStep", l.outputs)
	count, srcNext, dstNext := f.Param("count"), f.Param("srcNext"), f.Param("dstNext")
	f.Line("SUB %v<<2, %v, %v", width, srcNext, srcNext)
	f.Line("SUB %v<<2, %v, %v", width, dstNext, dstNext)
	f.Line("MOVD $%#x, %v", math.Float32bits(0.5), n)
	s := neonSums{f, f.Fill(n)}

	columns := func(load func(base, index neon.Reg) neon.Vec, store func(x neon.Vec, base, index neon.Reg), bytes int) {
		var x []neon.Vec
		for _, at := range from {
			x = append(x, load(src, at))
		}
		for j, y := range l.sums(s, x) {
			store(y, dst, to[j])
		}
		f.Line("ADD $%d, %v, %v", bytes, src, src)
		f.Line("ADD $%d, %v, %v", bytes, dst, dst)
	}
	f.Label("next")
	f.Line("SUBS $%d, %v, %v", neonLanes, width, n)
	f.Line("BLT rest")
	f.Label("loop")
	columns(f.LoadIndex, f.StoreIndex, neonBytes)
	f.Line("SUBS $%d, %v, %v", neonLanes, n, n)
	f.Line("BGE loop")
	f.Label("rest")
	f.Line("ADDS $%d, %v, %v", neonLanes, n, n)
	f.Line("BEQ done")
	f.Label("single")
	columns(f.Load1Index, f.Store1Index, 4)
	f.Line("SUBS $1, %v, %v", n, n)
	f.Line("BNE single")
	f.Label("done")
	f.Line("ADD %v, %v, %v", srcNext, src, src)
	f.Line("ADD %v, %v, %v", dstNext, dst, dst)
	f.Line("SUBS $1, %v, %v", count, count)
	f.Line("BNE next")
	f.Line("RET")
	file.Add(f)
}
