package neon

import "fmt"

// A code is an instruction as a word, and as text of LLVM's assembler, which a
// test of kerneltest holds it to. Arguments are numbers of registers: v for
// vectors, x for integers.
type code struct {
	word uint32
	text string
}

// An Op is an instruction of vectors: its bits without operands, and how the
// lanes of result and operands are written.
type Op struct {
	name  string
	bits  uint32
	lanes []string
}

var (
	words = []string{"4s", "4s", "4s"}
	bytes = []string{"16b", "16b", "16b"}
	pairs = []string{"2d", "2d", "2d"}
)

// Of two operands.
var (
	FADD = Op{"fadd", 0x4E20D400, words}
	FSUB = Op{"fsub", 0x4EA0D400, words}
	FMUL = Op{"fmul", 0x6E20DC00, words}
	FDIV = Op{"fdiv", 0x6E20FC00, words}
	FMAX = Op{"fmax", 0x4E20F400, words} // NaN if either is, +0 over −0
	FMIN = Op{"fmin", 0x4EA0F400, words}

	FCMEQ = Op{"fcmeq", 0x4E20E400, words}
	FCMGE = Op{"fcmge", 0x6E20E400, words}
	FCMGT = Op{"fcmgt", 0x6EA0E400, words}

	ADD    = Op{"add", 0x4EA08400, words}
	SUB    = Op{"sub", 0x6EA08400, words}
	SMAX   = Op{"smax", 0x4EA06400, words}
	UMULL  = Op{"umull", 0x2EA0C000, []string{"2d", "2s", "2s"}}  // of the low halves
	UMULL2 = Op{"umull2", 0x6EA0C000, []string{"2d", "4s", "4s"}} // of the high ones

	AND = Op{"and", 0x4E201C00, bytes}
	ORR = Op{"orr", 0x4EA01C00, bytes}
	EOR = Op{"eor", 0x6E201C00, bytes}

	TRN1  = Op{"trn1", 0x4E802800, words}
	TRN2  = Op{"trn2", 0x4E806800, words}
	UZP1  = Op{"uzp1", 0x4E801800, words}
	UZP2  = Op{"uzp2", 0x4E805800, words}
	TRN1D = Op{"trn1", 0x4EC02800, pairs}
	TRN2D = Op{"trn2", 0x4EC06800, pairs}
)

// Of two operands and what the result holds before.
var (
	FMLA = Op{"fmla", 0x4E20CC00, words} // d + n·m, rounded once
	FMLS = Op{"fmls", 0x4EA0CC00, words} // d − n·m, rounded once
	BSL  = Op{"bsl", 0x6E601C00, bytes}  // n where d has ones, m elsewhere
)

// Of one operand.
var (
	FSQRT = Op{"fsqrt", 0x6EA1F800, words}
	SCVTF = Op{"scvtf", 0x4E21D800, words}
	REV64 = Op{"rev64", 0x4EA00800, words}

	SHLL   = Op{"shll", 0x2E613800, []string{"4s", "4h, #16"}}  // the low halves, as the upper half of a word
	SHLL2  = Op{"shll2", 0x6E613800, []string{"4s", "8h, #16"}} // the high ones
	SXTL8  = Op{"sshll", 0x0F08A400, []string{"8h", "8b, #0"}}  // with their signs
	SXTL8H = Op{"sshll2", 0x4F08A400, []string{"8h", "16b, #0"}}
	SXTL   = Op{"sshll", 0x0F10A400, []string{"4s", "4h, #0"}}
	SXTL2  = Op{"sshll2", 0x4F10A400, []string{"4s", "8h, #0"}}
)

func (o Op) three(d, n, m int) code {
	return code{o.bits | uint32(m)<<16 | uint32(n)<<5 | uint32(d),
		fmt.Sprintf("%s v%d.%s, v%d.%s, v%d.%s", o.name, d, o.lanes[0], n, o.lanes[1], m, o.lanes[2])}
}

func (o Op) two(d, n int) code {
	return code{o.bits | uint32(n)<<5 | uint32(d), fmt.Sprintf("%s v%d.%s, v%d.%s", o.name, d, o.lanes[0], n, o.lanes[1])}
}

// A shift is one by an immediate: left ones count up from the width, right ones
// down from twice that.
type shift struct {
	name  string
	bits  uint32
	right bool
}

var (
	shl  = shift{"shl", 0x4F005400, false}
	sshr = shift{"sshr", 0x4F000400, true}
	ushr = shift{"ushr", 0x6F000400, true}
)

