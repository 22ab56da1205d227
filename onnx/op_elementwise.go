package onnx

import (
	"math"

	"descent/graph"
	"descent/internal/canonical"
	"descent/internal/onnxproto"
)

// monadic is an elementwise function of one operand.
type monadic struct {
	graph func(n *call, x graph.Tensor) graph.Tensor
	real  func(x float64) float64 // on the host; nil: by the graph
	whole func(x int64) int64
	typ   onnxproto.DataType // of the result; 0: the operand's
}

func simple(f func(graph.Tensor) graph.Tensor) func(*call, graph.Tensor) graph.Tensor {
	return func(_ *call, x graph.Tensor) graph.Tensor { return f(x) }
}

func (u monadic) apply(n *call) []value {
	x := n.arg(0)
	typ := u.typ
	if typ == 0 {
		typ = x.typ
	}
	if a := x.host; a != nil && (a.typ.Real() && u.real != nil || !a.typ.Real() && u.whole != nil) {
		out := like(typ, a.dims)
		for i := range a.size() {
			switch {
			case a.typ.Real() && typ.Real():
				out.real[i] = round(typ, u.real(a.real[i]))
			case a.typ.Real():
				out.ints[i] = toInt(u.real(a.real[i]))
			default:
				out.ints[i] = u.whole(a.ints[i])
			}
		}
		return []value{hosted(out)}
	}
	x = n.dense(x)
	return []value{{typ: typ, t: u.graph(n, x.t), order: x.order}}
}

// dyadic is an elementwise function of two operands or, folded from the left, of
// several.
type dyadic struct {
	graph func(n *call, x, y graph.Tensor) graph.Tensor
	real  func(x, y float64) float64
	whole func(x, y int64) int64
	typ   onnxproto.DataType // of the result; 0: the operands'
}

func simple2(f func(x, y graph.Tensor) graph.Tensor) func(*call, graph.Tensor, graph.Tensor) graph.Tensor {
	return func(_ *call, x, y graph.Tensor) graph.Tensor { return f(x, y) }
}

func (b dyadic) apply(n *call) []value {
	v := n.arg(0)
	for i := 1; i < len(n.in); i++ {
		v = b.two(n, v, n.arg(i))
	}
	return []value{v}
}

func (b dyadic) two(n *call, x, y value) value {
	typ := b.typ
	if typ == 0 {
		typ = x.typ
	}
	known := x.host != nil && y.host != nil
	if known && (x.typ.Real() && b.real != nil || !x.typ.Real() && b.whole != nil) {
		dims, err := broadcast(x.host.dims, y.host.dims)
		if err == nil {
			err = checkSize(dims)
		}
		if err != nil {
			n.failf("%w", err)
			return value{}
		}
		p, q, out := x.host.expand(dims), y.host.expand(dims), like(typ, dims)
		for i := range out.size() {
			switch {
			case x.typ.Real() && typ.Real():
				out.real[i] = round(typ, b.real(p.at(i), q.at(i)))
			case x.typ.Real():
				out.ints[i] = toInt(b.real(p.at(i), q.at(i)))
			case !y.typ.Real():
				out.ints[i] = b.whole(p.ints[i], q.ints[i])
			default:
				n.failf("operands are of %v and %v", x.typ, y.typ)
				return value{}
			}
		}
		return hosted(out)
	}
	t, order := n.align(x, y)
	if n.failed() {
		return value{}
	}
	return n.result(typ, b.graph(n, t[0], t[1]), order)
}

func compare(f func(x, y graph.Tensor) graph.Tensor, real func(x, y float64) bool) dyadic {
	return dyadic{
		graph: simple2(f), typ: onnxproto.Bool,
		real:  func(x, y float64) float64 { return float64(truth(real(x, y))) },
		whole: func(x, y int64) int64 { return truth(real(float64(x), float64(y))) },
	}
}

// not returns 1 - x of truth values.
func not(x graph.Tensor) graph.Tensor { return x.Affine(-1, 1) }

// whole reports whether operands are of a type whose quotients have no fraction.
func (n *call) whole() bool { return n.has(0) && !n.in[0].typ.Real() }

func divide(n *call, x, y graph.Tensor) graph.Tensor {
	q := x.Div(y)
	if n.whole() {
		return truncate(q)
	}
	return q
}

// truncate cuts the fraction off.
func truncate(x graph.Tensor) graph.Tensor { return x.Sign().Mul(x.Abs().Floor()) }

