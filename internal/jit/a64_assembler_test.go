package jit

import (
	"encoding/hex"
	"strings"
	"testing"
)

// TestEncodingA64 holds the encoder of arm64 to testdata/a64.txt, and that to
// the disassembler where it is here.
func TestEncodingA64(t *testing.T) {
	read := recorded(t, "testdata/a64.txt")
	three := func(i a64) func(a *a64Assembler) {
		return func(a *a64Assembler) { a.op(i, 1, 17, 30) }
	}
	two := func(i a64) func(a *a64Assembler) {
		return func(a *a64Assembler) { a.op(i, 1, 17, 0) }
	}
	var texts []string
	var all []byte
	for _, c := range []struct {
		text string
		emit func(a *a64Assembler)
	}{
		{"ldr x25, [x0, #608]", func(a *a64Assembler) { a.imm(a64LoadWord, 25, 0, 608, 8) }},
		{"str x7, [x0, #624]", func(a *a64Assembler) { a.imm(a64StoreWord, 7, 0, 624, 8) }},
		{"add x7, x9, x4", func(a *a64Assembler) { a.op(a64Add, 7, 9, 4) }},
		{"add x2, x2, #64", func(a *a64Assembler) { a.imm(a64AddImm, 2, 2, 64, 1) }},
		{"subs x8, x8, #4", func(a *a64Assembler) { a.imm(a64SubsImm, 8, 8, 4, 1) }},
		{"cmp x8, #3", func(a *a64Assembler) { a.imm(a64SubsImm, a64XZR, 8, 3, 1) }},
		{"cmp x1, x5", func(a *a64Assembler) { a.op(a64Cmp, 0, 1, 5) }},
		{"mov x4, #48", func(a *a64Assembler) { a.op(a64Mov|48<<5, 4, 0, 0) }},
		{"ret", func(a *a64Assembler) { a.op(a64Ret, 0, 0, 0) }},
		{"b #8", func(a *a64Assembler) { a.lead(a.jump(a64Branch), 8) }},
		{"b.eq #-4", func(a *a64Assembler) { a.lead(a.branch(a64Equal), -4) }},
		{"b.ne #1048572", func(a *a64Assembler) { a.lead(a.branch(a64Differs), 1<<20-4) }},
		{"b.lt #-1048576", func(a *a64Assembler) { a.lead(a.branch(a64Less), -1<<20) }},
		{"b.gt #8", func(a *a64Assembler) { a.lead(a.branch(a64Greater), 8) }},
		{"b.le #8", func(a *a64Assembler) { a.lead(a.branch(a64LessOrEqual), 8) }},
		{"cbz x5, #12", func(a *a64Assembler) { a.lead(a.jump(a64Zero|5), 12) }},
		{"tbz w8, #1, #-32768", func(a *a64Assembler) { a.lead(a.jump(a64BitZero|1<<19|8), -1<<15) }},
		{"tbz w8, #0, #32764", func(a *a64Assembler) { a.lead(a.jump(a64BitZero|8), 1<<15-4) }},
		{"ldr q1, [x17, x3]", func(a *a64Assembler) { a.op(a64LoadQ, 1, 17, 3) }},
		{"ldr d1, [x17, x3]", func(a *a64Assembler) { a.op(a64LoadD, 1, 17, 3) }},
		{"ldr s1, [x17, x3]", func(a *a64Assembler) { a.op(a64LoadS, 1, 17, 3) }},
		{"str q1, [x17, x3]", func(a *a64Assembler) { a.op(a64StoreQ, 1, 17, 3) }},
		{"str d1, [x17, x3]", func(a *a64Assembler) { a.op(a64StoreD, 1, 17, 3) }},
		{"str s1, [x17, x3]", func(a *a64Assembler) { a.op(a64StoreS, 1, 17, 3) }},
		{"ldr q1, [x17, #48]", func(a *a64Assembler) { a.imm(a64LoadQI, 1, 17, 48, 16) }},
		{"str q1, [x17, #48]", func(a *a64Assembler) { a.imm(a64StoreQI, 1, 17, 48, 16) }},
		{"ldr s1, [x17, #16380]", func(a *a64Assembler) { a.imm(a64LoadSI, 1, 17, 16380, 4) }},
		{"str s1, [x17]", func(a *a64Assembler) { a.imm(a64StoreSI, 1, 17, 0, 4) }},
		{"ld1 { v1.s }[2], [x17]", two(a64Lane2)},
		{"st1 { v1.s }[2], [x17]", two(a64ToLane2)},
		{"ldr q1, #32", func(a *a64Assembler) { a.lead(a.jump(a64Literal|1), 32) }},
		{"dup v1.4s, v17.s[0]", two(a64Dup)},
		{"fadd v1.4s, v17.4s, v30.4s", three(a64FAdd)},
		{"fsub v1.4s, v17.4s, v30.4s", three(a64FSub)},
		{"fmul v1.4s, v17.4s, v30.4s", three(a64FMul)},
		{"fdiv v1.4s, v17.4s, v30.4s", three(a64FDiv)},
		{"fsqrt v1.4s, v17.4s", two(a64FSqrt)},
		{"fmla v1.4s, v17.4s, v30.4s", three(a64FMLA)},
		{"fmls v1.4s, v17.4s, v30.4s", three(a64FMLS)},
		{"fcmeq v1.4s, v17.4s, v30.4s", three(a64FCmEq)},
		{"fcmge v1.4s, v17.4s, v30.4s", three(a64FCmGE)},
		{"fcmgt v1.4s, v17.4s, v30.4s", three(a64FCmGT)},
		{"scvtf v1.4s, v17.4s", two(a64ToNum)},
		{"and v1.16b, v17.16b, v30.16b", three(a64And)},
		{"orr v1.16b, v17.16b, v30.16b", three(a64Or)},
		{"mov v1.16b, v17.16b", func(a *a64Assembler) { a.op(a64Or, 1, 17, 17) }},
		{"eor v1.16b, v17.16b, v30.16b", three(a64Xor)},
		{"mvn v1.16b, v17.16b", two(a64Not)},
		{"bsl v1.16b, v17.16b, v30.16b", three(a64BSL)},
		{"bit v1.16b, v17.16b, v30.16b", three(a64BIT)},
		{"bif v1.16b, v17.16b, v30.16b", three(a64BIF)},
		{"add v1.4s, v17.4s, v30.4s", three(a64IntAdd)},
		{"sub v1.4s, v17.4s, v30.4s", three(a64IntSub)},
		{"smax v1.4s, v17.4s, v30.4s", three(a64IntMax)},
		{"shl v1.4s, v17.4s, #23", func(a *a64Assembler) { a.op(a64Shl, 1, 17, 23) }},
		{"sshr v1.4s, v17.4s, #1", func(a *a64Assembler) { a.op(a64Sar, 1, 17, 32-1) }},
		{"ext v1.16b, v17.16b, v17.16b, #8", func(a *a64Assembler) { a.op(a64Halves, 1, 17, 17) }},
		{"rev64 v1.4s, v17.4s", two(a64Rev64)},
	} {
		var a a64Assembler
		c.emit(&a)
		if code := hex.EncodeToString(a.code); read[code] != c.text || a.err != nil {
			t.Errorf("%s is %s, which reads as %q", c.text, code, read[code])
		}
		all, texts = append(all, a.code...), append(texts, c.text)
	}
	for i, line := range disassemble(t, all) {
		if line != texts[i] {
			t.Errorf("%s reads as %s", texts[i], line)
		}
	}
}

// TestOutOfReach wants an error where no instruction can have an operand, so
// that such a loop is interpreted.
func TestOutOfReach(t *testing.T) {
	for _, emit := range []func(a *a64Assembler){
		func(a *a64Assembler) { a.imm(a64LoadSI, 1, 2, 1<<14, 4) },
		func(a *a64Assembler) { a.imm(a64LoadQI, 1, 2, 8, 16) },
		func(a *a64Assembler) { a.lead(a.jump(a64BitZero), 1<<15) },
		func(a *a64Assembler) { a.lead(a.branch(a64Less), -1<<20-4) },
		func(a *a64Assembler) { a.lead(a.jump(a64Literal), 1<<20) },
	} {
		var a a64Assembler
		emit(&a)
		if a.err == nil || !strings.HasPrefix(a.err.Error(), "jit: arm64 cannot have ") {
			t.Errorf("the error of %x is %v", a.code, a.err)
		}
	}
}
