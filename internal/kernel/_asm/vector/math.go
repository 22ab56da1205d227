package main

import (
	"github.com/mmcloughlin/avo/operand"
)

type operandOp = operand.Op

const (
	quietNaN = 0x7fc00000
	infinity = 0x7f800000
)

func (e *emitter) asVector(x operandOp) V {
	if v, ok := x.(V); ok {
		return v
	}
	return e.mov(x)
}

// The rest of this file follows math.go of package kernel, which says what
// each step is for, name by name.

const (
	expMagic = 0x1.8p23
	log2E    = 0x1.715476p+0
	ln2Hi    = 0x1.62e43p-1
	ln2Lo    = -0x1.05c61p-29
	expMax   = 89
	expMin   = -104
	expm1Min = -27
	tanhMax  = 10
	erfMax   = 4
	erfSplit = 1
	logBase  = 0x3f2aaaab
	oneBits  = 127 << 23
	tiny     = 0x1p-126
)

var (
	expQ  = []float64{0x1p-1, 0x1.555554p-3, 0x1.5554dep-5, 0x1.1112d2p-7, 0x1.6d5a6cp-10, 0x1.9e92e4p-13}
	logQ  = []float64{-0x1p-1, 0x1.5554e6p-2, -0x1.ffff3cp-3, 0x1.99de24p-3, -0x1.5592e6p-3, 0x1.1dfa3ep-3, -0x1.f40698p-4, 0x1.2285b2p-3, -0x1.06573ap-3}
	erfP  = []float64{0x1.06eba8p-3, -0x1.81273ep-2, 0x1.ce2ce2p-4, -0x1.b7f6ap-6, 0x1.53ed62p-8, -0x1.a32afcp-11, 0x1.470608p-14}
	erfcQ = []float64{0x1.078c7ep-3, 0x1.451eeap-1, 0x1.b4260ap-4, -0x1.88bc62p-6, 0x1.ea4052p-9, -0x1.6b93e4p-12, 0x1.c8cc9ap-17}
)

func (e *emitter) horner(c []float64, x V) V {
	y := e.mov(e.num(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		e.VFMADD213PS(e.num(c[i]), x, y)
	}
	return y
}

func (e *emitter) expReduce(x V) (n, m V) {
	t := e.fma(x, e.num(log2E), e.num(expMagic))
	n = e.subInt(t, e.num(expMagic))
	k := e.sub(t, e.num(expMagic))
	r := e.fnma(k, e.num(ln2Hi), x)
	r = e.fnma(k, e.num(ln2Lo), r)
	return n, e.fma(e.mul(r, r), e.horner(expQ, r), r)
}

func (e *emitter) pow2(n V) V { return e.addInt(e.shl(n, 23), e.bits(oneBits)) }

func (e *emitter) copysign(x, sign V) V {
	return e.or(e.abs(x), e.and(sign, e.bits(signBit)))
}

func (e *emitter) above(lo float64, x V) V { return e.hardMax(e.mov(e.num(lo)), x) }
func (e *emitter) below(hi float64, x V) V { return e.hardMin(e.mov(e.num(hi)), x) }

func (e *emitter) exp(x V) V {
	n, m := e.expReduce(e.above(expMin, e.below(expMax, x)))
	a := e.sar(n, 1)
	y := e.mul(e.addps(m, e.num(1)), e.pow2(a))
	return e.mul(y, e.pow2(e.subInt(n, a)))
}

func (e *emitter) expm1(x V) V {
	n, m := e.expReduce(e.above(expm1Min, e.below(expMax, x)))
	a := e.sar(n, 1)
	s := e.pow2(a)
	y := e.fma(s, m, e.sub(s, e.pow2(e.subInt(a, n))))
	return e.copysign(e.mul(y, e.pow2(e.subInt(n, a))), x)
}

// logSplit is i and f of u = 2ⁱ·(1 + f).
func (e *emitter) logSplit(u V) (i, f V) {
	i = e.sar(e.subInt(u, e.bits(logBase)), 23)
	return i, e.sub(e.subInt(u, e.shl(i, 23)), e.num(1))
}

func (e *emitter) logSum(f, k V) V {
	y := e.fma(e.mul(f, f), e.horner(logQ, f), f)
	y = e.fma(k, e.num(ln2Lo), y)
	return e.fma(k, e.num(ln2Hi), y)
}

// logEnds replaces y, a logarithm, by NaN where x is below zero, by −Inf at
// zero, and by x where it is +Inf or NaN.
func (e *emitter) logEnds(y, x V, zero float64) V {
	y = e.pick(e.cmp(nlt, x, e.bits(infinity)), x, y)
	y = e.pick(e.cmp(eq, x, e.num(zero)), e.bits(infinity|signBit), y)
	return e.pick(e.cmp(lt, x, e.num(zero)), e.bits(quietNaN), y)
}

func (e *emitter) log(x V) V {
	small := e.cmp(lt, x, e.num(tiny))
	u := e.pick(small, e.mul(x, e.num(0x1p23)), x)
	i, f := e.logSplit(u)
	k := e.addps(e.only(small, e.num(-23)), e.toFloat(i))
	return e.logEnds(e.logSum(f, k), x, 0)
}

func (e *emitter) log1p(x V) V {
	u := e.addps(x, e.num(1))
	b := e.sub(u, e.num(1))
	c := e.addps(e.sub(x, b), e.sub(e.mov(e.num(1)), e.sub(u, b)))
	i, f := e.logSplit(u)
	scale := e.shl(e.maxInt(e.subInt(e.mov(e.bits(127)), i), e.bits(0)), 23)
	f = e.addps(f, e.mul(c, scale))
	return e.logEnds(e.copysign(e.logSum(f, e.toFloat(i)), x), x, -1)
}

func (e *emitter) tanh(x V) V {
	a := e.below(tanhMax, e.abs(x))
	n, m := e.expReduce(e.addps(a, a))
	s := e.pow2(n)
	y := e.fma(s, m, e.sub(s, e.num(1)))
	return e.copysign(e.div(y, e.addps(y, e.num(2))), x)
}

func (e *emitter) sigmoid(x V) V {
	z := e.exp(e.or(x, e.bits(signBit)))
	num := e.pick(e.cmp(lt, x, e.num(0)), z, e.mov(e.num(1)))
	return e.div(num, e.addps(z, e.num(1)))
}

func (e *emitter) erf(x V) V {
	a := e.abs(x)
	small := e.fma(a, e.horner(erfP, e.mul(a, a)), a)
	t := e.below(erfMax, a)
	n, m := e.expReduce(e.xor(e.fma(t, e.horner(erfcQ, t), t), e.bits(signBit)))
	large := e.sub(e.mov(e.num(1)), e.mul(e.addps(m, e.num(1)), e.pow2(n)))
	return e.copysign(e.pick(e.cmp(lt, a, e.num(erfSplit)), small, large), x)
}
