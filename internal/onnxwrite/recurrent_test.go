package onnxwrite_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/onnxproto"
	"descent/internal/onnxtest"
	"descent/nn"
	"descent/nn/initial"
	"descent/onnx"
)

// recurrent is a layer of a GRU or an LSTM in a form that no layer of package nn has.
type recurrent struct {
	cell             string
	reverse          bool
	lengths          bool // of each sample, from its first number
	states           bool // before the first position: of the state learned, of the cell from the first position
	turned, unbiased bool // the weight is [gates·units, in]; without a bias
	end, begin       bool // the last or the first state in time instead of all
	cells            bool // cells instead of states
	bent             bool // the gates are given something else than a product
}

func (l recurrent) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	const units = 4
	n, t, in := x.Dim(0), x.Dim(1), x.Dim(2)
	gates := map[string]int{"GRU": 3, "LSTM": 4}[l.cell]
	normal := initial.Normal{Std: 0.5}
	w := c.Param("weight", normal, in, gates*units)
	if l.turned {
		w = c.Param("turned", normal, gates*units, in).Transpose()
	}
	given := x.Reshape(-1, in).MatMul(w)
	if !l.unbiased {
		given = given.Add(c.Bias("bias", gates*units))
	}
	given = given.Reshape(n, t, -1)
	if l.turned {
		given = given.Add(c.Bias("second", gates*units))
	}
	if l.bent {
		given = given.Tanh()
	}
	u := c.Param("recurrent", normal, units, gates*units)
	h := x.Const(0).BroadcastTo(graph.Shape(n, units))
	cell := h
	if l.states {
		h = c.Param("first", normal, units).BroadcastTo(graph.Shape(n, units))
		cell = x.Slice(1, 0, 1).Reshape(n, in).MatMul(c.Param("cell", normal, in, units))
	}
	r := graph.Recurrence{Reverse: l.reverse}
	if l.lengths {
		r.Lengths = x.Slice(1, 0, 1).Slice(2, 0, 1).Reshape(n).Abs().Affine(4, -1) // some have none, and some more than there are
	}
	if l.cell == "GRU" {
		return l.ended(given.GRU(u, c.Bias("recurrent_bias", units), h, r))
	}
	y, cells := given.LSTM(u, h, cell, r)
	if l.cells {
		return l.ended(cells)
	}
	return l.ended(y)
}

// ended returns what is wanted of all positions.
func (l recurrent) ended(all graph.Tensor) graph.Tensor {
	switch at := all.Dim(1) - 1; {
	case l.end && l.reverse, l.begin && !l.reverse:
		return all.Slice(1, 0, 1)
	case l.end, l.begin:
		return all.Slice(1, at, at+1)
	}
	return all
}

// halved gives each half of a sequence to layers by itself.
type halved struct{ nn.Layer }

func (l halved) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	n, t := x.Dim(0), x.Dim(1)
	return c.Call("half", l.Layer, x.Reshape(2*n, t/2, -1)).Reshape(n, -1)
}