func (s shift) by(d, n, count int) code {
	imm := 32 + count
	if s.right {
		imm = 64 - count
	}
	return code{s.bits | uint32(imm)<<16 | uint32(n)<<5 | uint32(d), fmt.Sprintf("%s v%d.4s, v%d.4s, #%d", s.name, d, n, count)}
}

// element is fmla by the first lane of m.
func element(d, n, m int) code {
	return code{0x4F801000 | uint32(m)<<16 | uint32(n)<<5 | uint32(d), fmt.Sprintf("fmla v%d.4s, v%d.4s, v%d.s[0]", d, n, m)}
}

// turn is n with its halves exchanged.
func turn(d, n int) code {
	return code{0x6E004000 | uint32(n)<<16 | uint32(n)<<5 | uint32(d), fmt.Sprintf("ext v%d.16b, v%d.16b, v%d.16b, #8", d, n, n)}
}

func move(d, n int) code {
	return code{ORR.bits | uint32(n)<<16 | uint32(n)<<5 | uint32(d), fmt.Sprintf("mov v%d.16b, v%d.16b", d, n)}
}

func zero(d int) code { return code{0x6F00E400 | uint32(d), fmt.Sprintf("movi v%d.2d, #0", d)} }

// dup fills d with the low half of an integer.
func dup(d, x int) code {
	return code{0x4E040C00 | uint32(x)<<5 | uint32(d), fmt.Sprintf("dup v%d.4s, w%d", d, x)}
}

// insert puts the first lane of n into a lane of d.
func insert(d, lane, n int) code {
	return code{0x6E000400 | uint32(lane<<3|4)<<16 | uint32(n)<<5 | uint32(d), fmt.Sprintf("mov v%d.s[%d], v%d.s[0]", d, lane, n)}
}

// An access reads or writes memory: a whole vector, or its first lane.
type access struct {
	name     string
	register string
	bits     uint32 // at an offset, in units of size
	indexed  uint32 // at the sum of two registers
	size     int
}

var (
	load   = access{"ldr", "q", 0x3DC00000, 0x3CE06800, 16}
	store  = access{"str", "q", 0x3D800000, 0x3CA06800, 16}
	load1  = access{"ldr", "s", 0xBD400000, 0xBC606800, 4} // clears the other lanes
	store1 = access{"str", "s", 0xBD000000, 0xBC206800, 4}
)

func (a access) at(t, base, offset int) code {
	if offset%a.size != 0 || offset < 0 || offset/a.size >= 1<<12 {
		panic(fmt.Sprintf("offset %d of %s", offset, a.name))
	}
	where := fmt.Sprintf("[x%d, #%d]", base, offset)
	if offset == 0 {
		where = fmt.Sprintf("[x%d]", base)
	}
	return code{a.bits | uint32(offset/a.size)<<10 | uint32(base)<<5 | uint32(t), fmt.Sprintf("%s %s%d, %s", a.name, a.register, t, where)}
}

func (a access) index(t, base, index int) code {
	by := fmt.Sprintf("x%d", index)
	if index == int(ZR) {
		by = "xzr"
	}
	return code{a.indexed | uint32(index)<<16 | uint32(base)<<5 | uint32(t), fmt.Sprintf("%s %s%d, [x%d, %s]", a.name, a.register, t, base, by)}
}

// loadPair reads two vectors that lie side by side, storePair writes them.
func loadPair(t, u, base, offset int) code  { return pairAt("ldp", 0xAD400000, t, u, base, offset) }
func storePair(t, u, base, offset int) code { return pairAt("stp", 0xAD000000, t, u, base, offset) }

func pairAt(name string, bits uint32, t, u, base, offset int) code {
	if offset%16 != 0 || offset < 0 || offset/16 >= 1<<6 {
		panic(fmt.Sprintf("offset %d of %s", offset, name))
	}
	return code{bits | uint32(offset/16)<<15 | uint32(u)<<10 | uint32(base)<<5 | uint32(t),
		fmt.Sprintf("%s q%d, q%d, [x%d, #%d]", name, t, u, base, offset)}
}

// loadLane reads one lane and leaves the others, storeLane writes one.
func loadLane(t, lane, base int) code  { return laneAt("ld1", 0x0D408000, t, lane, base) }
func storeLane(t, lane, base int) code { return laneAt("st1", 0x0D008000, t, lane, base) }

func laneAt(name string, bits uint32, t, lane, base int) code {
	return code{bits | uint32(lane>>1)<<30 | uint32(lane&1)<<12 | uint32(base)<<5 | uint32(t),
		fmt.Sprintf("%s { v%d.s }[%d], [x%d]", name, t, lane, base)}
}
