package graph_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"descent/graph"
)

// bad lists calls that must fail, with a part of the message that names what
// is wrong. x is [2 3], v [3], s [], l labels [4]; other is of another graph.
var bad = []struct {
	name string
	call func(x, v, s, l, other graph.Tensor)
	want string
}{
	{"add", func(x, v, s, l, _ graph.Tensor) { x.Add(l) }, "shapes [2 3] and index[4] do not broadcast: axis 1 is 3 against 4"},
	{"other graph", func(x, _, _, _, other graph.Tensor) { x.Add(other) }, "operand 1 belongs to another graph"},
	{"other graph in matmul", func(x, _, _, _, other graph.Tensor) { x.MatMul(other) }, "operand 1 belongs to another graph"},
	{"zero operand", func(x, _, _, _, _ graph.Tensor) { x.Add(graph.Tensor{}) }, "operand 1 is the zero Tensor"},
	{"zero receiver", func(x, _, _, _, _ graph.Tensor) { graph.Tensor{}.Add(x) }, "operand 0 is the zero Tensor"},
	{"zero in select", func(x, _, _, _, _ graph.Tensor) { x.Select(graph.Tensor{}, x) }, "operand 1 is the zero Tensor"},
	{"zero in concat", func(x, _, _, _, _ graph.Tensor) { x.Concat(0, graph.Tensor{}) }, "operand 1 is the zero Tensor"},
	{"zero in gradient", func(_, _, s, _, _ graph.Tensor) { graph.Gradient(s, graph.Tensor{}) }, "x 0 is no tensor of the value's graph"},
	{"other in gradient", func(_, _, s, _, other graph.Tensor) { graph.Gradient(s, other) }, "x 0 is no tensor of the value's graph"},
	{"gradient of a matrix", func(x, _, _, _, _ graph.Tensor) { graph.Gradient(x, x) }, "must be a scalar of shape []"},
	{"matmul of a vector", func(x, v, _, _, _ graph.Tensor) { x.MatMul(v) }, "operand 1 has 1 axes"},
	{"matmul inner", func(x, _, _, _, _ graph.Tensor) { x.MatMul(x) }, "the first has 3 columns, the second 2 rows"},
	{"matmul in batches", func(x, v, _, _, _ graph.Tensor) { x.Reshape(2, 1, 3).MatMul(x.Reshape(2, 1, 3)) }, "axis k is 3 long in the first and 1 in the second"},
	{"matmul of other batches", func(x, v, _, _, _ graph.Tensor) {
		x.Reshape(2, 1, 3).MatMul(v.BroadcastTo(graph.Shape(3, 4, 3)).Transpose(0, 2, 1))
	}, "the axes before the last two: shapes [2] and [3] do not broadcast"},
	{"einsum spec", func(x, _, _, _, _ graph.Tensor) { x.Einsum("mk,kn", x) }, "want the letters of both operands and the result, as in bmk,bkn->bmn"},
	{"einsum rank", func(x, v, _, _, _ graph.Tensor) { x.Einsum("mk,kn->mn", v) }, "mk and kn name 2 and 2 axes; there are 2 and 1"},
	{"einsum twice", func(x, v, _, _, _ graph.Tensor) { x.Einsum("mm,mn->mn", x) }, "mm has the letter m twice"},
	{"einsum alone", func(x, v, _, _, _ graph.Tensor) { x.Einsum("mk,nj->mn", x) }, "letter k is in the first operand alone"},
	{"einsum unknown", func(x, v, _, _, _ graph.Tensor) { x.Einsum("mk,nk->mj", x) }, "letter j of the result is in neither operand"},
	{"einsum of vectors", func(x, v, _, _, _ graph.Tensor) { x.Einsum("mk,k->m", v) }, "each operand needs a letter that it shares with the result alone"},
	{"einsum two sums", func(x, v, _, _, _ graph.Tensor) { x.Einsum("ab,ab->", x) }, "letters a and b are both summed over"},
	{"einsum last", func(x, v, _, _, _ graph.Tensor) { x.Reshape(2, 3, 1).Einsum("mkb,knb->mnb", x.Reshape(3, 2, 1)) }, "the last axis of mkb numbers products"},
	{"attention rank", func(x, _, _, _, _ graph.Tensor) { x.Attention(x, x, graph.Attention{}) }, "takes [n, t, heads, d], [n, s, groups, d] and [n, s, groups, e]"},
	{"attention samples", func(x, v, _, _, _ graph.Tensor) {
		x.Reshape(2, 1, 1, 3).Attention(v.Reshape(1, 1, 1, 3), x.Reshape(2, 1, 1, 3), graph.Attention{})
	}, "2 samples of queries, 1 of keys, 2 of values"},
	{"attention width", func(x, _, _, _, _ graph.Tensor) {
		x.Reshape(1, 1, 2, 3).Attention(x.Reshape(1, 1, 3, 2), x.Reshape(1, 1, 3, 2), graph.Attention{})
	}, "queries of length 3, keys of 2"},
	{"attention heads", func(x, _, _, _, _ graph.Tensor) {
		x.Reshape(1, 1, 2, 3).Attention(x.BroadcastTo(graph.Shape(3, 2, 3)).Reshape(1, 2, 3, 3), x.BroadcastTo(graph.Shape(3, 2, 3)).Reshape(1, 2, 3, 3), graph.Attention{})
	}, "2 heads cannot share 3 groups evenly"},
	{"attention positions", func(x, _, _, _, _ graph.Tensor) {
		x.Reshape(1, 2, 1, 3).Attention(x.Slice(0, 0, 1).Reshape(1, 1, 1, 3), x.Slice(0, 0, 1).Reshape(1, 1, 1, 3), graph.Attention{Causal: true})
	}, "2 queries at the end of 1 positions"},
	{"attention lengths", func(x, v, _, _, _ graph.Tensor) {
		x = x.Reshape(2, 1, 1, 3)
		x.Attention(x, x, graph.Attention{Lengths: v})
	}, "lengths [3]; want one for each of 2 samples"},
	{"attention dropout", func(x, v, _, _, _ graph.Tensor) {
		x = x.Reshape(2, 1, 1, 3)
		x.Attention(x, x, graph.Attention{Dropout: v})
	}, "a rate of dropout [3]; want one number"},
	{"gru rank", func(x, v, _, _, _ graph.Tensor) { x.GRU(x, v, x, graph.Recurrence{}) }, "takes [n, t, 3·units] and a weight [units, 3·units]"},
	{"gru weight", func(x, v, _, _, _ graph.Tensor) { x.Reshape(2, 1, 3).GRU(x, v, x, graph.Recurrence{}) }, "2 units take a weight of 6 columns and inputs of 6 numbers, not 3 and 3"},
	{"gru state", func(x, v, _, _, _ graph.Tensor) {
		x.Reshape(2, 1, 3).GRU(v.Reshape(1, 3), v.Slice(0, 0, 1), v, graph.Recurrence{})
	}, "a state [3] before the first position; want [2 1]"},
	{"gru bias", func(x, v, _, _, _ graph.Tensor) {
		x.Reshape(2, 1, 3).GRU(v.Reshape(1, 3), v, x.Slice(1, 0, 1), graph.Recurrence{})
	}, "a bias [3]; want [1]"},
	{"lstm cell", func(x, v, _, _, _ graph.Tensor) {
		x = x.Concat(1, x.Slice(1, 0, 1)).Reshape(2, 1, 4)
		x.LSTM(v.Concat(0, v.Slice(0, 0, 1)).Reshape(1, 4), x.Slice(2, 0, 1).Reshape(2, 1), v, graph.Recurrence{})
	}, "a cell [3] before the first position; want [2 1]"},
	{"gru lengths", func(x, v, _, _, _ graph.Tensor) {
		x.Reshape(2, 1, 3).GRU(v.Reshape(1, 3), v.Slice(0, 0, 1), x.Slice(1, 0, 1), graph.Recurrence{Lengths: v})
	}, "lengths [3]; want one for each of 2 samples"},
	{"set rows", func(x, v, s, _, _ graph.Tensor) { x.SetRows(v, s) }, "rows [3] do not fit into [2 3]"},
	{"set rows beyond", func(x, _, s, _, _ graph.Tensor) { x.SetRows(x.Concat(1, x), s) }, "6 rows, of which 3 have a place"},
	{"set rows at", func(x, v, _, _, _ graph.Tensor) { x.SetRows(x, v) }, "want one number, or one for each of 2 samples"},
	{"take", func(x, _, _, _, _ graph.Tensor) { x.Take([]int{0, 3}) }, "there is no column 3; there are 3, from 0"},
	{"take nothing", func(x, _, _, _, _ graph.Tensor) { x.Take(nil) }, "no columns to take"},
	{"take of a scalar", func(_, _, s, _, _ graph.Tensor) { s.Take([]int{0}) }, "a scalar has no columns"},
	{"select shapes", func(x, _, _, l, _ graph.Tensor) { x.Select(x, l) }, "do not broadcast"},
	{"reshape", func(x, _, _, _, _ graph.Tensor) { x.Reshape(4, 2) }, "6 elements do not fill shape [4 2], which has 8"},
	{"reshape two unknown", func(x, _, _, _, _ graph.Tensor) { x.Reshape(-1, -1) }, "axis 1 must be positive"},
	{"reshape no divisor", func(x, _, _, _, _ graph.Tensor) { x.Reshape(4, -1) }, "do not fill"},
	{"reshape zero", func(x, _, _, _, _ graph.Tensor) { x.Reshape(0) }, "axis 0 must be positive"},
	{"reshape absurd", func(x, _, _, _, _ graph.Tensor) { x.Reshape(math.MaxInt) }, "axis 0 must be positive"},
	{"reshape rank", func(x, _, _, _, _ graph.Tensor) { x.Reshape(1, 1, 1, 1, 1, 2, 3) }, "more than 6 axes"},
	{"flatten a scalar", func(_, _, s, _, _ graph.Tensor) { s.Flatten() }, "there is no axis 0"},
	{"sum axis", func(x, _, _, _, _ graph.Tensor) { x.Sum(2) }, "there is no axis 2"},
	{"sum negative axis", func(x, _, _, _, _ graph.Tensor) { x.Mean(-3) }, "there is no axis -3"},
	{"max axis", func(_, _, s, _, _ graph.Tensor) { s.MaxOver(0) }, "there is no axis 0"},
	{"absurd axis", func(x, _, _, _, _ graph.Tensor) { x.SumKeep(math.MinInt) }, "there is no axis"},
	{"transpose twice", func(x, _, _, _, _ graph.Tensor) { x.Transpose(0, 0) }, "must name each of the 2 axes once"},
	{"transpose count", func(x, _, _, _, _ graph.Tensor) { x.Transpose(0) }, "must name each of the 2 axes once"},
	{"transpose a scalar", func(_, _, s, _, _ graph.Tensor) { s.Transpose(0) }, "must name each of the 0 axes once"},
	{"transpose negative", func(x, _, _, _, _ graph.Tensor) { x.Transpose(-1, 0) }, "must name each"},
	{"broadcast", func(x, _, _, _, _ graph.Tensor) { x.BroadcastTo(dims(2, 4)) }, "do not broadcast"},
	{"broadcast smaller", func(x, _, _, _, _ graph.Tensor) { x.BroadcastTo(dims(3)) }, "does not broadcast to"},
	{"broadcast rank", func(x, _, _, _, _ graph.Tensor) { x.BroadcastTo(dims(1, 1, 1, 1, 1, 2, 3)) }, "more than 6 axes"},
	{"slice axis", func(x, _, _, _, _ graph.Tensor) { x.Slice(2, 0, 1) }, "there is no axis 2"},
	{"slice range", func(x, _, _, _, _ graph.Tensor) { x.Slice(1, 2, 4) }, "elements 2 to 4 of axis 1, which has 3"},
	{"slice empty", func(x, _, _, _, _ graph.Tensor) { x.Slice(1, 2, 2) }, "elements 2 to 2"},
	{"pad negative", func(x, _, _, _, _ graph.Tensor) { x.Pad(0, -1, 0) }, "must not be negative"},
	{"pad absurd", func(x, _, _, _, _ graph.Tensor) { x.Pad(0, 1<<32, 0) }, "axis 0 must be positive"},
	{"concat", func(x, v, _, _, _ graph.Tensor) { x.Concat(0, v) }, "operand 1 must equal the first but on axis 0"},
	{"concat axis", func(x, _, _, _, _ graph.Tensor) { x.Concat(-3, x) }, "there is no axis -1"},
	{"dim", func(x, _, _, _, _ graph.Tensor) { x.Dim(5) }, "there is no axis 5"},
	{"softmax of a scalar", func(_, _, s, _, _ graph.Tensor) { s.Softmax() }, "a scalar has no last axis"},
	{"cross-entropy shapes", func(x, v, _, _, _ graph.Tensor) { x.CrossEntropy(v) }, "shapes [2 3] and [3] differ"},
	{"one-hot of none", func(_, _, _, l, _ graph.Tensor) { l.OneHot(0) }, "axis 0 must be positive"},
	{"input of size 0", func(x, _, _, _, _ graph.Tensor) { x.Graph().Input("z", dims(2, 0)) }, "axis 1 must be positive"},
	{"input too large", func(x, _, _, _, _ graph.Tensor) { x.Graph().Input("z", dims(1<<20, 1<<20, 1<<20)) }, "too large"},
	{"input rank", func(x, _, _, _, _ graph.Tensor) { x.Graph().Input("z", dims(1, 1, 1, 1, 1, 1, 1)) }, "more than 6 axes"},
	{"one name, two shapes", func(x, _, _, _, _ graph.Tensor) { x.Graph().Input("x", dims(7)) }, "the name stands for [2 3] already"},
	{"uniform", func(x, _, _, _, _ graph.Tensor) { x.Graph().Uniform("u", -1) }, "axis 0 must be positive"},
	{"empty vector", func(x, _, _, _, _ graph.Tensor) { x.Graph().Vector(nil) }, "axis 0 must be positive"},
	{"no operation", func(x, _, _, _, _ graph.Tensor) { x.Graph().Apply(nil, x) }, "must be a comparable value"},
	{"no such scalar", func(x, _, _, _, _ graph.Tensor) { x.Graph().Apply(graph.ScalarEntry{Slot: 9}) }, "the scalar table has 0 entries"},
}