// power returns xʸ. An exponent that is known and whole is a product, which is right
// for negative x, too.
func power(n *call, x, y graph.Tensor) graph.Tensor {
	if k := n.in[1].host; k != nil && k.size() > 0 {
		e := k.at(0)
		same := true
		for i := range k.size() {
			same = same && k.at(i) == e
		}
		switch {
		case same && e == 0:
			return x.Scale(0).AddScalar(1)
		case same && e == 0.5:
			return x.Sqrt()
		case same && e == -0.5:
			return x.Const(1).Div(x.Sqrt())
		case same && e == math.Trunc(e) && math.Abs(e) <= 64:
			p := product(x, int(math.Abs(e)))
			if e < 0 {
				return x.Const(1).Div(p)
			}
			return p
		}
	}
	// |x|ʸ, negative where y is odd and not a number where it has a fraction, as in C.
	p := x.Abs().Log().Mul(y).Exp()
	zero := x.Const(0)
	p = x.Equal(zero).Select(y.Equal(zero).Add(y.Less(zero).Select(x.Const(math.Inf(1)), zero)), p)
	half := y.Scale(0.5)
	odd := not(half.Equal(half.Floor()))
	fraction := not(y.Equal(y.Floor()))
	negative := fraction.Select(x.Const(math.NaN()), odd.Select(p.Neg(), p))
	return x.Less(zero).Select(negative, p)
}

// product returns xᵏ, k at least 1.
func product(x graph.Tensor, k int) graph.Tensor {
	switch {
	case k == 1:
		return x
	case k%2 == 0:
		return product(x, k/2).Square()
	}
	return product(x, k-1).Mul(x)
}

// remainder is Mod: of the sign of y, or by fmod of that of x, as in C.
func remainder(n *call) []value {
	mod := binaries["Mod"]
	if n.int("fmod", 0) != 0 {
		mod.real, mod.whole = math.Mod, rest
	}
	return mod.apply(n)
}

// rest is x - y·trunc(x/y), 0 where y is.
func rest(x, y int64) int64 {
	if y == 0 {
		return 0
	}
	return x % y
}

// modulo is x - y·floor(x/y), 0 where y is.
func modulo(x, y int64) int64 {
	r := rest(x, y)
	if r != 0 && r < 0 != (y < 0) {
		r += y
	}
	return r
}

// elu is x above zero and α(eˣ - 1) below.
func elu(x graph.Tensor, alpha float64) graph.Tensor {
	return x.Const(0).Less(x).Select(x, x.Min(x.Const(0)).Expm1().Scale(alpha))
}

// gelu is x·Φ(x), or its approximation by tanh.
func gelu(x graph.Tensor, approximate string) graph.Tensor {
	if approximate == "tanh" {
		inner := x.Add(x.Square().Mul(x).Scale(0.044715)).Scale(math.Sqrt(2 / math.Pi))
		return x.Scale(0.5).Mul(inner.Tanh().AddScalar(1))
	}
	return x.Scale(0.5).Mul(x.Scale(math.Sqrt2 / 2).Erf().AddScalar(1))
}

// softplus is log(1 + eˣ), which no x overflows.
func softplus(x graph.Tensor) graph.Tensor { return x.ReLU().Add(x.Abs().Neg().Exp().Log1p()) }

func hardSigmoid(x graph.Tensor, alpha, beta float64) graph.Tensor {
	return x.Affine(alpha, beta).Clamp(0, 1)
}

func abs64(x int64) int64 { return max(x, -x) }

