package onnx

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/onnxproto"
	"descent/nn"
)

// TestCast: what NumPy's astype gives, too.
func TestCast(t *testing.T) {
	real := &array{typ: onnxproto.Float64, dims: []int{8}, real: []float64{65519.9, 65520, 2049, 2051, 3e-8, -1e-8, 1.00390625, -3.4e38}}
	inf := math.Inf(1)
	for typ, want := range map[onnxproto.DataType][]float64{
		onnxproto.Float16:  {65504, inf, 2048, 2052, 0x1p-24, 0, 1.00390625, -inf},
		onnxproto.BFloat16: {65536, 65536, 2048, 2048, 0x1.02p-25, -0x1.58p-27, 1, -inf},
	} {
		if got := real.cast(typ).real; !slices.Equal(got, want) {
			t.Errorf("as %v: %v, want %v", typ, got, want)
		}
	}
	whole := wholeArray(onnxproto.Int64, []int{5}, 300, -1, 128, 1<<31, 1<<32+5)
	for typ, want := range map[onnxproto.DataType][]int64{
		onnxproto.Int8: {44, -1, -128, 0, 5}, onnxproto.Uint8: {44, 255, 128, 0, 5}, onnxproto.Int16: {300, -1, 128, 0, 5},
		onnxproto.Uint16: {300, 65535, 128, 0, 5}, onnxproto.Int32: {300, -1, 128, -1 << 31, 5}, onnxproto.Uint32: {300, 1<<32 - 1, 128, 1 << 31, 5},
	} {
		if got := whole.cast(typ).ints; !slices.Equal(got, want) {
			t.Errorf("as %v: %v, want %v", typ, got, want)
		}
	}
}

// TestModulo: the sign is that of the second operand, or in C of the first.
func TestModulo(t *testing.T) {
	for _, row := range [][4]int64{{7, 3, 1, 1}, {-7, 3, 2, -1}, {7, -3, -2, 1}, {-7, -3, -1, -1}, {6, -3, 0, 0}, {1, 0, 0, 0}} {
		if m, r := modulo(row[0], row[1]), rest(row[0], row[1]); m != row[2] || r != row[3] {
			t.Errorf("%d and %d: %d and %d, want %v", row[0], row[1], m, r, row[2:])
		}
	}
}

// TestApply: an index into a shape that is not there is no second error, and any other panic
// is none of an operator's.
func TestApply(t *testing.T) {
	after := func(panics func()) (p any) {
		n := &call{tracer: newTracer(nn.NewContext(graph.New(), false), &Network{}), Node: &Node{Op: "Test"}}
		defer func() { p = recover() }()
		n.apply(func(n *call) []value {
			n.failf("the first error")
			panics()
			return nil
		})
		return nil
	}
	var none []int
	if p := after(func() { _ = none[len(none)] }); p != nil {
		t.Errorf("an index: %v", p)
	}
	if p := after(func() { panic("a fault of the program") }); p == nil {
		t.Error("a panic is gone")
	}
}

// TestLabelEncoder: keys and values of each kind, and what is in no table.
func TestLabelEncoder(t *testing.T) {
	names := &array{typ: onnxproto.String, dims: []int{2, 2}, text: []string{"b", "", "a", "x"}}
	reals := &array{typ: onnxproto.Float32, dims: []int{3}, real: []float64{0.5, math.NaN(), 7}}
	whole := wholeArray(onnxproto.Int64, []int{3}, 3, 4, 5)
	for i, row := range []struct {
		x          *array
		attributes []Attribute
		want       string
	}{
		{names, []Attribute{{Name: "keys_strings", Texts: []string{"a", "b", ""}}, {Name: "values_int64s", Ints: []int64{10, 20, 30}}}, "[20 30 10 -1]"},
		{names, []Attribute{{Name: "keys_strings", Texts: []string{"a"}}, {Name: "values_floats", Floats: []Number{0.5}}, {Name: "default_float", Float: 2}}, "[2 2 0.5 2]"},
		{whole, []Attribute{{Name: "keys_int64s", Ints: []int64{4}}, {Name: "values_strings", Texts: []string{"four"}}}, "[_Unused four _Unused]"},
		{reals, []Attribute{{Name: "keys_floats", Floats: []Number{Number(math.NaN()), 0.5}}, {Name: "values_int64s", Ints: []int64{1, 2}}, {Name: "default_int64", Int: 9}}, "[2 1 9]"},
		{reals, []Attribute{{Name: "keys_strings", Texts: []string{"a"}}, {Name: "values_int64s", Ints: []int64{1}}}, "levels are of float32"},
		{whole, []Attribute{{Name: "keys_int64s", Ints: []int64{4}}, {Name: "values_int64s", Ints: []int64{1, 2}}}, "1 levels with 2 values"},
		{whole, []Attribute{{Name: "keys_int64s", Ints: []int64{4}}}, "none of values_strings"},
	} {
		tr := newTracer(nn.NewContext(graph.New(), false), &Network{})
		tr.values["x"] = hosted(row.x)
		tr.walk([]Node{{Op: "LabelEncoder", Domain: "ai.onnx.ml", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: row.attributes}})
		got := fmt.Sprint(tr.c.Graph().Err())
		if v := tr.values["y"]; v.host != nil && v.typ == onnxproto.String {
			got = fmt.Sprint(v.host.text)
		} else if v.host != nil {
			got = fmt.Sprint(v.host.values())
		}
		if !strings.Contains(got, row.want) {
			t.Errorf("%d: %s, want %s", i, got, row.want)
		}
	}
}

// TestBest: ArgMax and ArgMin on the host are those of the graph.
func TestBest(t *testing.T) {
	a := &array{typ: onnxproto.Float32, dims: []int{2, 3, 2}, real: []float64{1, 5, 3, 2, 3, 5, 0, 0, 0, -1, -2, 0}}
	for _, row := range []struct {
		axis       int
		sign       float64
		last, keep bool
		want       string
	}{
		{1, 1, false, false, "[1 0 0 0] [2 2]"}, {1, 1, true, false, "[2 2 1 2] [2 2]"}, {1, -1, false, true, "[0 1 2 1] [2 1 2]"}, {2, 1, false, false, "[1 0 1 0 0 1] [2 3]"},
	} {
		if b := a.best(row.axis, row.sign, row.last, row.keep); fmt.Sprint(b.ints, b.dims) != row.want {
			t.Errorf("%v: %v %v", row, b.ints, b.dims)
		}
	}
}
