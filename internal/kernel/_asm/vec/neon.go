package main

import (
	"go/format"
	"math"

	"descent/internal/formula"
	"descent/internal/kernel/_asm/neon"
)

// A neonV is a vector, a constant, or a mask.
type neonV struct {
	vec      neon.Vec
	constant bool
	bits     uint32 // of a constant
	not      bool   // of a mask: it holds where vec has zeros
}

// neonNumbers are the constants in memory.
const neonNumbers, neonCount = "vecNumbers", "vecCount"

const (
	neonSuffix = "128"
	neonLanes  = 4
	neonBytes  = 16
)

// A neonEmitter writes vector instructions of NEON. Constants that are operands
// stand in registers, as many as there is room for. Results are in registers of
// their own.
type neonEmitter struct {
	*neon.Func
	file    *neon.File
	rows    []string       // of the table of functions
	order   []uint32       // constants in memory
	at      map[uint32]int // where they are there
	numbers neon.Reg       // the address of that
	held    map[uint32]neon.Vec
	wanted  []uint32 // constants that are operands of this function
	loads   bool     // whether it has any constant
}

// writeNEON writes the assembly of arm64.
func writeNEON(dir string) error {
	file := &neon.File{Package: "vec", Generator: "the generator in _asm/vec"}
	e := &neonEmitter{file: file, at: map[uint32]int{}}
	for _, m := range maps[neonV]() {
		e.mapping(m)
	}
	e.sumLanes()
	e.rowReduction("RowSum", "sum", 0, minusZero, neon.FADD)
	e.rowReduction("RowMax", "maximum", minusInfinity, minusInfinity, neon.FMAX)
	e.colSum()
	e.takeEqual()
	e.uniform()
	var data []uint32
	for _, bits := range e.order {
		data = append(data, bits, bits, bits, bits)
	}
	file.Data(neonNumbers, data)
	file.Data(neonCount, []uint32{0, 1, 2, 3})
	stubs, err := format.Source([]byte(file.Stubs(imports()) + table(neonSuffix, e.rows)))
	if err != nil {
		return err
	}
	return file.Write(dir, "neon", string(stubs))
}

// function writes the function of a field of the table: first to see which
// constants it needs, and then with as many of them in registers as there is
// room for.
func (e *neonEmitter) function(field, signature, doc string, body func()) {
	name := symbol(field, neonSuffix)
	e.rows = append(e.rows, field+"\x00"+name)
	e.wanted, e.loads = nil, true
	write := func(hold int) {
		held := e.wanted[:hold]
		e.Func = e.file.Func(name, signature, name+doc)
		e.held = map[uint32]neon.Vec{}
		if e.loads {
			e.numbers = e.Reg()
			e.Line("MOVD $%s<>(SB), %v", neonNumbers, e.numbers)
		}
		for _, bits := range held {
			e.held[bits] = e.fresh(bits)
		}
		e.loads = len(held) > 0
		body()
	}
	write(0)
	for hold := len(e.wanted); ; hold-- {
		if write(hold); e.Fits() {
			break
		}
	}
	e.file.Add(e.Func)
}

// fresh returns a constant in a register that may be changed.
func (e *neonEmitter) fresh(bits uint32) neon.Vec {
	if bits == 0 {
		return e.Zero()
	}
	e.loads = true
	at, ok := e.at[bits]
	if !ok {
		at = len(e.order)
		e.at[bits] = at
		e.order = append(e.order, bits)
	}
	return e.Load(e.numbers, at*neonBytes)
}

// operand returns x in a register that is only read.
func (e *neonEmitter) operand(x neonV) neon.Vec {
	if !x.constant {
		return x.vec
	}
	if v, ok := e.held[x.bits]; ok {
		return v
	}
	for _, bits := range e.wanted {
		if bits == x.bits {
			return e.fresh(bits)
		}
	}
	e.wanted = append(e.wanted, x.bits)
	return e.fresh(x.bits)
}

// change returns x in a register that may be changed.
func (e *neonEmitter) change(x neonV) neon.Vec {
	if x.constant {
		return e.fresh(x.bits)
	}
	return e.Copy(x.vec)
}

// Const is loaded where it is used.
func (e *neonEmitter) Const(bits uint32) neonV { return neonV{constant: true, bits: bits} }

// Bits knows none: operands of the functions are not constants.
func (e *neonEmitter) Bits(neonV) (uint32, bool) { return 0, false }

func (e *neonEmitter) num(v float64) neonV { return e.Const(math.Float32bits(float32(v))) }

