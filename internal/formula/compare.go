package formula

import "math"

// Max32 is the greater of x and y: NaN if either is, +0 rather than −0.
// It is symmetric and associative, so any order gives the same bits.
func Max32(x, y float32) float32 {
	switch {
	case x > y:
		return x
	case x < y:
		return y
	case x == y:
		return math.Float32frombits(math.Float32bits(x) & math.Float32bits(y))
	}
	return x + y
}

// min32 is the lesser of x and y: NaN if either is, −0 rather than +0.
func min32(x, y float32) float32 {
	switch {
	case x < y:
		return x
	case x > y:
		return y
	case x == y:
		return math.Float32frombits(math.Float32bits(x) | math.Float32bits(y))
	}
	return x + y
}

func less32(x, y float32) float32 {
	if x < y {
		return 1
	}
	return 0
}

func lessEqual32(x, y float32) float32 {
	if x <= y {
		return 1
	}
	return 0
}

func equal32(x, y float32) float32 {
	if x == y {
		return 1
	}
	return 0
}

// Select32 is x where cond ≠ 0, which NaN is, and y elsewhere.
func Select32(cond, x, y float32) float32 {
	if cond != 0 {
		return x
	}
	return y
}

// Extremes is what a [Machine] has whose instructions are Maximum and Minimum.
type Extremes[V any] interface {
	Maximum(x, y V) V // NaN if either is, +0 rather than −0
	Minimum(x, y V) V // NaN if either is, −0 rather than +0
}

// Maximum is the greater of x and y: NaN if either is, +0 rather than −0.
//
// Where that is no instruction it asks in both orders: the answers differ where
// x and y are zeros of different sign, or where one is NaN. A constant is asked
// first, and so loses to NaN and to any zero; then −0 turns to +0 by adding +0.
func (w Writer[V]) Maximum(x, y V) V {
	if m, ok := w.Machine.(Extremes[V]); ok {
		return m.Maximum(x, y)
	}
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
	return w.Pick(w.Compare(IsUnordered, x, y), w.Const(nanBits), r)
}

// Minimum is the lesser of x and y: NaN if either is, −0 rather than +0.
func (w Writer[V]) Minimum(x, y V) V {
	if m, ok := w.Machine.(Extremes[V]); ok {
		return m.Minimum(x, y)
	}
	if _, ok := w.number(x); ok {
		x, y = y, x
	}
	if c, ok := w.number(y); ok && math.Float32bits(c) != signBit {
		return w.Min(y, x)
	}
	r := w.Or(w.Min(x, y), w.Min(y, x))
	return w.Pick(w.Compare(IsUnordered, x, y), w.Const(nanBits), r)
}

// number is the value of a constant that is not NaN.
func (w Writer[V]) number(x V) (float32, bool) {
	bits, ok := w.Bits(x)
	c := math.Float32frombits(bits)
	return c, ok && c == c
}

// Less is 1 where x < y, and 0 elsewhere.
func (w Writer[V]) Less(x, y V) V { return w.Only(w.Compare(IsLess, x, y), w.num(1)) }

// LessEqual is 1 where x ≤ y, and 0 elsewhere.
func (w Writer[V]) LessEqual(x, y V) V { return w.Only(w.Compare(IsLessEqual, x, y), w.num(1)) }

// Equal is 1 where x = y, and 0 elsewhere.
func (w Writer[V]) Equal(x, y V) V { return w.Only(w.Compare(IsEqual, x, y), w.num(1)) }

// Select is x where cond ≠ 0, and y elsewhere.
func (w Writer[V]) Select(cond, x, y V) V {
	return w.Pick(w.Compare(IsNotEqual, cond, w.num(0)), x, y)
}