func sign64(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// unaries are elementwise operators of one operand.
var unaries = map[string]monadic{
	"Neg":        {graph: simple(graph.Tensor.Neg), real: func(x float64) float64 { return -x }, whole: func(x int64) int64 { return -x }},
	"Abs":        {graph: simple(graph.Tensor.Abs), real: math.Abs, whole: abs64},
	"Sign":       {graph: simple(graph.Tensor.Sign), real: sign64, whole: func(x int64) int64 { return int64(sign64(float64(x))) }},
	"Sqrt":       {graph: simple(graph.Tensor.Sqrt), real: math.Sqrt},
	"Exp":        {graph: simple(graph.Tensor.Exp), real: canonical.Exp},
	"Log":        {graph: simple(graph.Tensor.Log), real: canonical.Log},
	"Sin":        {graph: simple(graph.Tensor.Sin), real: canonical.Sin},
	"Cos":        {graph: simple(graph.Tensor.Cos), real: canonical.Cos},
	"Tanh":       {graph: simple(graph.Tensor.Tanh), real: canonical.Tanh},
	"Erf":        {graph: simple(graph.Tensor.Erf), real: canonical.Erf},
	"Sigmoid":    {graph: simple(graph.Tensor.Sigmoid), real: func(x float64) float64 { return 1 / (1 + canonical.Exp(-x)) }},
	"Relu":       {graph: simple(graph.Tensor.ReLU), real: func(x float64) float64 { return max(x, 0) }, whole: func(x int64) int64 { return max(x, 0) }},
	"Reciprocal": {graph: simple(func(x graph.Tensor) graph.Tensor { return x.Const(1).Div(x) }), real: func(x float64) float64 { return 1 / x }},
	"Floor":      {graph: simple(graph.Tensor.Floor), real: math.Floor},
	"Ceil":       {graph: simple(func(x graph.Tensor) graph.Tensor { return x.Neg().Floor().Neg() }), real: math.Ceil},
	"Round":      {graph: simple(graph.Tensor.Round), real: math.RoundToEven},
	"Softplus":   {graph: simple(softplus)},
	"Softsign":   {graph: simple(func(x graph.Tensor) graph.Tensor { return x.Div(x.Abs().AddScalar(1)) })},
	"HardSwish":  {graph: simple(func(x graph.Tensor) graph.Tensor { return x.Mul(hardSigmoid(x, 1.0/6, 0.5)) })},
	"Mish":       {graph: simple(func(x graph.Tensor) graph.Tensor { return x.Mul(softplus(x).Tanh()) })},
	"IsNaN": {graph: simple(func(x graph.Tensor) graph.Tensor { return not(x.Equal(x)) }), typ: onnxproto.Bool,
		real: func(x float64) float64 { return float64(truth(x != x)) }, whole: func(int64) int64 { return 0 }},
	"Not": {graph: simple(not), whole: func(x int64) int64 { return 1 - x }, typ: onnxproto.Bool},
	"LeakyRelu": {graph: func(n *call, x graph.Tensor) graph.Tensor {
		return x.Less(x.Const(0)).Select(x.Scale(n.float("alpha", 0.01)), x)
	}},
	"ThresholdedRelu": {graph: func(n *call, x graph.Tensor) graph.Tensor {
		return x.Const(n.float("alpha", 1)).Less(x).Select(x, x.Const(0))
	}},
	"Elu": {graph: func(n *call, x graph.Tensor) graph.Tensor { return elu(x, n.float("alpha", 1)) }},
	"Celu": {graph: func(n *call, x graph.Tensor) graph.Tensor {
		alpha := n.float("alpha", 1)
		return x.ReLU().Add(x.Scale(1 / alpha).Min(x.Const(0)).Expm1().Scale(alpha))
	}},
	"Selu": {graph: func(n *call, x graph.Tensor) graph.Tensor {
		return elu(x, n.float("alpha", 1.67326319217681884765625)).Scale(n.float("gamma", 1.05070102214813232421875))
	}},
	"HardSigmoid": {graph: func(n *call, x graph.Tensor) graph.Tensor {
		return hardSigmoid(x, n.float("alpha", 0.2), n.float("beta", 0.5))
	}},
	"Gelu":               {graph: func(n *call, x graph.Tensor) graph.Tensor { return gelu(x, n.text("approximate", "none")) }},
	"com.microsoft.Gelu": {graph: func(_ *call, x graph.Tensor) graph.Tensor { return gelu(x, "none") }},
}

// binaries are elementwise operators of two operands and more.
var binaries = map[string]dyadic{
	"Add": {graph: simple2(graph.Tensor.Add), real: func(x, y float64) float64 { return x + y }, whole: func(x, y int64) int64 { return x + y }},
	"Sub": {graph: simple2(graph.Tensor.Sub), real: func(x, y float64) float64 { return x - y }, whole: func(x, y int64) int64 { return x - y }},
	"Mul": {graph: simple2(graph.Tensor.Mul), real: func(x, y float64) float64 { return x * y }, whole: func(x, y int64) int64 { return x * y }},
	"Div": {graph: divide, real: func(x, y float64) float64 { return x / y }, whole: func(x, y int64) int64 {
		if y == 0 {
			return 0
		}
		return x / y
	}},
	"Pow": {graph: power, real: canonical.Pow, whole: func(x, y int64) int64 { return toInt(canonical.Pow(float64(x), float64(y))) }},
	"Mod": {graph: func(n *call, x, y graph.Tensor) graph.Tensor {
		if n.int("fmod", 0) != 0 {
			return x.Sub(truncate(x.Div(y)).Mul(y))
		}
		return x.Sub(x.Div(y).Floor().Mul(y))
	}, real: func(x, y float64) float64 { return x - float64(math.Floor(x/y)*y) }, whole: modulo},
	"PRelu": {graph: func(_ *call, x, slope graph.Tensor) graph.Tensor {
		return x.Less(x.Const(0)).Select(x.Mul(slope), x)
	}},
	"Max":            {graph: simple2(graph.Tensor.Max), real: math.Max, whole: func(x, y int64) int64 { return max(x, y) }},
	"Min":            {graph: simple2(graph.Tensor.Min), real: math.Min, whole: func(x, y int64) int64 { return min(x, y) }},
	"Sum":            {graph: simple2(graph.Tensor.Add), real: func(x, y float64) float64 { return x + y }},
	"Equal":          compare(graph.Tensor.Equal, func(x, y float64) bool { return x == y }),
	"Less":           compare(graph.Tensor.Less, func(x, y float64) bool { return x < y }),
	"LessOrEqual":    compare(graph.Tensor.LessEqual, func(x, y float64) bool { return x <= y }),
	"Greater":        compare(func(x, y graph.Tensor) graph.Tensor { return y.Less(x) }, func(x, y float64) bool { return x > y }),
	"GreaterOrEqual": compare(func(x, y graph.Tensor) graph.Tensor { return y.LessEqual(x) }, func(x, y float64) bool { return x >= y }),
	"And":            compare(graph.Tensor.Mul, func(x, y float64) bool { return x != 0 && y != 0 }),
	"Or":             compare(graph.Tensor.Max, func(x, y float64) bool { return x != 0 || y != 0 }),
	"Xor":            compare(func(x, y graph.Tensor) graph.Tensor { return not(x.Equal(y)) }, func(x, y float64) bool { return (x != 0) != (y != 0) }),
}

// mean is that of all operands.
func mean(n *call) []value {
	sum := binaries["Add"].apply(n)[0]
	if n.failed() {
		return nil
	}
	sum = n.dense(sum)
	return []value{sum.with(sum.t.Scale(1 / float64(len(n.in))))}
}

// clip limits numbers to bounds, either of which may be left out.
func clip(n *call) []value {
	x := n.arg(0)
	lo, hi := math.Inf(-1), math.Inf(1)
	bound := func(i int, name string, to *float64) (graph.Tensor, bool) {
		if a, ok := n.attribute(name); ok {
			*to = float64(a.Float)
			return graph.Tensor{}, false
		}
		if !n.has(i) {
			return graph.Tensor{}, false
		}
		if a := n.in[i].host; a != nil {
			if a.size() != 1 {
				n.failf("%s has %d numbers; want one", name, a.size())
				return graph.Tensor{}, false
			}
			*to = a.at(0)
			return graph.Tensor{}, false
		}
		return n.plain(n.in[i]).Reshape(), true
	}
	least, fromLeast := bound(1, "min", &lo)
	most, fromMost := bound(2, "max", &hi)
	if a := x.host; a != nil && !fromLeast && !fromMost {
		out := like(a.typ, a.dims)
		for i := range a.size() {
			if a.typ.Real() {
				out.real[i] = min(max(a.real[i], lo), hi)
			} else {
				out.ints[i] = toInt(min(max(float64(a.ints[i]), lo), hi))
			}
		}
		return []value{hosted(out)}
	}
	x = n.dense(x)
	t := x.t
	switch {
	case fromLeast:
		t = t.Max(least)
	case !math.IsInf(lo, -1) && lo > -math.MaxFloat32:
		t = t.Max(t.Const(lo))
	}
	switch {
	case fromMost:
		t = t.Min(most)
	case !math.IsInf(hi, 1) && hi < math.MaxFloat32:
		t = t.Min(t.Const(hi))
	}
	return []value{x.with(t)}
}

// where takes one operand or the other.
func where(n *call) []value {
	cond, x, y := n.arg(0), n.arg(1), n.arg(2)
	if n.hosts() {
		dims, err := broadcast(cond.host.dims, x.host.dims, y.host.dims)
		if err == nil {
			err = checkSize(dims)
		}
		if err != nil {
			return n.folded(nil, err)
		}
		c, p, q := cond.host.expand(dims), x.host.expand(dims), y.host.expand(dims)
		out := like(x.typ, dims)
		for i := range out.size() {
			from := q
			if c.ints[i] != 0 {
				from = p
			}
			out.set(i, from, i)
		}
		return []value{hosted(out)}
	}
	t, order := n.align(cond, x, y)
	if n.failed() {
		return nil
	}
	return []value{n.result(x.typ, t[0].Select(t[1], t[2]), order)}
}

// cast changes the type of elements. All numbers stay float32 in the graph.
func cast(n *call) []value {
	x, to := n.arg(0), onnxproto.DataType(n.int("to", 0))
	if !to.Real() && !to.Whole() {
		n.failf("to %v; want a type of numbers", to)
		return nil
	}
	if x.host != nil {
		return []value{hosted(x.host.cast(to))}
	}
	t := x.t
	switch {
	case to == onnxproto.Bool && x.typ != onnxproto.Bool:
		t = not(t.Equal(t.Const(0)))
	case !to.Real() && x.typ.Real():
		t = truncate(t)
	}
	return []value{{typ: to, t: t, order: x.order}}
}