func (e *neonEmitter) one(o neon.Op, x neonV) neonV { return neonV{vec: e.Func.Two(o, e.operand(x))} }

func (e *neonEmitter) two(o neon.Op, x, y neonV) neonV {
	a := e.operand(x)
	return neonV{vec: e.Three(o, a, e.operand(y))}
}

func (e *neonEmitter) Add(x, y neonV) neonV     { return e.two(neon.FADD, x, y) }
func (e *neonEmitter) Sub(x, y neonV) neonV     { return e.two(neon.FSUB, x, y) }
func (e *neonEmitter) Mul(x, y neonV) neonV     { return e.two(neon.FMUL, x, y) }
func (e *neonEmitter) Div(x, y neonV) neonV     { return e.two(neon.FDIV, x, y) }
func (e *neonEmitter) And(x, y neonV) neonV     { return e.two(neon.AND, x, y) }
func (e *neonEmitter) Or(x, y neonV) neonV      { return e.two(neon.ORR, x, y) }
func (e *neonEmitter) Xor(x, y neonV) neonV     { return e.two(neon.EOR, x, y) }
func (e *neonEmitter) Maximum(x, y neonV) neonV { return e.two(neon.FMAX, x, y) }
func (e *neonEmitter) Minimum(x, y neonV) neonV { return e.two(neon.FMIN, x, y) }
func (e *neonEmitter) AddInt(x, y neonV) neonV  { return e.two(neon.ADD, x, y) }
func (e *neonEmitter) SubInt(x, y neonV) neonV  { return e.two(neon.SUB, x, y) }
func (e *neonEmitter) MaxInt(x, y neonV) neonV  { return e.two(neon.SMAX, x, y) }
func (e *neonEmitter) Sqrt(x neonV) neonV       { return e.one(neon.FSQRT, x) }
func (e *neonEmitter) ToFloat(x neonV) neonV    { return e.one(neon.SCVTF, x) }

func (e *neonEmitter) Shl(x neonV, n int) neonV { return neonV{vec: e.Func.Shl(e.operand(x), n)} }
func (e *neonEmitter) Sar(x neonV, n int) neonV { return neonV{vec: e.Func.Sar(e.operand(x), n)} }

func (e *neonEmitter) Max(x, y neonV) neonV { return e.Pick(e.two(neon.FCMGT, x, y), x, y) }
func (e *neonEmitter) Min(x, y neonV) neonV { return e.Pick(e.two(neon.FCMGT, y, x), x, y) }

func (e *neonEmitter) FMA(a, b, c neonV) neonV  { return e.fused(neon.FMLA, a, b, c) }
func (e *neonEmitter) FNMA(a, b, c neonV) neonV { return e.fused(neon.FMLS, a, b, c) }

func (e *neonEmitter) fused(o neon.Op, a, b, c neonV) neonV {
	x, y := e.operand(a), e.operand(b)
	sum := e.change(c)
	e.Into(o, sum, x, y)
	return neonV{vec: sum}
}

func (e *neonEmitter) Compare(p formula.Predicate, x, y neonV) neonV {
	switch p {
	case formula.IsEqual:
		return e.two(neon.FCMEQ, x, y)
	case formula.IsNotEqual:
		return not(e.two(neon.FCMEQ, x, y))
	case formula.IsUnordered:
		return not(e.And(e.two(neon.FCMEQ, x, x), e.two(neon.FCMEQ, y, y)))
	case formula.IsOrderedAndUnequal:
		return e.Or(e.two(neon.FCMGT, x, y), e.two(neon.FCMGT, y, x))
	case formula.IsLess:
		return e.two(neon.FCMGT, y, x)
	case formula.IsLessEqual:
		return e.two(neon.FCMGE, y, x)
	case formula.IsNotLess:
		return not(e.two(neon.FCMGT, y, x))
	}
	panic("no comparison of that number")
}

func not(mask neonV) neonV {
	mask.not = !mask.not
	return mask
}

func (e *neonEmitter) Pick(mask, x, y neonV) neonV {
	if mask.not {
		x, y = y, x
	}
	a, b := e.operand(x), e.operand(y)
	r := e.change(mask)
	e.Into(neon.BSL, r, a, b)
	return neonV{vec: r}
}

func (e *neonEmitter) Only(mask, x neonV) neonV {
	if mask.not {
		return e.Pick(mask, x, e.Const(0))
	}
	return e.And(mask, x)
}
