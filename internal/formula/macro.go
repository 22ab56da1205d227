package formula

// This file has the macros of programs: chains of maps that the interpreter runs
// as one.

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
