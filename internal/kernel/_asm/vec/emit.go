package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"descent/internal/formula"
)

// V is a vector in a register or in memory, or a mask: in AVX2 a vector, in
// AVX-512 a K register.
type V = operand.Op

// formulas writes formulas with an emitter.
type formulas = formula.Writer[V]

// emitter writes vector instructions of one width: 8 lanes are AVX2, 16
// AVX-512. Results are in registers of their own, unless a method says
// otherwise.
type emitter struct {
	*build.Context
	lanes     int
	constants map[uint32]int // bits to offset in the table
	order     []uint32
	rows      []string // of the table of functions
}

func (e *emitter) wide() bool     { return e.lanes == 16 }
func (e *emitter) bytes() int     { return 4 * e.lanes }
func (e *emitter) suffix() string { return fmt.Sprint(32 * e.lanes) }

func (e *emitter) isa() string {
	if e.wide() {
		return "avx512"
	}
	return "avx2"
}

func (e *emitter) vec() reg.VecVirtual {
	if e.wide() {
		return e.ZMM()
	}
	return e.YMM()
}

// Const is in memory.
func (e *emitter) Const(bits uint32) V {
	at, ok := e.constants[bits]
	if !ok {
		at = len(e.order) * e.bytes()
		e.constants[bits] = at
		e.order = append(e.order, bits)
	}
	return operand.NewDataAddr(operand.NewStaticSymbol("vecConstants"), at)
}

// Bits knows none: operands of the functions are not constants.
func (e *emitter) Bits(V) (uint32, bool) { return 0, false }

func (e *emitter) num(v float64) V { return e.Const(math.Float32bits(float32(v))) }

// data writes the constants, and in AVX2 the line that masks are cut from.
func (e *emitter) data() {
	e.StaticGlobal("vecConstants")
	e.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, b := range e.order {
		for lane := range e.lanes {
			e.AddDatum(i*e.bytes()+4*lane, operand.U32(b))
		}
	}
	if e.wide() {
		return
	}
	e.StaticGlobal("vecLanes")
	e.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 32 {
		v := operand.U32(0)
		if i < 16 {
			v = math.MaxUint32
		}
		e.AddDatum(4*i, v)
	}
}

// mov copies a register or a constant.
func (e *emitter) mov(x V) reg.VecVirtual {
	r := e.vec()
	e.VMOVUPS(x, r)
	return r
}

// register is x, which may be in memory, in a register.
func (e *emitter) register(x V) V {
	if m, ok := x.(operand.Mem); ok {
		return e.mov(m)
	}
	return x
}

type instruction = func(...operand.Op)

// put puts the result of an instruction in a register of its own.
func (e *emitter) put(f instruction, x ...V) V {
	r := e.vec()
	f(append(x, r)...)
	return r
}

// two is f of x and y in the order of formulas. An instruction takes its
// operands from the last to the first, and only the first may be in memory.
func (e *emitter) two(f instruction, x, y V) V { return e.put(f, y, e.register(x)) }

func (e *emitter) Add(x, y V) V { return e.two(e.VADDPS, x, y) }
func (e *emitter) Sub(x, y V) V { return e.two(e.VSUBPS, x, y) }
func (e *emitter) Mul(x, y V) V { return e.two(e.VMULPS, x, y) }
func (e *emitter) Div(x, y V) V { return e.two(e.VDIVPS, x, y) }
func (e *emitter) Max(x, y V) V { return e.two(e.VMAXPS, x, y) }
func (e *emitter) Min(x, y V) V { return e.two(e.VMINPS, x, y) }
func (e *emitter) And(x, y V) V { return e.two(e.VANDPS, x, y) }
func (e *emitter) Or(x, y V) V  { return e.two(e.VORPS, x, y) }
func (e *emitter) Xor(x, y V) V { return e.two(e.VXORPS, x, y) }
func (e *emitter) Sqrt(x V) V   { return e.put(e.VSQRTPS, x) }

func (e *emitter) AddInt(x, y V) V  { return e.two(e.VPADDD, x, y) }
func (e *emitter) SubInt(x, y V) V  { return e.two(e.VPSUBD, x, y) }
func (e *emitter) MaxInt(x, y V) V  { return e.two(e.VPMAXSD, x, y) }
func (e *emitter) Shl(x V, n int) V { return e.put(e.VPSLLD, operand.U8(n), x) }
func (e *emitter) Sar(x V, n int) V { return e.put(e.VPSRAD, operand.U8(n), x) }
func (e *emitter) ToFloat(x V) V    { return e.put(e.VCVTDQ2PS, x) }

func (e *emitter) FMA(a, b, c V) V {
	return e.fused(e.VFMADD213PS, e.VFMADD231PS, a, b, c)
}

func (e *emitter) FNMA(a, b, c V) V {
	return e.fused(e.VFNMADD213PS, e.VFNMADD231PS, a, b, c)
}

// fused leaves the result in the register of a, or in a copy of c where a is
// in memory.
func (e *emitter) fused(over1, over3 instruction, a, b, c V) V {
	if _, ok := a.(operand.Mem); ok {
		r := e.mov(c)
		over3(a, b, r)
		return r
	}
	over1(c, b, a)
	return a
}

func (e *emitter) Compare(p formula.Predicate, x, y V) V {
	var m V
	if e.wide() {
		m = e.K()
	} else {
		m = e.vec()
	}
	e.VCMPPS(operand.U8(p), y, x, m)
	return m
}

func (e *emitter) Pick(mask, x, y V) V {
	y, r := e.register(y), e.vec()
	if e.wide() {
		e.VBLENDMPS(x, y, mask, r)
	} else {
		e.VBLENDVPS(mask, x, y, r)
	}
	return r
}

func (e *emitter) Only(mask, x V) V {
	r := e.vec()
	if e.wide() {
		e.VMOVUPS_Z(x, mask, r)
	} else {
		e.VANDPS(x, mask, r)
	}
	return r
}
