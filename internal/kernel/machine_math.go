package kernel

import (
	"math"

	"descent/internal/jit"
)

// lowering writes instructions of a program as those of a machine. The
// formulas follow vec_plain.go and math.go operation by operation, name by
// name; what each step is for stands there.
type lowering struct{ *jit.Loop }

type value = jit.Value

const (
	quietNaN     = 0x7fc00000
	infinityBits = 0x7f800000
)

func (l lowering) num(v float32) value { return l.Const(math.Float32bits(v)) }

func (l lowering) unary(op opcode, x value) value {
	switch op {
	case opNeg:
		return l.neg(x)
	case opAbs:
		return l.abs(x)
	case opSign:
		return l.sign(x)
	case opSquare:
		return l.Mul(x, x)
	case opSqrt:
		return l.Sqrt(x)
	case opExp:
		return l.exp(x)
	case opExpm1:
		return l.expm1(x)
	case opLog:
		return l.log(x)
	case opLog1p:
		return l.log1p(x)
	case opTanh:
		return l.tanh(x)
	case opErf:
		return l.erf(x)
	}
	return l.sigmoid(x)
}

func (l lowering) binary(op opcode, x, y value) value {
	switch op {
	case opAdd:
		return l.Add(x, y)
	case opSub:
		return l.Sub(x, y)
	case opMul:
		return l.Mul(x, y)
	case opDiv:
		return l.Div(x, y)
	case opMax:
		return l.max(x, y)
	case opMin:
		return l.min(x, y)
	case opLess:
		return l.Only(l.Compare(jit.Less, x, y), l.num(1))
	case opLessEqual:
		return l.Only(l.Compare(jit.LessEqual, x, y), l.num(1))
	}
	return l.Only(l.Compare(jit.Equal, x, y), l.num(1))
}

func (l lowering) selects(cond, x, y value) value {
	return l.Pick(l.Compare(jit.NotEqual, cond, l.num(0)), x, y)
}

func (l lowering) neg(x value) value { return l.Xor(x, l.Const(signBit)) }
func (l lowering) abs(x value) value { return l.And(x, l.Const(signBit-1)) }

func (l lowering) sign(x value) value {
	one := l.Or(l.And(x, l.Const(signBit)), l.num(1))
	return l.Pick(l.Compare(jit.OrderedAndUnequal, x, l.num(0)), one, x)
}

// max asks in both orders: the answers differ where x and y are zeros of
// different sign, or where one is NaN. A constant is asked first, and so loses
// to NaN and to any zero; then −0 turns to +0 by adding +0.
func (l lowering) max(x, y value) value {
	if _, ok := l.number(x); ok {
		x, y = y, x
	}
	if c, ok := l.number(y); ok {
		if math.Float32bits(c) == 0 {
			return l.Add(l.Max(y, x), y)
		}
		return l.Max(y, x)
	}
	r := l.And(l.Max(x, y), l.Max(y, x))
	return l.Pick(l.Compare(jit.Unordered, x, y), l.Const(quietNaN), r)
}

func (l lowering) min(x, y value) value {
	if _, ok := l.number(x); ok {
		x, y = y, x
	}
	if c, ok := l.number(y); ok && math.Float32bits(c) != signBit {
		return l.Min(y, x)
	}
	r := l.Or(l.Min(x, y), l.Min(y, x))
	return l.Pick(l.Compare(jit.Unordered, x, y), l.Const(quietNaN), r)
}

// number is the value of a constant that is not NaN.
func (l lowering) number(x value) (float32, bool) {
	bits, ok := l.Bits(x)
	c := math.Float32frombits(bits)
	return c, ok && c == c
}

func (l lowering) horner(c []float32, x value) value {
	y := l.num(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		y = l.FMA(y, x, l.num(c[i]))
	}
	return y
}

func (l lowering) expReduce(x value) (n, m value) {
	t := l.FMA(x, l.num(log2E), l.num(expMagic))
	n = l.SubInt(t, l.num(expMagic))
	k := l.Sub(t, l.num(expMagic))
	r := l.FNMA(k, l.num(ln2Hi), x)
	r = l.FNMA(k, l.num(ln2Lo), r)
	return n, l.FMA(l.Mul(r, r), l.horner(expQ[:], r), r)
}

func (l lowering) pow2(n value) value { return l.AddInt(l.Shl(n, 23), l.Const(oneBits)) }

func (l lowering) copysign(x, sign value) value {
	return l.Or(l.abs(x), l.And(sign, l.Const(signBit)))
}

func (l lowering) above(lo float32, x value) value { return l.Max(l.num(lo), x) }
func (l lowering) below(hi float32, x value) value { return l.Min(l.num(hi), x) }

func (l lowering) exp(x value) value {
	n, m := l.expReduce(l.above(expMin, l.below(expMax, x)))
	a := l.Sar(n, 1)
	y := l.Mul(l.Add(m, l.num(1)), l.pow2(a))
	return l.Mul(y, l.pow2(l.SubInt(n, a)))
}