func TestBadCalls(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New()
			x, v, s := g.Input("x", dims(2, 3)), g.Variable("v", dims(3)), g.Const(2)
			l := g.Input("l", graph.Indices(4))
			other := graph.New().Input("x", dims(2, 3))
			leave := g.Enter("2.dense")
			c.call(x, v, s, l, other)
			leave()
			leave() // twice does no harm
			err := g.Err()
			if err == nil {
				t.Fatal("no error")
			}
			var shape *graph.ShapeError
			if !errors.As(err, &shape) {
				t.Fatalf("%T is no ShapeError", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
			if shape.Path != "2.dense" || !strings.Contains(err.Error(), "layer 2.dense: ") {
				t.Errorf("error %q has path %q, want 2.dense", err, shape.Path)
			}
			if !strings.Contains(shape.Caller, "errors_test.go:") {
				t.Errorf("error %q does not name the line of the call", err)
			}
		})
	}
}

// TestErrorsStick checks that the first error is kept and later calls, on
// results that are no tensors, do nothing.
func TestErrorsStick(t *testing.T) {
	g := graph.New()
	x := g.Input("x", dims(2, 3))
	y := x.MatMul(x)
	first := g.Err()
	if y.Valid() || first == nil {
		t.Fatal("the product of [2 3] and [2 3] is valid")
	}
	var shape *graph.ShapeError
	if !errors.As(first, &shape) || shape.Op != "MatMul" || len(shape.In) != 2 || shape.In[0] != dims(2, 3) || shape.Err == nil {
		t.Errorf("fields of %#v", shape)
	}
	if want := "MatMul of [2 3], [2 3]: "; !strings.HasPrefix(first.Error(), want) {
		t.Errorf("%q does not start with %q", first, want)
	}
	for _, z := range everyMethod(y) {
		if z.Valid() {
			t.Errorf("%v came of a call after the error", z)
		}
	}
	if g.Err() != first {
		t.Errorf("the error became %v", g.Err())
	}
}

