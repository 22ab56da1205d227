package formula

func (w Writer[V]) horner(c []float32, x V) V {
	y := w.num(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		y = w.FMA(y, x, w.num(c[i]))
	}
	return y
}

func (w Writer[V]) expReduce(x V) (n, m V) {
	t := w.FMA(w.num(Log2E), x, w.num(ExpMagic))
	n = w.SubInt(t, w.num(ExpMagic))
	k := w.Sub(t, w.num(ExpMagic))
	r := w.FNMA(w.num(Ln2Hi), k, x)
	r = w.FNMA(w.num(Ln2Lo), k, r)
	return n, w.FMA(w.Mul(r, r), w.horner(ExpQ[:], r), r)
}

func (w Writer[V]) pow2(n V) V { return w.AddInt(w.Shl(n, 23), w.Const(OneBits)) }

func (w Writer[V]) copysign(x, sign V) V {
	return w.Or(w.Abs(x), w.And(sign, w.Const(SignBit)))
}

func (w Writer[V]) above(lo float32, x V) V { return w.Max(w.num(lo), x) }
func (w Writer[V]) below(hi float32, x V) V { return w.Min(w.num(hi), x) }

// Exp is eˣ.
func (w Writer[V]) Exp(x V) V {
	n, m := w.expReduce(w.above(ExpMin, w.below(ExpMax, x)))
	a := w.Sar(n, 1)
	y := w.Mul(w.Add(m, w.num(1)), w.pow2(a))
	return w.Mul(y, w.pow2(w.SubInt(n, a)))
}

// Expm1 is eˣ − 1.
func (w Writer[V]) Expm1(x V) V {
	n, m := w.expReduce(w.above(Expm1Min, w.below(ExpMax, x)))
	a := w.Sar(n, 1)
	s := w.pow2(a)
	y := w.FMA(s, m, w.Sub(s, w.pow2(w.SubInt(a, n))))
	return w.copysign(w.Mul(y, w.pow2(w.SubInt(n, a))), x)
}

// logSplit is i and f of u = 2ⁱ·(1 + f).
func (w Writer[V]) logSplit(u V) (i, f V) {
	i = w.Sar(w.SubInt(u, w.Const(LogBase)), 23)
	return i, w.Sub(w.SubInt(u, w.Shl(i, 23)), w.num(1))
}

func (w Writer[V]) logSum(f, e V) V {
	y := w.FMA(w.Mul(f, f), w.horner(LogQ[:], f), f)
	y = w.FMA(w.num(Ln2Lo), e, y)
	return w.FMA(w.num(Ln2Hi), e, y)
}

// logEnds replaces y, a logarithm, by NaN where x is below zero, by −Inf at
// zero, and by x where it is +Inf or NaN.
func (w Writer[V]) logEnds(y, x V, zero float32) V {
	y = w.Pick(w.Compare(NotLess, x, w.Const(InfinityBits)), x, y)
	y = w.Pick(w.Compare(Equal, x, w.num(zero)), w.Const(InfinityBits|SignBit), y)
	return w.Pick(w.Compare(Less, x, w.num(zero)), w.Const(NaNBits), y)
}

// Log is ln x.
func (w Writer[V]) Log(x V) V {
	small := w.Compare(Less, x, w.num(Tiny))
	u := w.Pick(small, w.Mul(x, w.num(0x1p23)), x)
	i, f := w.logSplit(u)
	e := w.Add(w.Only(small, w.num(-23)), w.ToFloat(i))
	return w.logEnds(w.logSum(f, e), x, 0)
}

// Log1p is ln(1 + x).
func (w Writer[V]) Log1p(x V) V {
	u := w.Add(x, w.num(1))
	b := w.Sub(u, w.num(1))
	c := w.Add(w.Sub(x, b), w.Sub(w.num(1), w.Sub(u, b)))
	i, f := w.logSplit(u)
	scale := w.Shl(w.MaxInt(w.SubInt(w.Const(127), i), w.Const(0)), 23)
	f = w.Add(f, w.Mul(c, scale))
	return w.logEnds(w.copysign(w.logSum(f, w.ToFloat(i)), x), x, -1)
}

// Tanh is tanh x.
func (w Writer[V]) Tanh(x V) V {
	a := w.below(TanhMax, w.Abs(x))
	n, m := w.expReduce(w.Add(a, a))
	s := w.pow2(n)
	y := w.FMA(s, m, w.Sub(s, w.num(1)))
	return w.copysign(w.Div(y, w.Add(y, w.num(2))), x)
}

// Sigmoid is 1/(1 + e⁻ˣ).
func (w Writer[V]) Sigmoid(x V) V {
	z := w.Exp(w.Or(x, w.Const(SignBit)))
	num := w.Pick(w.Compare(Less, x, w.num(0)), z, w.num(1))
	return w.Div(num, w.Add(z, w.num(1)))
}

// Erf is the error function.
func (w Writer[V]) Erf(x V) V {
	a := w.Abs(x)
	small := w.FMA(w.horner(ErfP[:], w.Mul(a, a)), a, a)
	t := w.below(ErfMax, a)
	n, m := w.expReduce(w.Neg(w.FMA(w.horner(ErfcQ[:], t), t, t)))
	large := w.Sub(w.num(1), w.Mul(w.Add(m, w.num(1)), w.pow2(n)))
	return w.copysign(w.Pick(w.Compare(Less, a, w.num(ErfSplit)), small, large), x)
}