// bothWays is the network of a file whose node goes both ways, with all of its results,
// over samples of as many positions as their first number says.
func bothWays(t *testing.T, cell string) nn.Layer {
	const steps, units = 5, 4
	gates := int64(map[string]int{"GRU": 3, "LSTM": 4}[cell])
	g := &onnxproto.Graph{Name: "both ways", Inputs: []*onnxproto.ValueInfo{{Name: "x", Type: &onnxproto.Type{Tensor: &onnxproto.TensorType{
		Elem: onnxproto.Float32, Shape: &onnxproto.Shape{Dims: []*onnxproto.Dim{{Param: "n"}, onnxproto.Fixed(steps), onnxproto.Fixed(3)}}}}}}}
	numbers := func(name string, dims ...int64) string {
		size := int64(1)
		for _, d := range dims {
			size *= d
		}
		g.Initializers = append(g.Initializers, onnxproto.NewFloat32(name, dims, make([]float32, size)))
		return name
	}
	number := func(name string, v float32) string {
		g.Initializers = append(g.Initializers, onnxproto.NewFloat32(name, nil, []float32{v}))
		return name
	}
	shape := func(name string, list ...int64) string {
		g.Initializers = append(g.Initializers, onnxproto.NewInt64(name, []int64{int64(len(list))}, list))
		return name
	}
	node := func(op, out string, in []string, attributes ...*onnxproto.Attribute) string {
		g.Nodes = append(g.Nodes, &onnxproto.Node{Op: op, Inputs: in, Outputs: strings.Fields(out), Attributes: attributes})
		return out
	}
	whole := func(name string, v int64) *onnxproto.Attribute {
		return &onnxproto.Attribute{Name: name, Type: onnxproto.AttrInt, Int: v}
	}
	perm := func(list ...int64) *onnxproto.Attribute {
		return &onnxproto.Attribute{Name: "perm", Type: onnxproto.AttrInts, Ints: list}
	}
	first := node("Slice", "first", []string{"x", shape("from", 0, 0), shape("to", 1, 1), shape("axes", 1, 2)})
	first = node("Mul", "scaled", []string{node("Abs", "abs", []string{first}), number("factor", 4)})
	first = node("Clip", "clipped", []string{first, number("one", 1), number("steps", steps)})
	lengths := node("Cast", "lengths", []string{node("Reshape", "flat", []string{first, shape("vector", -1)})}, whole("to", int64(onnxproto.Int32)))
	in := []string{
		node("Transpose", "xt", []string{"x"}, perm(1, 0, 2)), numbers("w", 2, gates*units, 3), numbers("r", 2, gates*units, units), numbers("b", 2, 2*gates*units), lengths,
	}
	attributes := []*onnxproto.Attribute{whole("hidden_size", units), {Name: "direction", Type: onnxproto.AttrString, String: []byte("bidirectional")}}
	results := "y h"
	if cell == "GRU" {
		attributes = append(attributes, whole("linear_before_reset", 1))
	} else {
		results += " c"
	}
	node(cell, results, in, attributes...)
	parts := []string{node("Reshape", "ys", []string{node("Transpose", "yt", []string{"y"}, perm(2, 0, 1, 3)), shape("all", 0, -1)})}
	for _, end := range strings.Fields(results)[1:] {
		parts = append(parts, node("Reshape", end+"s", []string{node("Transpose", end+"t", []string{end}, perm(1, 0, 2)), "all"}))
	}
	node("Concat", "out", parts, whole("axis", 1))
	g.Outputs = []*onnxproto.ValueInfo{{Name: "out"}}
	m, err := onnx.Parse(onnxproto.Marshal(&onnxproto.Model{IRVersion: 8, Opsets: []*onnxproto.Opset{{Version: 17}}, Graph: g}), "")
	if err != nil {
		t.Fatal(err)
	}
	return m.Network
}

