package graph

import (
	"fmt"
	"strings"
)

// MaxRank is the largest number of axes of a tensor.
const MaxRank = 6

// DType says what the elements of a tensor mean. All are stored as float32.
type DType uint8

const (
	Float32 DType = iota // real numbers, with gradients
	Index                // whole numbers such as class labels, exact below 2²⁴, never differentiated
)

// Type is the element type and shape of a tensor. It is comparable: equal
// types are equal values.
type Type struct {
	DType DType
	rank  uint8
	dims  [MaxRank]int32
}

// Shape returns the Float32 type with the given sizes, outermost axis first.
// A shape without sizes is a scalar. Sizes must be positive; a bad one, or more
// than [MaxRank], gives the type that [Type.Valid] refuses.
func Shape(dims ...int) Type {
	t := Type{rank: uint8(min(len(dims), MaxRank+1))}
	for i, d := range dims {
		if i == MaxRank {
			break
		}
		if d != int(int32(d)) {
			d = 0
		}
		t.dims[i] = int32(d)
	}
	return t
}

// Indices returns the Index type with the given sizes.
func Indices(dims ...int) Type {
	t := Shape(dims...)
	t.DType = Index
	return t
}

// Valid returns an error that names what is wrong with t, if anything is.
func (t Type) Valid() error {
	if t.rank > MaxRank {
		return fmt.Errorf("shape has more than %d axes", MaxRank)
	}
	size := int64(1)
	for i := range t.Rank() {
		if t.dims[i] <= 0 {
			return fmt.Errorf("shape %v: axis %d must be positive", t, i)
		}
		if size *= int64(t.dims[i]); size > 1<<40 {
			return fmt.Errorf("shape %v is too large", t)
		}
	}
	return nil
}

// Rank is the number of axes.
func (t Type) Rank() int { return int(t.rank) }

// Dim returns the size of axis i; a negative i counts from the last axis, -1.
// An axis that does not exist has size 0.
func (t Type) Dim(i int) int {
	if i < 0 {
		i += t.Rank()
	}
	if i < 0 || i >= len(t.dims) {
		return 0
	}
	return int(t.dims[i])
}

// Dims returns the sizes of all axes.
func (t Type) Dims() []int {
	dims := make([]int, t.Rank())
	for i := range dims {
		dims[i] = t.Dim(i)
	}
	return dims
}

// Size is the number of elements.
func (t Type) Size() int {
	n := 1
	for i := range t.Rank() {
		n *= t.Dim(i)
	}
	return n
}

// with returns t with axis i of size n, one that is not valid if n is not.
func (t Type) with(i, n int) Type {
	if n != int(int32(n)) {
		n = 0
	}
	t.dims[i] = int32(n)
	return t
}

// strides returns, for each axis, how many elements apart its neighbours lie.
func (t Type) strides() []int {
	s := make([]int, t.Rank())
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		s[i] = n
		n *= t.Dim(i)
	}
	return s
}

// String returns the shape as in "[32 784]".
func (t Type) String() string {
	if t.rank > MaxRank {
		return "[too many axes]"
	}
	s := strings.ReplaceAll(fmt.Sprint(t.Dims()), "  ", " ")
	if t.DType == Index {
		return "index" + s
	}
	return s
}

// broadcastShape returns the shape that a and b have in common by the usual
// rules: aligned at the last axis, equal sizes or 1 on either side.
func broadcastShape(a, b Type) (Type, error) {
	if a.Rank() < b.Rank() {
		a, b = b, a
	}
	out := a
	out.DType = Float32
	for i := range b.Rank() {
		at := a.Rank() - b.Rank() + i
		switch x, y := a.Dim(at), b.Dim(i); {
		case x == y, y == 1:
		case x == 1:
			out = out.with(at, y)
		default:
			return Type{}, fmt.Errorf("shapes %v and %v do not broadcast: axis %d is %d against %d", a, b, at, x, y)
		}
	}
	return out, nil
}
