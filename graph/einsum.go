package graph

import (
	"errors"
	"fmt"
	"strings"

	"descent/internal/kernel"
	"descent/internal/kernel/product"
)

// Einsum returns matrix products over batches, as spec says by a letter for each
// axis of x, of y and of the result:
//
//	x.Einsum("bmk,bkn->bmn", y)       z[b, m, n] = Σₖ x[b, m, k]·y[b, k, n]
//	q.Einsum("bthd,bshd->bhts", k)    one product for each b and h
//
// One letter stands in x and y alone, and is summed over; one or more in x and the
// result alone, one in y and the result alone. Those of all three number the
// products, and so do those of x and the result after the first, as in
// "nkd,du->nku", k products by one y. The order of axes is free but for the last,
// which must not number products. Operands are read and the result is written
// where they lie, without copies.
//
// Gradient: dx = z, y → x and dy = x, z → y, by the same letters.
func (x Tensor) Einsum(spec string, y Tensor) Tensor {
	in, out, arrow := strings.Cut(spec, "->")
	a, b, comma := strings.Cut(in, ",")
	if !arrow || !comma {
		if x.Valid() {
			x.n.graph.Fail("Einsum", fmt.Errorf("spec %q; want the letters of both operands and the result, as in bmk,bkn->bmn", spec), x.Type(), y.Type())
		}
		return Tensor{&node{graph: x.node().graph}}
	}
	return einsum{a, b, out}.of(x, y)
}

// einsum has a letter for each axis of its operands and result.
type einsum struct{ x, y, z string }

// roles are the letters of a product, by what they do.
type roles struct {
	m, n, k byte
	batch   string // in the order of the result
	free    string // those of batch that are not in y
}

// of applies e, as a plain product where nothing numbers products.
func (e einsum) of(x, y Tensor) Tensor {
	r, err := e.roles()
	if err != nil || r.batch != "" || x.Type().Rank() != 2 || y.Type().Rank() != 2 {
		return x.apply(e, y)
	}
	if e.z[0] == r.n {
		return y.apply(matMul{transX: e.y[0] == r.k, transY: e.x[0] == r.m}, x)
	}
	return x.apply(matMul{transX: e.x[0] == r.k, transY: e.y[0] == r.n}, y)
}

func (e einsum) Name() string { return "Einsum " + e.x + "," + e.y + "->" + e.z }

// roles sorts the letters, or says what is wrong with them.
func (e einsum) roles() (r roles, err error) {
	has := func(s string, c byte) bool { return strings.IndexByte(s, c) >= 0 }
	sort := func(to *byte, c byte, what string) {
		if *to != 0 {
			err = fmt.Errorf("letters %c and %c are both %s; one must be", *to, c, what)
		}
		*to = c
	}
	for _, s := range []string{e.x, e.y, e.z} {
		for i := range len(s) {
			if has(s[i+1:], s[i]) {
				return r, fmt.Errorf("%s has the letter %c twice", s, s[i])
			}
		}
	}
	for i := range len(e.z) {
		switch c := e.z[i]; {
		case has(e.x, c) && has(e.y, c):
			r.batch += string(c)
		case has(e.x, c) && r.m != 0:
			r.batch += string(c)
			r.free += string(c)
		case has(e.x, c):
			r.m = c
		case has(e.y, c):
			sort(&r.n, c, "in the second operand and the result alone")
		default:
			return r, fmt.Errorf("letter %c of the result is in neither operand", c)
		}
	}
	for i := range len(e.x) {
		switch c := e.x[i]; {
		case has(e.z, c):
		case has(e.y, c):
			sort(&r.k, c, "summed over")
		default:
			return r, fmt.Errorf("letter %c is in the first operand alone", c)
		}
	}
	for i := range len(e.y) {
		if c := e.y[i]; !has(e.z, c) && !has(e.x, c) {
			return r, fmt.Errorf("letter %c is in the second operand alone", c)
		}
	}
	if err != nil {
		return r, err
	}
	if r.m == 0 || r.n == 0 || r.k == 0 {
		return r, errors.New("each operand needs a letter that it shares with the result alone, and one that is summed over")
	}
	for _, s := range []string{e.x, e.y, e.z} {
		if c := s[len(s)-1]; has(r.batch, c) {
			return r, fmt.Errorf("the last axis of %s numbers products; turn it inside with Transpose", s)
		}
	}
	return r, nil
}

func (e einsum) Infer(in ...Type) (Type, error) {
	if in[0].Rank() != len(e.x) || in[1].Rank() != len(e.y) {
		return Type{}, fmt.Errorf("%s and %s name %d and %d axes; there are %d and %d", e.x, e.y, len(e.x), len(e.y), in[0].Rank(), in[1].Rank())
	}
	if _, err := e.roles(); err != nil {
		return Type{}, err
	}
	if len(e.z) > MaxRank {
		return Type{}, fmt.Errorf("a result of %d axes, at most %d are possible", len(e.z), MaxRank)
	}
	sizes := map[byte]int{}
	for i := range len(e.x) {
		sizes[e.x[i]] = in[0].Dim(i)
	}
	for i := range len(e.y) {
		c := e.y[i]
		if n, ok := sizes[c]; ok && n != in[1].Dim(i) {
			return Type{}, fmt.Errorf("axis %c is %d long in the first and %d in the second; they must be equal", c, n, in[1].Dim(i))
		}
		sizes[c] = in[1].Dim(i)
	}
	dims := make([]int, len(e.z))
	for i := range dims {
		dims[i] = sizes[e.z[i]]
	}
	return Shape(dims...), nil
}