// TestZeroTensor checks that no method of the zero Tensor panics.
func TestZeroTensor(t *testing.T) {
	var x graph.Tensor
	for _, y := range everyMethod(x) {
		if y.Valid() {
			t.Errorf("%v came of nothing", y)
		}
	}
	if x.Op() != nil || x.Graph() != nil || x.Inputs() != nil || x.Path() != "" || x.String() != "none" || x.Dim(3) != 1 {
		t.Error("the zero Tensor has something")
	}
	if d := graph.Gradient(x, x); len(d) != 1 || d[0].Valid() {
		t.Errorf("the gradient of nothing is %v", d)
	}
}

// everyMethod returns the results of all methods of x that make tensors, with x
// for every tensor that they take, and otherwise 1 for whole numbers and zeros.
func everyMethod(x graph.Tensor) (all []graph.Tensor) {
	v := reflect.ValueOf(x)
	tensor := v.Type()
	for i := range v.NumMethod() {
		method := v.Method(i)
		t := method.Type()
		if t.NumOut() == 0 || t.Out(0) != tensor {
			continue
		}
		var args []reflect.Value
		for k := range t.NumIn() {
			of := t.In(k)
			if t.IsVariadic() && k == t.NumIn()-1 {
				all = append(all, method.Call(args)[0].Interface().(graph.Tensor))
				of = of.Elem()
			}
			arg := reflect.New(of).Elem()
			switch {
			case of == tensor:
				arg.Set(v)
			case of.Kind() == reflect.Int:
				arg.SetInt(1)
			}
			args = append(args, arg)
		}
		for _, y := range method.Call(args) {
			all = append(all, y.Interface().(graph.Tensor))
		}
	}
	return all
}

// TestBadType checks that a type of too many axes can be asked anything.
func TestBadType(t *testing.T) {
	bad := dims(1, 2, 3, 4, 5, 6, 7)
	if bad.Valid() == nil || len(bad.Dims()) != bad.Rank() || bad.Size() != 0 || bad.Dim(6) != 0 || bad.Dim(99) != 0 || bad.Dim(-99) != 0 || bad.String() == "" {
		t.Errorf("type %v: %v", bad, bad.Dims())
	}
}

// TestMerge checks that equal calls give one tensor, and draws of different
// layers do not.
func TestMerge(t *testing.T) {
	g := graph.New()
	x := g.Input("x", dims(4))
	if tanh, scaled := x.Tanh(), x.Scale(2); tanh != x.Tanh() || scaled != x.Scale(2) || x.Sum() != x.Sum(0) {
		t.Error("equal calls gave two tensors")
	}
	a := g.Uniform("drop", 4)
	leave := g.Enter("1.dropout")
	b := g.Uniform("drop", 4)
	leave()
	if a == b {
		t.Error("two layers draw from one stream")
	}
	if g.Err() != nil {
		t.Error(g.Err())
	}
}
