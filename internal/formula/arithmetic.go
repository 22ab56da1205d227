package formula

import "math"

// Neg is −x.
func (w Writer[V]) Neg(x V) V { return w.Xor(x, w.Const(SignBit)) }

// Abs is |x|.
func (w Writer[V]) Abs(x V) V { return w.And(x, w.Const(SignBit-1)) }

// Sign is ±1, or x where x is ±0 or NaN.
func (w Writer[V]) Sign(x V) V {
	one := w.Or(w.And(x, w.Const(SignBit)), w.num(1))
	return w.Pick(w.Compare(OrderedAndUnequal, x, w.num(0)), one, x)
}

// Square is x².
func (w Writer[V]) Square(x V) V { return w.Mul(x, x) }

// Maximum is the greater of x and y: NaN if either is, +0 rather than −0.
//
// It asks in both orders: the answers differ where x and y are zeros of
// different sign, or where one is NaN. A constant is asked first, and so loses
// to NaN and to any zero; then −0 turns to +0 by adding +0.
func (w Writer[V]) Maximum(x, y V) V {
	if _, ok := w.number(x); ok {
		x, y = y, x
	}
	if c, ok := w.number(y); ok {
		if math.Float32bits(c) == 0 {
			return w.Add(w.Max(y, x), y)
		}
		return w.Max(y, x)
	}
	r := w.And(w.Max(x, y), w.Max(y, x))
	return w.Pick(w.Compare(Unordered, x, y), w.Const(NaNBits), r)
}

// Minimum is the lesser of x and y: NaN if either is, −0 rather than +0.
func (w Writer[V]) Minimum(x, y V) V {
	if _, ok := w.number(x); ok {
		x, y = y, x
	}
	if c, ok := w.number(y); ok && math.Float32bits(c) != SignBit {
		return w.Min(y, x)
	}
	r := w.Or(w.Min(x, y), w.Min(y, x))
	return w.Pick(w.Compare(Unordered, x, y), w.Const(NaNBits), r)
}

// number is the value of a constant that is not NaN.
func (w Writer[V]) number(x V) (float32, bool) {
	bits, ok := w.Bits(x)
	c := math.Float32frombits(bits)
	return c, ok && c == c
}

// Less is 1 where x < y, and 0 elsewhere.
func (w Writer[V]) Less(x, y V) V { return w.Only(w.Compare(Less, x, y), w.num(1)) }

// LessEqual is 1 where x ≤ y, and 0 elsewhere.
func (w Writer[V]) LessEqual(x, y V) V { return w.Only(w.Compare(LessEqual, x, y), w.num(1)) }

// Equal is 1 where x = y, and 0 elsewhere.
func (w Writer[V]) Equal(x, y V) V { return w.Only(w.Compare(Equal, x, y), w.num(1)) }

// Select is x where cond ≠ 0, and y elsewhere.
func (w Writer[V]) Select(cond, x, y V) V {
	return w.Pick(w.Compare(NotEqual, cond, w.num(0)), x, y)
}

// Axpby is x·s + y·t, or x·s − y·t where neg is set. In this formula and those
// that follow, products are rounded before they enter a sum.
func (w Writer[V]) Axpby(x, s, y, t V, neg bool) V { return w.sum(w.Mul(x, s), w.Mul(y, t), neg) }

// SquareAxpby is x²·s + y·t.
func (w Writer[V]) SquareAxpby(x, s, y, t V) V {
	return w.Add(w.Mul(w.Mul(x, x), s), w.Mul(y, t))
}

// Axpy is y + x·s, or y − x·s where neg is set.
func (w Writer[V]) Axpy(x, s, y V, neg bool) V { return w.sum(y, w.Mul(x, s), neg) }

// SqrtScaleAdd is √(x·s) + t.
func (w Writer[V]) SqrtScaleAdd(x, s, t V) V { return w.Add(w.Sqrt(w.Mul(x, s)), t) }

// ScaleDiv is (x·s) / y.
func (w Writer[V]) ScaleDiv(x, s, y V) V { return w.Div(w.Mul(x, s), y) }

// Ratio is (x·s) / (√(y·t) + u).
func (w Writer[V]) Ratio(x, s, y, t, u V) V {
	return w.Div(w.Mul(x, s), w.Add(w.Sqrt(w.Mul(y, t)), u))
}

// RatioStep is z + r·q, or z − r·q where neg is set, with the ratio r.
func (w Writer[V]) RatioStep(x, s, y, t, u, z, q V, neg bool) V {
	return w.sum(z, w.Mul(w.Ratio(x, s, y, t, u), q), neg)
}

// sum is x + y, or x − y, which has the bits of x + (−y).
func (w Writer[V]) sum(x, y V, neg bool) V {
	if neg {
		return w.Sub(x, y)
	}
	return w.Add(x, y)
}