// recurrences are their forms, with the nodes that each becomes.
func recurrences(t *testing.T) (list []onnxtest.Layer, nodes [][]string) {
	add := func(name string, l nn.Layer, dims []int, ops ...string) {
		list, nodes = append(list, onnxtest.Layer{Name: name, Layer: l, Dims: dims}), append(nodes, ops)
	}
	dims := []int{7, 5, 3}
	add("layers", nn.Sequential{nn.GRU{Units: 5}, nn.LSTM{Units: 4}, nn.GRU{Units: 3, Last: true}}, dims, "GRU", "LSTM", "GRU")
	add("one position", nn.Sequential{nn.LSTM{Units: 4}, nn.GRU{Units: 5}}, []int{3, 1, 2}, "LSTM", "GRU")
	add("tokens", nn.Sequential{nn.Embedding{Size: 6, Dim: 4}, nn.GRU{Units: 5, Last: true}}, []int{3, 8}, "GRU")
	for _, cell := range []string{"GRU", "LSTM"} {
		for _, reverse := range []bool{false, true} {
			name := cell + map[bool]string{true: " backward"}[reverse]
			l := recurrent{cell: cell, reverse: reverse}
			add(name, l, dims, cell)
			l.states = true
			add(name+" from states", l, dims, cell)
			l.lengths = true
			add(name+" of lengths, from states", l, []int{40, 5, 3}, cell)
			l.states = false
			add(name+" of lengths", l, []int{40, 5, 3}, cell)
		}
		add(cell+", weights turned, two biases", recurrent{cell: cell, turned: true}, dims, cell)
		add(cell+" without a bias", recurrent{cell: cell, unbiased: true}, dims, cell)
		add(cell+", what is given bent", recurrent{cell: cell, bent: true}, dims)
		add(cell+" both ways", nn.Sequential{nn.Concat{recurrent{cell: cell, lengths: true}, recurrent{cell: cell, lengths: true, reverse: true}}, nn.GRU{Units: 2}},
			[]int{40, 5, 3}, cell, cell, "GRU")
		add(cell+" of a file, both ways", bothWays(t, cell), []int{40, 5, 3}, cell, cell)
	}
	for _, end := range []recurrent{
		{cell: "GRU"}, {cell: "GRU", reverse: true, lengths: true}, {cell: "GRU", lengths: true, states: true},
		{cell: "LSTM"}, {cell: "LSTM", reverse: true, states: true}, {cell: "LSTM", lengths: true, states: true},
		{cell: "LSTM", cells: true}, {cell: "LSTM", cells: true, reverse: true, states: true},
		{cell: "LSTM", cells: true, lengths: true, states: true}, {cell: "LSTM", cells: true, lengths: true, reverse: true},
	} {
		end.end = true
		add(fmt.Sprintf("%+v", end), end, []int{40, 5, 3}, end.cell)
	}
	add("state and last cell", nn.Concat{nn.LSTM{Units: 4, Last: true}, nn.Sequential{recurrent{cell: "LSTM", cells: true, end: true}, nn.Flatten{}}}, dims, "LSTM", "LSTM")
	add("halves", halved{recurrent{cell: "GRU", lengths: true, states: true}}, []int{20, 10, 3}, "GRU")
	add("first state", recurrent{cell: "GRU", begin: true}, dims, "GRU")
	add("first state, backward", recurrent{cell: "LSTM", begin: true, reverse: true}, dims, "LSTM")
	add("all cells", recurrent{cell: "LSTM", cells: true}, dims)
	return list, nodes
}

// TestRecurrences: every form of a GRU and an LSTM is one node, by which onnxruntime and
// package onnx predict what the model does, and else is written out.
func TestRecurrences(t *testing.T) {
	list, nodes := recurrences(t)
	var jobs []onnxtest.Job
	var files []string
	want := make([][]float64, len(list))
	near := func(i int, by string, got func(j int) float64, n int) {
		most, off := 0.0, 0.0
		for j, v := range want[i] {
			most, off = math.Max(most, math.Abs(v)), math.Max(off, math.Abs(got(j)-v))
		}
		if n != len(want[i]) || !(off <= 1e-5+1e-5*most) {
			t.Errorf("%s, by %s: %d values, off by %g of %g", list[i].Name, by, n, off, most)
		}
	}
	for i, l := range list {
		m := l.Model(t, uint64(i))
		path, contents := written(t, m)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := onnxproto.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var ops []string
		for _, n := range p.Graph.Nodes {
			if n.Op == "GRU" || n.Op == "LSTM" {
				ops = append(ops, n.Op)
			}
		}
		if !slices.Equal(ops, nodes[i]) || len(ops) > 0 && contents.Nodes > 80 {
			t.Errorf("%s: recurrent nodes %v of %d; want %v", l.Name, ops, contents.Nodes, nodes[i])
		}
		x := l.Input()
		if l.Name == "tokens" {
			for j := range x {
				x[j] = float32(j % 6)
			}
		}
		if want[i], err = m.Predict(x); err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		in := onnx.Tensor{Type: "float32", Dims: l.Dims}
		var values []any
		for _, v := range x {
			values, in.Values = append(values, v), append(in.Values, float64(v))
		}
		back, err := onnx.Parse(text, "")
		if err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		outputs, err := back.Run(map[string]onnx.Tensor{"x": in})
		if err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		y := outputs["prediction"].Values
		near(i, "package onnx", func(j int) float64 { return y[j] }, len(y))
		files = append(files, path)
		jobs = append(jobs, onnxtest.Job{Model: path, Feeds: map[string]onnxtest.Tensor{"x": {Type: "float32", Dims: l.Dims, Data: values}}})
	}
	onnxtest.Check(t, files...)
	for i, outputs := range onnxtest.Run(t, jobs) {
		y := outputs["prediction"].Data
		near(i, "onnxruntime", func(j int) float64 {
			if v, ok := y[j].(float64); ok {
				return v
			}
			return math.NaN()
		}, len(y))
	}
}
