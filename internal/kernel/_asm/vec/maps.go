package main

import "strings"

// A mapping is a function dst[i] = f(args...). Of the arguments, x, y, z and
// cond are vectors; s, t, u and w are numbers, which fill vectors.
type mapping struct {
	name   string // in the table of functions, and of the function
	args   []string
	doc    string // f, in words of the arguments
	f      func(w formulas, a []V) V
	unroll int // vectors a step
}

func isNumber(arg string) bool { return strings.Contains("stuw", arg) }

func (m mapping) signature() string {
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
func maps() (all []mapping) {
	add := func(name, args, doc string, unroll int, f func(w formulas, a []V) V) {
		all = append(all, mapping{name, strings.Fields(args), doc, f, unroll})
	}
	for _, u := range unaries {
		add("unary[op"+u.name+"]", "x", u.doc, u.unroll, func(w formulas, a []V) V { return u.f(w, a[0]) })
	}
	for _, b := range binaries {
		f := func(w formulas, a []V) V { return b.f(w, a[0], a[1]) }
		add("vv[op"+b.name+"]", "x y", "x "+b.sign+" y", 2, f)
		add("vs[op"+b.name+"]", "x s", "x "+b.sign+" s", 2, f)
		add("sv[op"+b.name+"]", "s x", "s "+b.sign+" x", 2, f)
	}
	choose := func(w formulas, a []V) V { return w.Select(a[0], a[1], a[2]) }
	add("selectVV", "cond x y", "x where cond ≠ 0, and y elsewhere", 2, choose)
	add("selectVS", "cond x t", "x where cond ≠ 0, and t elsewhere", 2, choose)
	add("selectSV", "cond s y", "s where cond ≠ 0, and y elsewhere", 2, choose)
	add("selectSS", "cond s t", "s where cond ≠ 0, and t elsewhere", 2, choose)
	add("axpby", "x s y t", "x·s + y·t, products rounded", 2, func(w formulas, a []V) V {
		return w.Axpby(a[0], a[1], a[2], a[3], false)
	})
	add("squareAxpby", "x s y t", "x²·s + y·t, products rounded", 2, func(w formulas, a []V) V {
		return w.SquareAxpby(a[0], a[1], a[2], a[3])
	})
	add("axpy", "x s y", "x·s + y, the product rounded", 2, func(w formulas, a []V) V {
		return w.Axpy(a[0], a[1], a[2], false)
	})
	add("sqrtScaleAdd", "x s t", "√(x·s) + t", 2, func(w formulas, a []V) V {
		return w.SqrtScaleAdd(a[0], a[1], a[2])
	})
	add("scaleDiv", "x s y", "(x·s) / y", 2, func(w formulas, a []V) V {
		return w.ScaleDiv(a[0], a[1], a[2])
	})
	add("ratio", "x s y t u", "(x·s) / (√(y·t) + u)", 1, func(w formulas, a []V) V {
		return w.Ratio(a[0], a[1], a[2], a[3], a[4])
	})
	add("ratioStep", "x s y t u z w", "(x·s) / (√(y·t) + u) · w + z", 1, func(w formulas, a []V) V {
		return w.RatioStep(a[0], a[1], a[2], a[3], a[4], a[5], a[6], false)
	})
	return all
}

var unaries = []struct {
	name, doc string
	f         func(w formulas, x V) V
	unroll    int
}{
	{"Neg", "−x", formulas.Neg, 2},
	{"Abs", "|x|", formulas.Abs, 2},
	{"Sign", "±1, or x where x is ±0 or NaN", formulas.Sign, 2},
	{"Square", "x²", formulas.Square, 2},
	{"Sqrt", "√x", formulas.Sqrt, 2},
	{"Exp", "eˣ", formulas.Exp, 1},
	{"Expm1", "eˣ − 1", formulas.Expm1, 1},
	{"Log", "ln x", formulas.Log, 1},
	{"Log1p", "ln(1 + x)", formulas.Log1p, 1},
	{"Tanh", "tanh x", formulas.Tanh, 1},
	{"Erf", "the error function of x", formulas.Erf, 1},
	{"Sigmoid", "1/(1 + e⁻ˣ)", formulas.Sigmoid, 1},
}

var binaries = []struct {
	name, sign string
	f          func(w formulas, x, y V) V
}{
	{"Add", "+", formulas.Add},
	{"Sub", "−", formulas.Sub},
	{"Mul", "·", formulas.Mul},
	{"Div", "/", formulas.Div},
	{"Max", "max", formulas.Maximum},
	{"Min", "min", formulas.Minimum},
	{"Less", "<", formulas.Less},
	{"LessEqual", "≤", formulas.LessEqual},
	{"Equal", "=", formulas.Equal},
}
