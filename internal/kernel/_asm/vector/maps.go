package main

// maps are all functions but the reductions. The operations are those of
// vec_plain.go, step by step.
func maps() (all []mapping) {
	for _, u := range unaries {
		all = append(all, mapping{"unary[op" + u.name + "]", []string{"x"}, nil, u.doc,
			func(e *emitter, v, _ []V) V { return u.f(e, v[0]) }, u.unroll})
	}
	for _, b := range binaries {
		vv := func(e *emitter, v, _ []V) V { return b.f(e, v[0], v[1]) }
		vs := func(e *emitter, v, s []V) V { return b.f(e, v[0], s[0]) }
		sv := func(e *emitter, v, s []V) V { return b.f(e, s[0], v[0]) }
		all = append(all,
			mapping{"vv[op" + b.name + "]", []string{"x", "y"}, nil, "x " + b.sign + " y", vv, b.unroll},
			mapping{"vs[op" + b.name + "]", []string{"x"}, []string{"s"}, "x " + b.sign + " s", vs, b.unroll},
			mapping{"sv[op" + b.name + "]", []string{"x"}, []string{"s"}, "s " + b.sign + " x", sv, b.unroll})
	}
	choose := func(x, y func(v, s []V) V) formula {
		return func(e *emitter, v, s []V) V { return e.pick(e.cmp(ne, v[0], e.num(0)), x(v, s), y(v, s)) }
	}
	v := func(i int) func(v, s []V) V { return func(v, s []V) V { return v[i] } }
	s := func(i int) func(v, s []V) V { return func(v, s []V) V { return s[i] } }
	xy, x, y, none := []string{"x", "y"}, []string{"x"}, []string{"y"}, []string(nil)
	st := []string{"s", "t"}
	cond := func(p []string) []string { return append([]string{"cond"}, p...) }
	return append(all,
		mapping{"selectVV", cond(xy), nil, "x where cond ≠ 0, and y elsewhere", choose(v(1), v(2)), 2},
		mapping{"selectVS", cond(x), st[1:], "x where cond ≠ 0, and t elsewhere", choose(v(1), s(0)), 2},
		mapping{"selectSV", cond(y), st[:1], "s where cond ≠ 0, and y elsewhere", choose(s(0), v(1)), 2},
		mapping{"selectSS", cond(none), st, "s where cond ≠ 0, and t elsewhere", choose(s(0), s(1)), 2},
		mapping{"axpby", xy, st, "x·s + y·t, products rounded", func(e *emitter, v, s []V) V {
			return e.addps(e.mul(v[0], s[0]), e.mul(v[1], s[1]))
		}, 2},
		mapping{"squareAxpby", xy, st, "x²·s + y·t, products rounded", func(e *emitter, v, s []V) V {
			return e.addps(e.mul(e.mul(v[0], v[0]), s[0]), e.mul(v[1], s[1]))
		}, 2},
		mapping{"axpy", xy, st[:1], "x·s + y, the product rounded", func(e *emitter, v, s []V) V {
			return e.addps(e.mul(v[0], s[0]), v[1])
		}, 2},
		mapping{"sqrtScaleAdd", x, st, "√(x·s) + t", func(e *emitter, v, s []V) V {
			return e.addps(e.sqrt(e.mul(v[0], s[0])), s[1])
		}, 2},
		mapping{"scaleDiv", xy, st[:1], "(x·s) / y", func(e *emitter, v, s []V) V {
			return e.div(e.mul(v[0], s[0]), v[1])
		}, 2},
		mapping{"ratio", xy, []string{"s", "t", "u"}, "(x·s) / (√(y·t) + u)", ratio, 1},
		mapping{"ratioStep", []string{"x", "y", "z"}, []string{"s", "t", "u", "w"}, "(x·s) / (√(y·t) + u) · w + z", func(e *emitter, v, s []V) V {
			return e.addps(e.mul(ratio(e, v, s), s[3]), v[2])
		}, 1},
	)
}

func ratio(e *emitter, v, s []V) V {
	return e.div(e.mul(v[0], s[0]), e.addps(e.sqrt(e.mul(v[1], s[1])), s[2]))
}

var unaries = []struct {
	name, doc string
	f         func(e *emitter, x V) V
	unroll    int
}{
	{"Neg", "−x", func(e *emitter, x V) V { return e.xor(x, e.bits(signBit)) }, 2},
	{"Abs", "|x|", (*emitter).abs, 2},
	{"Sign", "±1, or x where x is ±0 or NaN", (*emitter).sign, 2},
	{"Square", "x²", func(e *emitter, x V) V { return e.mul(x, x) }, 2},
	{"Sqrt", "√x", (*emitter).sqrt, 2},
	{"Exp", "eˣ", (*emitter).exp, 1},
	{"Expm1", "eˣ − 1", (*emitter).expm1, 1},
	{"Log", "ln x", (*emitter).log, 1},
	{"Log1p", "ln(1 + x)", (*emitter).log1p, 1},
	{"Tanh", "tanh x", (*emitter).tanh, 1},
	{"Erf", "the error function of x", (*emitter).erf, 1},
	{"Sigmoid", "1/(1 + e⁻ˣ)", (*emitter).sigmoid, 1},
}

var binaries = []struct {
	name, sign string
	f          func(e *emitter, x, y V) V
	unroll     int
}{
	{"Add", "+", func(e *emitter, x, y V) V { return e.addps(x, y) }, 2},
	{"Sub", "−", func(e *emitter, x, y V) V { return e.sub(x, y) }, 2},
	{"Mul", "·", func(e *emitter, x, y V) V { return e.mul(x, y) }, 2},
	{"Div", "/", func(e *emitter, x, y V) V { return e.div(x, y) }, 2},
	{"Max", "max", func(e *emitter, x, y V) V { return e.max(x, y) }, 2},
	{"Min", "min", func(e *emitter, x, y V) V { return e.min(x, y) }, 2},
	{"Less", "<", func(e *emitter, x, y V) V { return e.only(e.cmp(lt, x, y), e.num(1)) }, 2},
	{"LessEqual", "≤", func(e *emitter, x, y V) V { return e.only(e.cmp(le, x, y), e.num(1)) }, 2},
	{"Equal", "=", func(e *emitter, x, y V) V { return e.only(e.cmp(eq, x, y), e.num(1)) }, 2},
}

const signBit = 1 << 31

func (e *emitter) abs(x V) V { return e.and(x, e.bits(signBit-1)) }

// sign compares x with 0 as unequal and ordered.
func (e *emitter) sign(x V) V {
	const neOrdered = 0x0C
	one := e.or(e.and(x, e.bits(signBit)), e.num(1))
	return e.pick(e.cmp(neOrdered, x, e.num(0)), one, x)
}

// max asks in both orders: the answers differ where x and y are zeros of
// different sign, or where one is NaN.
func (e *emitter) max(x V, y operandOp) V {
	v := e.asVector(y)
	r := e.and(e.hardMax(x, v), e.hardMax(v, x))
	return e.pick(e.cmp(unord, x, v), e.bits(quietNaN), r)
}

func (e *emitter) min(x V, y operandOp) V {
	v := e.asVector(y)
	r := e.or(e.hardMin(x, v), e.hardMin(v, x))
	return e.pick(e.cmp(unord, x, v), e.bits(quietNaN), r)
}
