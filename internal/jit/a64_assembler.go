package jit

import (
	"encoding/binary"
	"fmt"
)

// An a64Assembler appends machine code of arm64, words of 32 bits. Vectors are
// 128 bits wide, of four lanes.
//
// Source: Arm Architecture Reference Manual for A-profile, DDI 0487, chapter
// C4 (encodings).
type a64Assembler struct {
	code     []byte
	literals []literal
	err      error // the first operand that no instruction can have
}

// A literal is a load of a constant, whose distance is to be filled in.
type literal struct{ at, number int }

// a64 is an instruction but for its operands.
type a64 uint32

// Instructions on general registers of 64 bits.
const (
	a64LoadWord  a64 = 0xF9400000 // LDR Xd, [Xn, #imm]
	a64StoreWord a64 = 0xF9000000 // STR Xd, [Xn, #imm]
	a64Add       a64 = 0x8B000000 // ADD Xd, Xn, Xm
	a64AddImm    a64 = 0x91000000 // ADD Xd, Xn, #imm
	a64SubsImm   a64 = 0xF1000000 // SUBS Xd, Xn, #imm; CMP where Xd is zero
	a64Cmp       a64 = 0xEB00001F // CMP Xn, Xm
	a64Mov       a64 = 0xD2800000 // MOV Xd, #imm
	a64Ret       a64 = 0xD65F03C0

	a64Branch  a64 = 0x14000000 // B
	a64BranchC a64 = 0x54000000 // B.cond
	a64Zero    a64 = 0xB4000000 // CBZ Xd
	a64BitZero a64 = 0x36000000 // TBZ Xd, #bit
)

// Conditions of B.cond.
const (
	a64Equal       = 0x0
	a64Differs     = 0x1
	a64Less        = 0xB
	a64Greater     = 0xC
	a64LessOrEqual = 0xD
)

// Instructions on vectors.
const (
	a64LoadQ   a64 = 0x3CE06800 // LDR Qd, [Xn, Xm]
	a64LoadD   a64 = 0xFC606800 // LDR Dd, [Xn, Xm]
	a64LoadS   a64 = 0xBC606800 // LDR Sd, [Xn, Xm]
	a64StoreQ  a64 = 0x3CA06800 // STR Qd, [Xn, Xm]
	a64StoreD  a64 = 0xFC206800 // STR Dd, [Xn, Xm]
	a64StoreS  a64 = 0xBC206800 // STR Sd, [Xn, Xm]
	a64LoadQI  a64 = 0x3DC00000 // LDR Qd, [Xn, #imm]
	a64StoreQI a64 = 0x3D800000 // STR Qd, [Xn, #imm]
	a64LoadSI  a64 = 0xBD400000 // LDR Sd, [Xn, #imm]
	a64StoreSI a64 = 0xBD000000 // STR Sd, [Xn, #imm]
	a64Lane2   a64 = 0x4D408000 // LD1 {Vd.S}[2], [Xn]
	a64ToLane2 a64 = 0x4D008000 // ST1 {Vd.S}[2], [Xn]
	a64Literal a64 = 0x9C000000 // LDR Qd, a constant

	a64Dup    a64 = 0x4E040400 // DUP Vd.4S, Vn.S[0]
	a64FAdd   a64 = 0x4E20D400
	a64FSub   a64 = 0x4EA0D400
	a64FMul   a64 = 0x6E20DC00
	a64FDiv   a64 = 0x6E20FC00
	a64FSqrt  a64 = 0x6EA1F800
	a64FMLA   a64 = 0x4E20CC00 // d + n·m, rounded once
	a64FMLS   a64 = 0x4EA0CC00 // d − n·m, rounded once
	a64FCmEq  a64 = 0x4E20E400
	a64FCmGE  a64 = 0x6E20E400
	a64FCmGT  a64 = 0x6EA0E400
	a64ToNum  a64 = 0x4E21D800 // SCVTF
	a64And    a64 = 0x4E201C00
	a64Or     a64 = 0x4EA01C00 // MOV where n is m
	a64Xor    a64 = 0x6E201C00
	a64Not    a64 = 0x6E205800
	a64BSL    a64 = 0x6E601C00 // n where d, and m elsewhere
	a64BIT    a64 = 0x6EA01C00 // n where m, and d elsewhere
	a64BIF    a64 = 0x6EE01C00 // d where m, and n elsewhere
	a64IntAdd a64 = 0x4EA08400
	a64IntSub a64 = 0x6EA08400
	a64IntMax a64 = 0x4EA06400
	a64Shl    a64 = 0x4F205400 // by the number in bits 16 to 20
	a64Sar    a64 = 0x4F200400 // by 32 less that number
	a64Halves a64 = 0x6E004000 // EXT #8 where n is m: the halves trade places
	a64Rev64  a64 = 0x4EA00800 // the words of each half trade places
)

// op appends an instruction with the registers d, n and m in their fields.
func (a *a64Assembler) op(i a64, d, n, m int) {
	a.code = binary.LittleEndian.AppendUint32(a.code, uint32(i)|uint32(m)<<16|uint32(n)<<5|uint32(d))
}

// imm appends an instruction with a number of 12 bits, in units of size.
func (a *a64Assembler) imm(i a64, d, n, imm, size int) {
	if imm < 0 || imm%size != 0 || imm/size >= 1<<12 {
		a.fail("%d as a number or distance in an instruction", imm)
		imm = 0
	}
	a.op(i|a64(imm/size)<<10, d, n, 0)
}

func (a *a64Assembler) fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf("jit: arm64 cannot have "+format, args...)
	}
}

// branch appends a jump, whose distance is to be filled in by lead.
func (a *a64Assembler) branch(condition int) jump {
	return a.jump(a64BranchC | a64(condition))
}

func (a *a64Assembler) jump(i a64) jump {
	a.op(i, 0, 0, 0)
	return jump(len(a.code) - 4)
}

// lead lets a jump lead to a place in the code.
func (a *a64Assembler) lead(at jump, to int) {
	if at == none {
		return
	}
	i := a64(binary.LittleEndian.Uint32(a.code[at:]))
	width, shift := 19, 5
	switch {
	case i>>26 == a64Branch>>26:
		width, shift = 26, 0
	case i>>24&^0x80 == a64BitZero>>24:
		width = 14
	}
	distance := (to - int(at)) / 4
	if distance < -1<<(width-1) || distance >= 1<<(width-1) {
		a.fail("a jump of %d bytes", 4*distance)
	}
	i |= a64(distance&(1<<width-1)) << shift
	binary.LittleEndian.PutUint32(a.code[at:], uint32(i))
}

// land lets a jump lead to the end of the code.
func (a *a64Assembler) land(at jump) { a.lead(at, len(a.code)) }