// layout is where the elements of a tensor lie, by the letters of its axes.
type layout struct {
	letters string
	typ     Type
}

// step is how far apart neighbours along the axis of a letter are, size how many
// there are; 0 and 1 if there is no such axis.
func (l layout) step(letter byte) int {
	if i := strings.IndexByte(l.letters, letter); i >= 0 {
		return l.typ.strides()[i]
	}
	return 0
}

func (l layout) size(letter byte) int {
	if i := strings.IndexByte(l.letters, letter); i >= 0 {
		return l.typ.Dim(i)
	}
	return 1
}

func (e einsum) Eval64(ev *Eval) {
	r, _ := e.roles()
	x, y, z := layout{e.x, ev.InTypes[0]}, layout{e.y, ev.InTypes[1]}, layout{e.z, ev.Type}
	var xs, ys []int // steps along the axes of the result
	for i := range len(e.z) {
		xs, ys = append(xs, x.step(e.z[i])), append(ys, y.step(e.z[i]))
	}
	from, terms, xk, yk := make([]int, len(ev.Out)), x.size(r.k), x.step(r.k), y.step(r.k)
	eachStrided(z.typ, xs, 0, func(i, at int) { from[i] = at })
	eachStrided(z.typ, ys, 0, func(i, at int) {
		var s float64
		for k := range terms {
			s += ev.In[0][from[i]+k*xk] * ev.In[1][at+k*yk]
		}
		ev.Out[i] = s
	})
}

// Kernel implements lowering.Producer. The operand that has the last axis of the
// result becomes B of the product.
func (e einsum) Kernel(out Type, in ...Type) kernel.Kernel {
	r, _ := e.roles()
	a, b, c := layout{e.x, in[0]}, layout{e.y, in[1]}, layout{e.z, out}
	swap := e.z[len(e.z)-1] == r.m
	if swap {
		a, b, r.m, r.n = b, a, r.n, r.m
	}
	k := product.Batch{Swap: swap, One: product.Gemm{
		M: a.size(r.m), N: b.size(r.n), K: a.size(r.k),
		TransA: a.letters[len(a.letters)-1] == r.m, TransB: b.letters[len(b.letters)-1] == r.k,
	}}
	g := &k.One
	if g.RowA = a.step(r.m); g.TransA {
		g.RowA = a.step(r.k)
	}
	if g.RowB = b.step(r.k); g.TransB {
		g.RowB = b.step(r.n)
	}
	g.RowC = c.step(r.m)
	for i := range len(r.batch) {
		l := r.batch[i]
		k.Dims = append(k.Dims, c.size(l))
		k.StepA, k.StepB, k.StepC = append(k.StepA, a.step(l)), append(k.StepB, b.step(l)), append(k.StepC, c.step(l))
	}
	return product.NewBatch(k)
}

// RowAxes implements lowering.Rower: where rows of the result as a matrix end,
// whose columns are those of all products that lie side by side.
func (e einsum) RowAxes() int {
	r, _ := e.roles()
	if e.z[len(e.z)-1] == r.m {
		r.m = r.n
	}
	return strings.IndexByte(e.z, r.m) + 1
}

func (e einsum) Grad(_, dz Tensor, in ...Tensor) []Tensor {
	dx := einsum{e.z, e.y, e.x}.of(dz, in[1])
	r, _ := e.roles()
	if r.free == "" {
		return []Tensor{dx, einsum{e.x, e.z, e.y}.of(in[0], dz)}
	}
	// Products by one y add up: as one over all rows where these lie in one order.
	rows := string(r.m) + r.free
	if strings.Contains(e.x, rows) && strings.Contains(e.z, rows) {
		one := strings.NewReplacer(rows, string(r.m))
		x, z := mergeAxes(in[0], e.x, rows), mergeAxes(dz, e.z, rows)
		return []Tensor{dx, einsum{one.Replace(e.x), one.Replace(e.z), e.y}.of(x, z)}
	}
	apart := einsum{e.x, e.z, r.free + e.y}.of(in[0], dz)
	axes := make([]int, len(r.free))
	for i := range axes {
		axes[i] = i
	}
	return []Tensor{dx, apart.Sum(axes...)}
}

// mergeAxes makes one axis of those of the given letters, which are neighbours.
func mergeAxes(x Tensor, letters, run string) Tensor {
	at := strings.Index(letters, run)
	var dims []int
	for i, d := range x.Type().Dims() {
		if i > at && i < at+len(run) {
			dims[at] *= d
		} else {
			dims = append(dims, d)
		}
	}
	return x.Reshape(dims...)
}

// Untransposed implements lowering.Transposer: the product that reads what operand
// i was before its axes were turned.
func (e einsum) Untransposed(i int, operand Tensor) (Op, bool) {
	t, ok := operand.Op().(transpose)
	if !ok {
		return e, false
	}
	letters := &e.x
	if i == 1 {
		letters = &e.y
	}
	before := make([]byte, len(*letters))
	for i := range before {
		before[t.order[i]] = (*letters)[i]
	}
	*letters = string(before)
	_, err := e.roles()
	return e, err == nil
}

// MultiplyAdds is an inner sum for each element of z.
func (e einsum) MultiplyAdds(z Type, in ...Type) int {
	r, _ := e.roles()
	return z.Size() * layout{e.x, in[0]}.size(r.k)
}
