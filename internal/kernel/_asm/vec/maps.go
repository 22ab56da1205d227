package main

import (
	"strings"

	"descent/internal/formula"
)

// A mapping is a function dst[i] = f(args...). Of the arguments, x, y, z and
// cond are vectors; s, t, u and w are numbers, which fill vectors.
type mapping[V any] struct {
	name   string // in the table of functions, and of the function
	args   []string
	doc    string // f, in words of the arguments
	f      func(w formula.Writer[V], a []V) V
	unroll int // vectors a step, of AVX2 or AVX-512
}

func isNumber(arg string) bool { return strings.Contains("stuw", arg) }

func (m mapping[V]) signature() string {
	vectors, numbers := "dst", ""
	for _, arg := range m.args {
		if isNumber(arg) {
			numbers += ", " + arg
		} else {
			vectors += ", " + arg
		}
	}
	if numbers != "" {
		numbers += " float32"
	}
	return "func(" + vectors + " []float32" + numbers + ")"
}

// maps are all functions but the reductions.
func maps[V any]() (all []mapping[V]) {
	add := func(name, args, doc string, unroll int, f func(w formula.Writer[V], a []V) V) {
		all = append(all, mapping[V]{name, strings.Fields(args), doc, f, unroll})
	}
	for _, u := range formula.Unaries[V]() {
		unroll := 1 // a long formula fills the machine by itself
		if u.Operations == 1 {
			unroll = 2
		}
		add("Unary["+u.Name+"]", "x", u.Doc, unroll, func(w formula.Writer[V], a []V) V { return u.Formula(w, a[0]) })
	}
	for _, b := range formula.Binaries[V]() {
		f := func(w formula.Writer[V], a []V) V { return b.Formula(w, a[0], a[1]) }
		add("VV["+b.Name+"]", "x y", "x "+b.Doc+" y", 2, f)
		add("VS["+b.Name+"]", "x s", "x "+b.Doc+" s", 2, f)
		add("SV["+b.Name+"]", "s x", "s "+b.Doc+" x", 2, f)
	}
	choose := func(w formula.Writer[V], a []V) V { return w.Select(a[0], a[1], a[2]) }
	add("SelectVV", "cond x y", "x where cond ≠ 0, and y elsewhere", 2, choose)
	add("SelectVS", "cond x t", "x where cond ≠ 0, and t elsewhere", 2, choose)
	add("SelectSV", "cond s y", "s where cond ≠ 0, and y elsewhere", 2, choose)
	add("SelectSS", "cond s t", "s where cond ≠ 0, and t elsewhere", 2, choose)
	add("Axpby", "x s y t", "x·s + y·t, products rounded", 2, func(w formula.Writer[V], a []V) V {
		return w.Axpby(a[0], a[1], a[2], a[3], false)
	})
	add("SquareAxpby", "x s y t", "x²·s + y·t, products rounded", 2, func(w formula.Writer[V], a []V) V {
		return w.SquareAxpby(a[0], a[1], a[2], a[3])
	})
	add("Axpy", "x s y", "x·s + y, the product rounded", 2, func(w formula.Writer[V], a []V) V {
		return w.Axpy(a[0], a[1], a[2], false)
	})
	add("SqrtScaleAdd", "x s t", "√(x·s) + t", 2, func(w formula.Writer[V], a []V) V {
		return w.SqrtScaleAdd(a[0], a[1], a[2])
	})
	add("ScaleDiv", "x s y", "(x·s) / y", 2, func(w formula.Writer[V], a []V) V {
		return w.ScaleDiv(a[0], a[1], a[2])
	})
	add("Ratio", "x s y t u", "(x·s) / (√(y·t) + u)", 1, func(w formula.Writer[V], a []V) V {
		return w.Ratio(a[0], a[1], a[2], a[3], a[4])
	})
	add("RatioStep", "x s y t u z w", "(x·s) / (√(y·t) + u) · w + z", 1, func(w formula.Writer[V], a []V) V {
		return w.RatioStep(a[0], a[1], a[2], a[3], a[4], a[5], a[6], false)
	})
	return all
}
