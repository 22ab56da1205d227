package rewrite

import (
	"descent/graph"
	"descent/internal/lowering"
)

// A fused program runs over rows × columns. The axes of its domain before the
// split are the rows, those from it on the columns. An operand may have one
// value for each element, row or column, or just one; which splits make that
// true is a set of bits, one for each split from 0 to the rank.

// splits returns the splits of domain under which a program can read xs.
func splits(domain graph.Type, xs ...graph.Tensor) graph.Axes {
	set := graph.Axes(1<<(domain.Rank()+1) - 1)
	for _, x := range xs {
		set &= splitsToRead(domain, source(x))
	}
	return set
}

// splitsToRead returns the splits of domain under which a program can read x.
// The number of the column is that of x only where both have as many.
func splitsToRead(domain graph.Type, x graph.Tensor) (set graph.Axes) {
	set = splitsOf(domain, x.Type())
	if _, ok := x.Op().(lowering.Columns); !ok {
		return set
	}
	for s := range domain.Rank() + 1 {
		columns := 1
		for _, d := range domain.Dims()[s:] {
			columns *= d
		}
		if _, from := Matches(domain, x.Type(), s); from != Equal || columns != x.Type().Size() {
			set &^= 1 << s
		}
	}
	return set
}

// splitsOf returns the splits of domain under which t is Full, Row, Col or One.
func splitsOf(domain, t graph.Type) (set graph.Axes) {
	for s := range domain.Rank() + 1 {
		if before, from := Matches(domain, t, s); before != Differs && from != Differs {
			set |= 1 << s
		}
	}
	return set
}

// rowSplits returns the splits under which t has one value a row of domain.
func (f *fuser) rowSplits(domain, t graph.Type) (set graph.Axes) {
	for s := range domain.Rank() + 1 {
		if before, from := Matches(domain, t, s); before == Equal && from == Single && t.Rank() == domain.Rank() {
			set |= 1 << s
		}
	}
	return set
}

// Match says how the sizes of a tensor compare with those of a domain.
type Match uint8

const (
	Equal   Match = iota // every axis has the domain's size
	Single               // every axis has size 1, not all of the domain's do
	Differs              // neither
)

// Matches compares t, aligned at the last axis, with domain on the axes before
// split s and from it on.
func Matches(domain, t graph.Type, s int) (before, from Match) {
	lead := domain.Rank() - t.Rank()
	compare := func(lo, hi int) Match {
		same, ones := true, true
		for i := lo; i < hi; i++ {
			d := 1
			if i >= lead {
				d = t.Dim(i - lead)
			}
			same = same && d == domain.Dim(i)
			ones = ones && d == 1
		}
		switch {
		case same:
			return Equal
		case ones:
			return Single
		}
		return Differs
	}
	if lead < 0 {
		return Differs, Differs
	}
	return compare(0, s), compare(s, domain.Rank())
}

func sameShape(a, b graph.Type) bool {
	a.DType, b.DType = 0, 0
	return a == b
}

// foldSplits returns the splits of domain under which op folds rows, columns
// or everything.
func foldSplits(op lowering.Reducer, domain graph.Type) (set graph.Axes) {
	set = rowFolds(op, domain)
	if !op.Sinks() {
		return set
	}
	for s := range domain.Rank() + 1 {
		if folds(op, domain, 0, s, true) && folds(op, domain, s, domain.Rank(), false) ||
			folds(op, domain, 0, domain.Rank(), true) {
			set |= 1 << s
		}
	}
	return set
}

// MaxSingleRow is how many elements are folded as one row at most, if they can
// be folded in parallel as well.
const MaxSingleRow = 4096

// rowFolds returns the splits of domain under which op folds each row.
func rowFolds(op lowering.Reducer, domain graph.Type) (set graph.Axes) {
	if op.Sinks() && domain.Size() > MaxSingleRow && folds(op, domain, 0, domain.Rank(), true) {
		return 0
	}
	for s := range domain.Rank() + 1 {
		if folds(op, domain, 0, s, false) && folds(op, domain, s, domain.Rank(), true) {
			set |= 1 << s
		}
	}
	return set
}

// folds reports whether op folds all axes from lo to hi that are longer than
// 1, or none of them.
func folds(op lowering.Reducer, domain graph.Type, lo, hi int, want bool) bool {
	for i := lo; i < hi; i++ {
		if domain.Dim(i) > 1 && op.Axes().Has(i) != want {
			return false
		}
	}
	return true
}
