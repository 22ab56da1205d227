package jit

import (
	"encoding/hex"
	"testing"
)

// TestEncodingX86 holds the encoder of amd64 to testdata/x86.txt.
func TestEncodingX86(t *testing.T) {
	read := recorded(t, "testdata/x86.txt")
	add, shl := form{0, 1, 0x58, 0}, byte(6)
	memory, far := address(rbx, rsi, 0), address(r13, rsi, 0)
	for _, c := range []struct {
		text string
		wide bool
		emit func(a *x86Assembler)
	}{
		{"vaddps %zmm3, %zmm2, %zmm1", true, func(a *x86Assembler) { a.vector(add, 1, 2, register(3), 0, false) }},
		{"vaddps %zmm31, %zmm17, %zmm9", true, func(a *x86Assembler) { a.vector(add, 9, 17, register(31), 0, false) }},
		{"vaddps %zmm8, %zmm30, %zmm24", true, func(a *x86Assembler) { a.vector(add, 24, 30, register(8), 0, false) }},
		{"vaddps (%rbx,%rsi), %zmm2, %zmm20", true, func(a *x86Assembler) { a.vector(add, 20, 2, memory, 0, false) }},
		{"vmovups (%r13,%rsi), %zmm20 {%k1} {z}", true, func(a *x86Assembler) { a.vector(movLoad, 20, 0, far, 1, true) }},
		{"vmovups %zmm12, (%r12,%rsi) {%k1}", true, func(a *x86Assembler) { a.vector(movStore, 12, 0, address(r12, rsi, 0), 1, false) }},
		{"vcmpltps %zmm5, %zmm16, %k3", true, func(a *x86Assembler) { a.vector(compare, 3, 16, register(5), 0, false, 1) }},
		{"vblendmps %zmm5, %zmm16, %zmm7 {%k3}", true, func(a *x86Assembler) { a.vector(blendMask, 7, 16, register(5), 3, false) }},
		{"vpslld $23, %zmm21, %zmm30", true, func(a *x86Assembler) { a.vector(shiftInt, int(shl), 30, register(21), 0, false, 23) }},
		{"vpsrad $1, %zmm2, %zmm3", true, func(a *x86Assembler) { a.vector(shiftInt, 4, 3, register(2), 0, false, 1) }},
		{"vpmaxsd %zmm2, %zmm3, %zmm4", true, func(a *x86Assembler) { a.vector(form{1, 2, 0x3D, 0}, 4, 3, register(2), 0, false) }},
		{"vfmadd231ps %zmm2, %zmm3, %zmm4", true, func(a *x86Assembler) { a.vector(form{1, 2, 0xB8, 0}, 4, 3, register(2), 0, false) }},
		{"vbroadcastss (%r12), %zmm29", true, func(a *x86Assembler) { a.vector(broadcast, 29, 0, address(r12, none, 0), 0, false) }},
		{"vshuff64x2 $78, %zmm9, %zmm9, %zmm20", true, func(a *x86Assembler) { a.vector(swapQuarters, 20, 9, register(9), 0, false, 0x4E) }},
		{"vaddps %ymm3, %ymm2, %ymm1", false, func(a *x86Assembler) { a.vector(add, 1, 2, register(3), 0, false) }},
		{"vaddps (%r9,%rsi), %ymm12, %ymm11", false, func(a *x86Assembler) { a.vector(add, 11, 12, address(r9, rsi, 0), 0, false) }},
		{"vmaskmovps (%rbx,%rsi), %ymm15, %ymm3", false, func(a *x86Assembler) { a.vector(maskLoad, 3, 15, memory, 0, false) }},
		{"vmaskmovps %ymm3, %ymm15, (%rbx,%rsi)", false, func(a *x86Assembler) { a.vector(maskStore, 3, 15, memory, 0, false) }},
		{"vblendvps %ymm9, %ymm3, %ymm2, %ymm1", false, func(a *x86Assembler) { a.vector(blendVector, 1, 2, register(3), 0, false, 0x90) }},
		{"vperm2f128 $1, %ymm3, %ymm3, %ymm4", false, func(a *x86Assembler) { a.vector(swapHalves, 4, 3, register(3), 0, false, 1) }},
		{"kmovw 64(%rdi), %k1", true, func(a *x86Assembler) { a.vex(movMask, 0, 1, 0, address(rdi, none, 64)) }},
		{"movq (%rdi), %r15", true, func(a *x86Assembler) { a.general(movFrom, r15, address(rdi, none, 0)) }},
		{"addq %rax, 512(%rdi)", true, func(a *x86Assembler) { a.general(addTo, rax, address(rdi, none, 512)) }},
		{"xorq %rsi, %rsi", true, func(a *x86Assembler) { a.general(xorTo, rsi, register(rsi)) }},
		{"cmpq %rcx, %rsi", true, func(a *x86Assembler) { a.general(cmpWith, rcx, register(rsi)) }},
	} {
		a := x86Assembler{evex: c.wide}
		c.emit(&a)
		if code := hex.EncodeToString(a.code); read[code] != c.text {
			t.Errorf("%s is %s, which reads as %q", c.text, code, read[code])
		}
	}
}
