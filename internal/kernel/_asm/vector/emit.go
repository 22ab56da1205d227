package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// V is a vector in a register; no method but those named into changes one.
type V = reg.VecVirtual

// mask is the outcome of a comparison: a vector in AVX2, a K register in
// AVX-512.
type mask = reg.Register

// emitter writes vector instructions of one width: 8 lanes are AVX2, 16
// AVX-512.
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

func (e *emitter) vec() V {
	if e.wide() {
		return e.ZMM()
	}
	return e.YMM()
}

// bits is a memory operand with the same 32 bits in all lanes.
func (e *emitter) bits(b uint32) operand.Mem {
	at, ok := e.constants[b]
	if !ok {
		at = len(e.order) * e.bytes()
		e.constants[b] = at
		e.order = append(e.order, b)
	}
	return operand.NewDataAddr(operand.NewStaticSymbol("vecConstants"), at)
}

func (e *emitter) num(v float64) operand.Mem { return e.bits(math.Float32bits(float32(v))) }

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
func (e *emitter) mov(x operand.Op) V {
	r := e.vec()
	e.VMOVUPS(x, r)
	return r
}

func (e *emitter) addps(x V, y operand.Op) V { r := e.vec(); e.VADDPS(y, x, r); return r } // x + y
func (e *emitter) sub(x V, y operand.Op) V   { r := e.vec(); e.VSUBPS(y, x, r); return r } // x - y
func (e *emitter) mul(x V, y operand.Op) V   { r := e.vec(); e.VMULPS(y, x, r); return r } // x·y
func (e *emitter) div(x V, y operand.Op) V   { r := e.vec(); e.VDIVPS(y, x, r); return r } // x / y
func (e *emitter) and(x V, y operand.Op) V   { r := e.vec(); e.VANDPS(y, x, r); return r }
func (e *emitter) or(x V, y operand.Op) V    { r := e.vec(); e.VORPS(y, x, r); return r }
func (e *emitter) xor(x V, y operand.Op) V   { r := e.vec(); e.VXORPS(y, x, r); return r }
func (e *emitter) sqrt(x V) V                { r := e.vec(); e.VSQRTPS(x, r); return r }

// hardMax and hardMin are the bare instructions: y where either is NaN.
func (e *emitter) hardMax(x V, y operand.Op) V { r := e.vec(); e.VMAXPS(y, x, r); return r }
func (e *emitter) hardMin(x V, y operand.Op) V { r := e.vec(); e.VMINPS(y, x, r); return r }

// fma is a·b + c and fnma c − a·b, rounded once.
func (e *emitter) fma(a V, b operand.Op, c operand.Op) V {
	r := e.mov(c)
	e.VFMADD231PS(b, a, r)
	return r
}

func (e *emitter) fnma(a V, b operand.Op, c operand.Op) V {
	r := e.mov(c)
	e.VFNMADD231PS(b, a, r)
	return r
}

// Integer lanes.
func (e *emitter) addInt(x V, y operand.Op) V { r := e.vec(); e.VPADDD(y, x, r); return r }
func (e *emitter) subInt(x V, y operand.Op) V { r := e.vec(); e.VPSUBD(y, x, r); return r }
func (e *emitter) maxInt(x V, y operand.Op) V { r := e.vec(); e.VPMAXSD(y, x, r); return r }
func (e *emitter) shl(x V, n int) V           { r := e.vec(); e.VPSLLD(operand.U8(n), x, r); return r }
func (e *emitter) sar(x V, n int) V           { r := e.vec(); e.VPSRAD(operand.U8(n), x, r); return r }
func (e *emitter) toFloat(x V) V              { r := e.vec(); e.VCVTDQ2PS(x, r); return r }

// Predicates of comparisons; all are false for NaN but ne, nlt and unord.
const (
	eq    = 0x00
	lt    = 0x11
	le    = 0x12
	unord = 0x03
	ne    = 0x04
	nlt   = 0x15
)

// cmp compares x with y.
func (e *emitter) cmp(predicate int, x V, y operand.Op) mask {
	var m mask
	if e.wide() {
		m = e.K()
	} else {
		m = e.YMM()
	}
	e.VCMPPS(operand.U8(predicate), y, x, m)
	return m
}

// pick is x where m holds, and y elsewhere.
func (e *emitter) pick(m mask, x operand.Op, y V) V {
	r := e.vec()
	if e.wide() {
		e.VBLENDMPS(x, y, m, r)
	} else {
		e.VBLENDVPS(m, x, y, r)
	}
	return r
}

// only is x where m holds, and 0 elsewhere.
func (e *emitter) only(m mask, x operand.Mem) V {
	r := e.vec()
	if e.wide() {
		e.VMOVUPS_Z(x, m, r)
	} else {
		e.VANDPS(x, m, r)
	}
	return r
}
