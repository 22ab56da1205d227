package main

import "descent/internal/kernel/_asm/neon"

// neonNothing is a vector of zeros, which missing rows are read from.
const neonNothing = "tileNothing"

// neonTranspose writes the kernel that packs a transposed operand, four by four
// elements at a time and the last columns one by one.
func neonTranspose(file *neon.File) {
	f := file.Func("transpose128", transposeSignature,
		"transpose128 writes cols columns of rows ≤ 4 rows as rows of 4;\nmissing rows are zeros. Strides in bytes.")
	cols, rows := f.Param("cols"), f.Param("rows")
	var src, step, short [neonLanes]neon.Reg // each row, how far it moves, and for one column
	stride := f.Param("srcRow")
	src[0] = f.Param("src")
	for r := range src {
		step[r], short[r] = f.Reg(), f.Reg()
		if r > 0 {
			src[r] = f.Reg()
			f.Line("ADD %v, %v, %v", stride, src[r-1], src[r])
		}
		f.Line("MOVD $%d, %v", neonBytes, step[r])
		f.Line("MOVD $4, %v", short[r])
	}
	dst, dstRow := f.Param("dst"), f.Param("dstRow")
	nothing := f.Reg()
	f.Line("MOVD $%s<>(SB), %v", neonNothing, nothing)
	for r := 1; r < neonLanes; r++ {
		f.Line("CMP $%d, %v", r, rows)
		for _, x := range []struct{ reg, missing string }{{src[r].String(), nothing.String()}, {step[r].String(), "ZR"}, {short[r].String(), "ZR"}} {
			f.Line("CSEL GT, %s, %s, %s", x.reg, x.missing, x.reg)
		}
	}
	f.Line("SUBS $%d, %v, %v", neonLanes, cols, cols)
	f.Line("BLT rest")
	f.Label("block")
	var v [neonLanes]neon.Vec
	for r := range v {
		v[r] = f.Load(src[r], 0)
		f.Line("ADD %v, %v, %v", step[r], src[r], src[r])
	}
	x01, y01 := f.Three(neon.TRN1, v[0], v[1]), f.Three(neon.TRN2, v[0], v[1]) // columns 0 and 2, 1 and 3
	x23, y23 := f.Three(neon.TRN1, v[2], v[3]), f.Three(neon.TRN2, v[2], v[3])
	for _, c := range []neon.Vec{
		f.Three(neon.TRN1D, x01, x23), f.Three(neon.TRN1D, y01, y23), f.Three(neon.TRN2D, x01, x23), f.Three(neon.TRN2D, y01, y23),
	} {
		f.Store(c, dst, 0)
		f.Line("ADD %v, %v, %v", dstRow, dst, dst)
	}
	f.Line("SUBS $%d, %v, %v", neonLanes, cols, cols)
	f.Line("BGE block")
	f.Label("rest")
	f.Line("ADDS $%d, %v, %v", neonLanes, cols, cols)
	f.Line("BEQ done")
	f.Label("column")
	column := f.Load1(src[0], 0)
	for r := 1; r < neonLanes; r++ {
		f.LoadLane(column, r, src[r])
	}
	for r := range src {
		f.Line("ADD %v, %v, %v", short[r], src[r], src[r])
	}
	f.Store(column, dst, 0)
	f.Line("ADD %v, %v, %v", dstRow, dst, dst)
	f.Line("SUBS $1, %v, %v", cols, cols)
	f.Line("BNE column")
	f.Label("done")
	f.Line("RET")
	file.Add(f)
}