func (l lowering) expm1(x value) value {
	n, m := l.expReduce(l.above(expm1Min, l.below(expMax, x)))
	a := l.Sar(n, 1)
	s := l.pow2(a)
	y := l.FMA(s, m, l.Sub(s, l.pow2(l.SubInt(a, n))))
	return l.copysign(l.Mul(y, l.pow2(l.SubInt(n, a))), x)
}

// logSplit is i and f of u = 2ⁱ·(1 + f).
func (l lowering) logSplit(u value) (i, f value) {
	i = l.Sar(l.SubInt(u, l.Const(logBase)), 23)
	return i, l.Sub(l.SubInt(u, l.Shl(i, 23)), l.num(1))
}

func (l lowering) logSum(f, k value) value {
	y := l.FMA(l.Mul(f, f), l.horner(logQ[:], f), f)
	y = l.FMA(k, l.num(ln2Lo), y)
	return l.FMA(k, l.num(ln2Hi), y)
}

// logEnds replaces y, a logarithm, by NaN where x is below zero, by −Inf at
// zero, and by x where it is +Inf or NaN.
func (l lowering) logEnds(y, x value, zero float32) value {
	y = l.Pick(l.Compare(jit.NotLess, x, l.Const(infinityBits)), x, y)
	y = l.Pick(l.Compare(jit.Equal, x, l.num(zero)), l.Const(infinityBits|signBit), y)
	return l.Pick(l.Compare(jit.Less, x, l.num(zero)), l.Const(quietNaN), y)
}

func (l lowering) log(x value) value {
	small := l.Compare(jit.Less, x, l.num(tiny))
	u := l.Pick(small, l.Mul(x, l.num(0x1p23)), x)
	i, f := l.logSplit(u)
	k := l.Add(l.Only(small, l.num(-23)), l.ToFloat(i))
	return l.logEnds(l.logSum(f, k), x, 0)
}

func (l lowering) log1p(x value) value {
	u := l.Add(x, l.num(1))
	b := l.Sub(u, l.num(1))
	c := l.Add(l.Sub(x, b), l.Sub(l.num(1), l.Sub(u, b)))
	i, f := l.logSplit(u)
	scale := l.Shl(l.MaxInt(l.SubInt(l.Const(127), i), l.Const(0)), 23)
	f = l.Add(f, l.Mul(c, scale))
	return l.logEnds(l.copysign(l.logSum(f, l.ToFloat(i)), x), x, -1)
}

func (l lowering) tanh(x value) value {
	a := l.below(tanhMax, l.abs(x))
	n, m := l.expReduce(l.Add(a, a))
	s := l.pow2(n)
	y := l.FMA(s, m, l.Sub(s, l.num(1)))
	return l.copysign(l.Div(y, l.Add(y, l.num(2))), x)
}

func (l lowering) sigmoid(x value) value {
	z := l.exp(l.Or(x, l.Const(signBit)))
	num := l.Pick(l.Compare(jit.Less, x, l.num(0)), z, l.num(1))
	return l.Div(num, l.Add(z, l.num(1)))
}

func (l lowering) erf(x value) value {
	a := l.abs(x)
	small := l.FMA(a, l.horner(erfP[:], l.Mul(a, a)), a)
	t := l.below(erfMax, a)
	n, m := l.expReduce(l.neg(l.FMA(t, l.horner(erfcQ[:], t), t)))
	large := l.Sub(l.num(1), l.Mul(l.Add(m, l.num(1)), l.pow2(n)))
	return l.copysign(l.Pick(l.Compare(jit.Less, a, l.num(erfSplit)), small, large), x)
}

// macro is the formula of a macro over its operands, in their order.
func (l lowering) macro(op opcode, a []value, neg bool) value {
	switch op {
	case opAxpby:
		return l.sum(l.Mul(a[0], a[1]), l.Mul(a[2], a[3]), neg)
	case opSquareAxpby:
		return l.Add(l.Mul(l.Mul(a[0], a[0]), a[1]), l.Mul(a[2], a[3]))
	case opAxpy:
		return l.sum(a[2], l.Mul(a[0], a[1]), neg)
	case opSqrtScaleAdd:
		return l.Add(l.Sqrt(l.Mul(a[0], a[1])), a[2])
	case opScaleDiv:
		return l.Div(l.Mul(a[0], a[1]), a[2])
	case opRatio:
		return l.ratio(a)
	}
	return l.sum(a[5], l.Mul(l.ratio(a), a[6]), neg)
}

// sum is x + y, or x − y, which has the bits of x + (−y).
func (l lowering) sum(x, y value, neg bool) value {
	if neg {
		return l.Sub(x, y)
	}
	return l.Add(x, y)
}

func (l lowering) ratio(a []value) value {
	return l.Div(l.Mul(a[0], a[1]), l.Add(l.Sqrt(l.Mul(a[2], a[3])), a[4]))
}
