package rewrite

import (
	"math"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/kernel/tile"
	"descent/internal/reference"
)

// forms has at least one row for each rule: what is built, and what it becomes.
var forms = []struct {
	rule  string
	build func(x, y, s graph.Tensor) graph.Tensor // x [4 6], y [4 6], s []
	want  string
}{
	{"expand a composite", func(x, _, _ graph.Tensor) graph.Tensor { return x.LogSoftmax() },
		"Sub(Sub(x, Broadcast(MaxOver1(x))), Broadcast(Log(Sum1(Exp(Sub(x, Broadcast(MaxOver1(x))))))))"},
	{"expand a composite", func(x, _, _ graph.Tensor) graph.Tensor { return x.Softmax() },
		"Div(Exp(Sub(x, Broadcast(MaxOver1(x)))), Broadcast(Sum1(Exp(Sub(x, Broadcast(MaxOver1(x)))))))"},
	{"drop an operation that changes nothing", func(x, _, _ graph.Tensor) graph.Tensor { return x.StopGradient().Tanh() }, "Tanh(x)"},
	{"drop an operation that changes nothing", func(x, _, _ graph.Tensor) graph.Tensor { return x.Scale(1) }, "x"},
	{"drop an operation that changes nothing", func(x, _, _ graph.Tensor) graph.Tensor { return x.Const(1).Mul(x) }, "x"},
	{"drop an operation that changes nothing", func(x, _, _ graph.Tensor) graph.Tensor { return x.Div(x.Const(1)).Sub(x.Const(0)) }, "x"},
	{"drop an operation that changes nothing", func(x, _, _ graph.Tensor) graph.Tensor {
		return x.Sum(1).Reshape(1, 1, 4).SumKeep(0, 1).Reshape(4, 1)
	}, "Sum1(x)"},
	{"join two views or broadcasts", func(x, _, _ graph.Tensor) graph.Tensor { return x.Reshape(2, 12).Reshape(3, 8) }, "Reshape(x)"},
	{"join two views or broadcasts", func(x, _, _ graph.Tensor) graph.Tensor {
		return x.SumKeep(0).BroadcastTo(graph.Shape(4, 6)).BroadcastTo(graph.Shape(3, 4, 6))
	}, "Broadcast(Sum0(x))"},
	{"repeat a scalar instead of viewing it", func(x, _, _ graph.Tensor) graph.Tensor { return x.Const(5).Reshape(1, 1) }, "Broadcast(5)"},
	{"repeat a scalar instead of viewing it", func(x, _, s graph.Tensor) graph.Tensor { return s.Reshape(1, 1).Mul(x) }, "Mul(Broadcast(s), x)"},
	{"repeat a scalar instead of viewing it", func(x, _, s graph.Tensor) graph.Tensor {
		return s.BroadcastTo(graph.Shape(24)).Reshape(4, 6).Add(x)
	}, "Add(Broadcast(s), x)"},
	{"read a product's operand transposed", func(x, y, _ graph.Tensor) graph.Tensor { return x.MatMul(y.Transpose()) }, "MatMulNT(x, y)"},
	{"read a product's operand transposed", func(x, y, _ graph.Tensor) graph.Tensor { return x.Transpose().MatMul(y) }, "MatMulTN(x, y)"},
	{"read a product's operand transposed", func(x, y, _ graph.Tensor) graph.Tensor {
		return x.Transpose().MatMul(y.Reshape(6, 4).Transpose())
	}, "MatMulTT(x, Reshape(y))"},
	{"read the operand of products in batches as it was before its axes were turned", func(x, y, _ graph.Tensor) graph.Tensor {
		return x.Reshape(2, 3, 4).MatMul(y.Reshape(2, 3, 4).Transpose(0, 2, 1))
	}, "Einsum amk,ank->amn(Reshape(x), Reshape(y))"},
	{"read the operand of products in batches as it was before its axes were turned", func(x, y, _ graph.Tensor) graph.Tensor {
		return x.Reshape(2, 3, 4).Transpose(1, 0, 2).MatMul(y.Reshape(3, 4, 2))
	}, "Einsum mak,akn->amn(Reshape(x), Reshape(y))"},
	{"", func(x, y, _ graph.Tensor) graph.Tensor { // its axis of products would be the last
		return x.Reshape(2, 3, 4).Transpose(2, 0, 1).MatMul(y.Reshape(4, 3, 2))
	}, "Einsum amk,akn->amn(Transpose(Reshape(x)), Reshape(y))"},
	{"make a product of inner length one elementwise", func(x, y, _ graph.Tensor) graph.Tensor {
		return x.Reshape(24, 1).MatMul(y.Reshape(1, 24))
	}, "Mul(Broadcast(Reshape(x)), Broadcast(Reshape(y)))"},
	{"make a product of inner length one elementwise", func(x, y, _ graph.Tensor) graph.Tensor {
		return x.Slice(0, 1, 2).Transpose().MatMul(y.Slice(0, 0, 1))
	}, "Mul(Broadcast(Reshape(Slice(x))), Broadcast(Slice(y)))"},
	{"bring the axes to reduce to the end", func(x, _, _ graph.Tensor) graph.Tensor { return x.Reshape(2, 3, 4).SumKeep(1) },
		"Reshape(Sum2(Transpose(Reshape(x))))"},
	{"read narrow weights as they are stored", func(x, _, _ graph.Tensor) graph.Tensor {
		return x.MatMul(wide(x, false, 6, 16))
	}, "MatMulNarrow(x, w)"},
	{"read narrow weights as they are stored", func(x, _, _ graph.Tensor) graph.Tensor {
		return x.MatMul(wide(x, true, 16, 6).Transpose(1, 0))
	}, "MatMulNarrow(x, w)"},
	{"read narrow weights as they are stored", func(x, _, _ graph.Tensor) graph.Tensor {
		return wide(x, true, 16, 6).Gather(x)
	}, "GatherNarrow(w, x)"},
	{"", func(x, _, _ graph.Tensor) graph.Tensor { return x.Transpose(1, 0).MatMul(wide(x, true, 4, 16)) }, "MatMulTN(x, Widen(w))"}, // scales are those of rows
	{"", func(x, _, _ graph.Tensor) graph.Tensor { return wide(x, false, 16, 6).Gather(x) }, "Gather(Widen(w), x)"},
	{"bring the axes to reduce to the end", func(x, _, _ graph.Tensor) graph.Tensor { return x.MaxOver(0) }, "Reshape(MaxOver1(Transpose(x)))"},
	{"bring the axes to reduce to the end", func(x, _, _ graph.Tensor) graph.Tensor { return x.MaxOver() }, "Reshape(MaxOver1(Reshape(x)))"},
	{"", func(x, _, _ graph.Tensor) graph.Tensor { return x.SumKeep(0).Add(x.SumKeep(1)) }, "Add(Broadcast(Sum0(x)), Broadcast(Sum1(x)))"}, // left as it is
}

