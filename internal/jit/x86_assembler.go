package jit

import "encoding/binary"

// An x86Assembler appends machine code of amd64. Vectors are 512 bits wide, encoded by
// EVEX, or 256, encoded by VEX.
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual,
// volume 2, §2.3 (VEX) and §2.7 (EVEX).
type x86Assembler struct {
	code   []byte
	evex   bool
	pooled []pooled
}

// A pooled is a place in the code that holds the distance to a constant.
type pooled struct{ at, end, number int }

// General registers by number. The goroutine's register, R14, and the frame
// pointer and stack pointer are left alone.
const (
	rax, rcx, rdx, rbx = 0, 1, 2, 3
	rsi, rdi           = 6, 7
	r8, r9, r10, r11   = 8, 9, 10, 11
	r12, r13, r15      = 12, 13, 15
)

// A form is an instruction but for its operands: the prefix (0, 66, F3, F2 as
// 0 to 3), the opcode's map, the opcode and the width bit.
type form struct{ prefix, table, opcode, w byte }

// Vector instructions.
var (
	movLoad      = form{0, 1, 0x10, 0}
	movStore     = form{0, 1, 0x11, 0}
	movStoreOne  = form{2, 1, 0x11, 0}
	maskLoad     = form{1, 2, 0x2C, 0} // VEX alone
	maskStore    = form{1, 2, 0x2E, 0} // VEX alone
	broadcast    = form{1, 2, 0x18, 0}
	blendMask    = form{1, 2, 0x65, 0} // EVEX alone
	blendVector  = form{1, 3, 0x4A, 0} // VEX alone
	compare      = form{0, 1, 0xC2, 0}
	shiftInt     = form{1, 1, 0x72, 0}
	movMask      = form{0, 1, 0x90, 0} // KMOVW
	swapHalves   = form{1, 3, 0x06, 0} // VEX alone
	swapQuarters = form{1, 3, 0x23, 1} // EVEX alone
	swapWithin   = form{0, 1, 0xC6, 0}
)

// A location is an operand that may be memory: a register, an address, or a
// constant of the pool.
type location struct {
	reg         int // none where it is memory
	base, index int
	disp        int32
	constant    int // number in the pool; none where it is an address
}

func register(r int) location { return location{reg: r} }

func address(base, index, disp int) location {
	return location{reg: none, base: base, index: index, disp: int32(disp), constant: none}
}

func constant(number int) location { return location{reg: none, constant: number} }

func bit(x, i int) byte { return byte(x>>i) & 1 }

// vector encodes an instruction of whole vectors. reg is the operand in the
// field of that name, src the one in the prefix (0 where there is none), k the
// mask (0: none), zero whether masked lanes become zero, and imm the immediate.
func (a *x86Assembler) vector(f form, reg, src int, rm location, k int, zero bool, imm ...byte) {
	if !a.evex {
		a.vex(f, 1, reg, src, rm, imm...)
		return
	}
	x, b := a.high(rm)
	if rm.reg >= 0 {
		x = bit(rm.reg, 4)
	}
	z := byte(0)
	if zero {
		z = 1
	}
	a.code = append(a.code, 0x62,
		(bit(reg, 3)<<7|x<<6|b<<5|bit(reg, 4)<<4)^0xF0|f.table,
		f.w<<7|byte(^src&15)<<3|1<<2|f.prefix,
		z<<7|2<<5|(bit(src, 4)^1)<<3|byte(k), f.opcode)
	a.operand(reg, rm, len(imm))
	a.code = append(a.code, imm...)
}

// vex encodes an instruction of 256 bits, or less where l is 0.
func (a *x86Assembler) vex(f form, l byte, reg, src int, rm location, imm ...byte) {
	x, b := a.high(rm)
	a.code = append(a.code, 0xC4,
		(bit(reg, 3)<<7|x<<6|b<<5)^0xE0|f.table,
		f.w<<7|byte(^src&15)<<3|l<<2|f.prefix, f.opcode)
	a.operand(reg, rm, len(imm))
	a.code = append(a.code, imm...)
}

// high returns bit 3 of the index and of the base, or of the register.
func (a *x86Assembler) high(rm location) (x, b byte) {
	switch {
	case rm.reg >= 0:
		return 0, bit(rm.reg, 3)
	case rm.constant >= 0:
		return 0, 0
	case rm.index >= 0:
		x = bit(rm.index, 3)
	}
	return x, bit(rm.base, 3)
}

// operand encodes reg and rm behind an opcode, before after bytes more.
func (a *x86Assembler) operand(reg int, rm location, after int) {
	field := byte(reg&7) << 3
	switch {
	case rm.reg >= 0:
		a.code = append(a.code, 0xC0|field|byte(rm.reg&7))
		return
	case rm.constant >= 0:
		a.code = append(a.code, field|5)
		a.pooled = append(a.pooled, pooled{len(a.code), len(a.code) + 4 + after, rm.constant})
		a.word(0)
		return
	}
	mode := byte(0x80)
	if rm.disp == 0 && rm.base&7 != 5 {
		mode = 0
	}
	switch {
	case rm.index >= 0:
		a.code = append(a.code, mode|field|4, byte(rm.index&7)<<3|byte(rm.base&7))
	case rm.base&7 == 4:
		a.code = append(a.code, mode|field|4, 0x24)
	default:
		a.code = append(a.code, mode|field|byte(rm.base&7))
	}
	if mode != 0 {
		a.word(int(rm.disp))
	}
}

func (a *x86Assembler) word(v int) {
	a.code = binary.LittleEndian.AppendUint32(a.code, uint32(int32(v)))
}

// general encodes an instruction on 64-bit general registers.
func (a *x86Assembler) general(opcode byte, reg int, rm location) {
	x, b := a.high(rm)
	a.code = append(a.code, 0x48|bit(reg, 3)<<2|x<<1|b, opcode)
	a.operand(reg, rm, 0)
}

// Opcodes of general.
const (
	addTo   = 0x01 // rm += reg
	addFrom = 0x03 // reg += rm
	xorTo   = 0x31
	cmpWith = 0x39 // rm with reg
	movTo   = 0x89
	movFrom = 0x8B
)

// Conditions of jumps.
const (
	equal   = 0x84
	differs = 0x85
	less    = 0x8C
	atLeast = 0x8D
)

// jump appends a jump.
func (a *x86Assembler) jump(condition byte) jump {
	a.code = append(a.code, 0x0F, condition)
	a.word(0)
	return jump(len(a.code) - 4)
}

// lead lets a jump lead to a place in the code, and land to the end of it.
func (a *x86Assembler) lead(at jump, to int) {
	if at != none {
		binary.LittleEndian.PutUint32(a.code[at:], uint32(int32(to-int(at)-4)))
	}
}

func (a *x86Assembler) land(at jump) { a.lead(at, len(a.code)) }