// wide are narrow weights of those sizes.
func wide(x graph.Tensor, rows bool, sizes ...int) graph.Tensor {
	how, t := graph.Narrow{Format: tile.BF16, Rows: rows}, graph.Shape(sizes...)
	return x.Graph().Variable("w", how.Words(t)).Widen(how, t)
}

// TestRules checks the form that each rule gives, and that values stay.
func TestRules(t *testing.T) {
	covered := map[string]bool{}
	for _, f := range forms {
		covered[f.rule] = true
		g := graph.New()
		x, y := g.Input("x", graph.Shape(4, 6)), g.Input("y", graph.Shape(4, 6))
		s := g.Variable("s", graph.Shape())
		z := f.build(x, y, s)
		simple := Simplify(z)
		if g.Err() != nil {
			t.Fatal(g.Err())
		}
		if got := form(simple[0]); got != f.want {
			t.Errorf("%s:\n\t%s becomes\n\t%s, want\n\t%s", f.rule, form(z), got, f.want)
		}
		if again := Simplify(simple...); again[0] != simple[0] {
			t.Errorf("%s: simplified again, %s becomes %s", f.rule, form(simple[0]), form(again[0]))
		}
		env := reference.Env{Values: map[string][]float64{"s": {0.3}}}
		for _, w := range graph.Sorted(z) {
			if v, ok := w.Op().(graph.Variable); ok && v.Key == "w" {
				for i := range v.Typ.Size() {
					env.Values["w"] = append(env.Values["w"], float64(i%7-3))
				}
			}
		}
		for i := range 24 {
			env.Values["x"] = append(env.Values["x"], math.Sin(float64(i)))
			env.Values["y"] = append(env.Values["y"], math.Cos(float64(3*i)))
		}
		v, err := reference.Run(env, z, simple[0])
		if err != nil {
			t.Fatal(err)
		}
		for i := range v[0] {
			if math.Abs(v[0][i]-v[1][i]) > 1e-14 {
				t.Errorf("%s: element %d of %s is %g, before it was %g", f.rule, i, f.want, v[1][i], v[0][i])
			}
		}
		if z.Type() != simple[0].Type() {
			t.Errorf("%s: the type becomes %v, it was %v", f.rule, simple[0].Type(), z.Type())
		}
	}
	for _, r := range rules {
		if !covered[r.name] {
			t.Errorf("rule %q has no row", r.name)
		}
	}
}

// form writes x as calls; leaves by their names.
func form(x graph.Tensor) string {
	switch op := x.Op().(type) {
	case graph.Input:
		return op.Key
	case graph.Variable:
		return op.Key
	case graph.Leaf:
		return op.Name()
	}
	var in []string
	for _, operand := range x.Inputs() {
		in = append(in, form(operand))
	}
	return x.Op().Name() + "(" + strings.Join(in, ", ") + ")"
}
